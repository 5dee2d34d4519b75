/** Writes the answers of SCIM: resources, lists and errors (RFC 7644, sections 3.1 and 3.12). */
import type { ErrorRequestHandler, Request, Response } from "express";
import { Failure, INTERNAL, INVALID_INPUT, retryAfterHeader } from "../platform/errors/failure.js";
import { noteError } from "../platform/http/request-notes.js";
import type { RequestingDirectory } from "../provisioning/directory/log/request.js";
import { createReference } from "../platform/telemetry/reference.js";

const CONTENT_TYPE = "application/scim+json; charset=utf-8";
const ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

/** The keywords of RFC 7644, table 9, for failures of other modules. */
const SCIM_TYPES: Readonly<Record<string, string>> = {
  DIRECTORY_VALUE_TAKEN: "uniqueness",
  DIRECTORY_ADDRESS_TAKEN: "uniqueness",
  GROUP_NAME_TAKEN: "uniqueness",
  EMAIL_TAKEN: "uniqueness",
  MEMBER_UNKNOWN: "invalidValue",
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

/**
 * Answers a failure with a SCIM error.
 *
 * @param logDefect logs an error that is not a failure, under the reference of the answer
 */
export function answerScimErrors(logDefect: (error: unknown, reference: string) => void): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOfClientError(error);
    if (error instanceof Failure) answerFailure(request, response, error);
    else if (status !== null) {
      noteError(request, "BAD_REQUEST", null);
      const detail = status === 413 ? "The request is too large." : "The body of the request is not JSON.";
      answerError(response, status, detail, status === 400 ? "invalidSyntax" : null);
    } else {
      const { trace } = (response.locals["directory"] ?? {}) as Partial<RequestingDirectory>;
      const reference = trace?.reference ?? createReference();
      logDefect(error, reference);
      noteError(request, INTERNAL.code, reference);
      answerError(response, 500, `Something went wrong on our side. Reference: ${reference}.`, null);
    }
  };
}

/** The status that a body parser gives to an error of the client; `null` for other errors. */
export function statusOfClientError(error: unknown): number | null {
  const status: unknown = error instanceof Error && "status" in error ? error.status : null;
  return typeof status === "number" && status >= 400 && status <= 499 ? status : null;
}

function answerFailure(request: Request, response: Response, failure: Failure): void {
  noteError(request, failure.code, null);
  response.set(retryAfterHeader(failure));
  if (failure.status === 401) response.setHeader("WWW-Authenticate", 'Bearer realm="SCIM"');
  const { scimType = SCIM_TYPES[failure.code] ?? null } = failure.details as { readonly scimType?: string };
  answerError(response, failure.status, failure.message, scimType);
}

function answerError(response: Response, status: number, detail: string, scimType: string | null): void {
  response.locals["scimType"] = scimType;
  answer(response, status, {
    schemas: [ERROR_SCHEMA],
    status: String(status),
    ...(scimType === null ? {} : { scimType }),
    detail,
  });
}
