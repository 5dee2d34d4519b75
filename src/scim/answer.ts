/** Writes the answers of SCIM: resources, lists and errors (RFC 7644, sections 3.1 and 3.12). */
import type { ErrorRequestHandler, Response } from "express";
import { Failure, INTERNAL, INVALID_INPUT, retryAfterHeader } from "../platform/errors/failure.js";
import { noteError } from "../platform/http/request-notes.js";
import type { RequestingDirectory } from "../provisioning/directory/log/request.js";
import { createReference } from "../platform/telemetry/reference.js";
import { LARGEST_BODY_BYTES } from "./routes/read-request.js";

const CONTENT_TYPE = "application/scim+json; charset=utf-8";
const ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

/** The keywords of RFC 7644, table 9, for failures of other modules. */
const SCIM_TYPES: Readonly<Record<string, string>> = {
  DIRECTORY_VALUE_TAKEN: "uniqueness",
  DIRECTORY_ADDRESS_TAKEN: "uniqueness",
  GROUP_NAME_TAKEN: "uniqueness",
  EMAIL_TAKEN: "uniqueness",
  MEMBER_UNKNOWN: "invalidValue",
  ROLE_NOT_ASSIGNABLE: "invalidValue",
  [INVALID_INPUT.code]: "invalidValue",
};

/** Answers with JSON. Answers hold personal data, so nobody may keep them. */
export function answer(response: Response, status: number, body: object): void {
  response.setHeader("Cache-Control", "no-store");
  // `json` would replace the content type of SCIM.
  response
    .status(status)
    .setHeader("Content-Type", CONTENT_TYPE)
    .send(Buffer.from(JSON.stringify(body)));
}

/** Logs an error that is not a failure, under the reference of the answer. */
type LogDefect = (error: unknown, reference: string) => void;

/** Answers an error with a SCIM error. */
export function answerScimErrors(logDefect: LogDefect): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { trace } = (response.locals["directory"] ?? {}) as Partial<RequestingDirectory>;
    const described = describeError(error, logDefect, trace?.reference);
    noteError(request, described.code, described.reference);
    response.locals["scimType"] = described.scimType;
    if (error instanceof Failure) response.set(retryAfterHeader(error));
    if (described.status === 401) response.setHeader("WWW-Authenticate", 'Bearer realm="SCIM"');
    answer(response, described.status, described.body);
  };
}

/** An error in the answer to a request, or to an operation of a bulk request. */
interface DescribedError {
  readonly status: number;
  readonly body: object;
  readonly code: string;
  readonly scimType: string | null;
  /** The reference of a defect in the log; `null` for other errors. */
  readonly reference: string | null;
}

/**
 * Describes an error, and logs it if it is a defect.
 *
 * @param reference the reference of a defect in the log
 */
export function describeError(error: unknown, logDefect: LogDefect, reference = createReference()): DescribedError {
  if (error instanceof Failure) {
    const { scimType = SCIM_TYPES[error.code] ?? null } = error.details as { readonly scimType?: string };
    return describe(error.status, error.code, error.message, scimType);
  }
  const status = statusOfClientError(error);
  if (status !== null) {
    const detail =
      status === 413
        ? `The request has more than ${LARGEST_BODY_BYTES} bytes.`
        : "The body of the request is not JSON.";
    return describe(status, "BAD_REQUEST", detail, status === 400 ? "invalidSyntax" : null);
  }
  logDefect(error, reference);
  const detail = `Something went wrong on our side. Reference: ${reference}.`;
  return { ...describe(500, INTERNAL.code, detail, null), reference };
}

function describe(status: number, code: string, detail: string, scimType: string | null): DescribedError {
  const body = {
    schemas: [ERROR_SCHEMA],
    status: String(status),
    ...(scimType === null ? {} : { scimType }),
    detail,
  };
  return { status, body, code, scimType, reference: null };
}

/** The status that a body parser gives to an error of the client; `null` for other errors. */
export function statusOfClientError(error: unknown): number | null {
  const status: unknown = error instanceof Error && "status" in error ? error.status : null;
  return typeof status === "number" && status >= 400 && status <= 499 ? status : null;
}
