/**
 * The form of errors in GraphQL: `errors[].extensions { code, path, details, reference }`. Expected failures keep their
 * code and data. Any other error becomes `INTERNAL` with a reference, under which the log has the details.
 */
import type { IncomingMessage } from "node:http";
import { HeaderMap } from "@apollo/server";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import {
  BAD_REQUEST,
  Failure,
  INTERNAL,
  INVALID_INPUT,
  QUERY_LIMIT_EXCEEDED,
  retryAfterHeader,
} from "../errors/failure.js";
import { noteError, readNotes } from "../http/request-notes.js";
import type { Logger } from "../telemetry/logger.js";
import { createReference } from "../telemetry/reference.js";
import { shortenQuotes } from "../text.js";
import {
  GRAPHQL_PARSE_FAILED,
  GRAPHQL_VALIDATION_FAILED,
  PERSISTED_QUERY_NOT_SUPPORTED,
  type AnyFailure,
  type Catalogue,
} from "./failures.js";
import { describeLiteralIssue, isAboutValue, type KeysOf, type Openness } from "./input-issues.js";

/** The content of `errors[].extensions`. */
export interface ErrorExtensions extends Record<string, unknown> {
  /** A value of the enum `ErrorCode`. */
  readonly code: string;
  /** The same path as `errors[].path`; `null` when the whole request failed. */
  readonly path: readonly (string | number)[] | null;
  /** The failure's own data, such as the list of wrong fields. The code determines which data it has. */
  readonly details: unknown;
  /** The reference under which the operator finds the error in the log; `null` for expected failures, which are not logged. */
  readonly reference: string | null;
}

export interface ErrorFormatOptions {
  readonly catalogue: Catalogue;
  readonly logger: Logger;
  readonly openness: Openness;
  readonly currentRequest: () => IncomingMessage | undefined;
}

/** Makes Apollo's `formatError`. It returns only codes of the catalogue. */
export function createErrorFormat({ catalogue, logger, openness, currentRequest }: ErrorFormatOptions) {
  return (_formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const failure = toFailure(error, openness);
    const located = error instanceof GraphQLError ? error : undefined;
    const path = located?.path ?? null;
    const place = {
      ...(located?.locations === undefined ? {} : { locations: located.locations }),
      ...(path === null ? {} : { path }),
    };
    const request = currentRequest();
    if (failure !== null && catalogue.has(failure.code)) {
      if (request !== undefined) noteError(request, failure.code, null);
      return { message: failure.message, ...place, extensions: renderFailure(failure, path, null) };
    }
    const reference = createReference();
    const { requestId } = request === undefined ? {} : readNotes(request);
    logger.error(
      { reference, requestId, path: path?.join("."), error: findCause(error) },
      "A GraphQL field failed unexpectedly.",
    );
    const internal = new Failure(INTERNAL, {});
    if (request !== undefined) noteError(request, internal.code, reference);
    return { message: internal.message, ...place, extensions: renderFailure(internal, path, reference) };
  };
}

/** A failure as `extensions`. */
export function renderFailure(
  failure: AnyFailure,
  path: ErrorExtensions["path"],
  reference: string | null,
): ErrorExtensions {
  return { code: failure.code, path, details: failure.details ?? {}, reference };
}

/**
 * Wraps a failure that ends a request before any field is resolved, so that Apollo responds with the failure's HTTP
 * status.
 */
export function toRequestError(failure: AnyFailure): GraphQLError {
  return new GraphQLError(failure.message, {
    originalError: failure,
    extensions: {
      http: { status: failure.status, headers: new HeaderMap(Object.entries(retryAfterHeader(failure))) },
    },
  });
}

/** The error that was thrown, without the wrappers of graphql-js and Apollo. */
function findCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) {
    cause = cause.originalError;
  }
  return cause;
}

/** The expected failure of an error; `null` when the error is unexpected. */
function toFailure(error: unknown, { introspection, keysOf }: Openness): AnyFailure | null {
  const cause = findCause(error);
  if (cause instanceof Failure) {
    return cause;
  }
  // An error with a path was thrown by a resolver. Only failures, and errors of graphql-js about arguments, are expected
  // there.
  if (!(error instanceof GraphQLError) || (error.path !== undefined && !(cause instanceof GraphQLError))) {
    return null;
  }
  const sentence = shortenQuotes(error.message);
  const message = introspection ? sentence : sentence.replace(/ Did you mean .*\?$/s, "");
  switch (error.extensions["code"]) {
    case "GRAPHQL_PARSE_FAILED":
      return readTokenLimit(message) ?? new Failure(GRAPHQL_PARSE_FAILED, { reason: message });
    case "GRAPHQL_VALIDATION_FAILED":
      return readValidationFailure(error, message, keysOf);
    case "PERSISTED_QUERY_NOT_SUPPORTED":
      return new Failure(PERSISTED_QUERY_NOT_SUPPORTED, {});
    case "BAD_REQUEST":
    case "OPERATION_RESOLUTION_FAILURE":
      return new Failure(BAD_REQUEST, { reason: message.trim() });
    default:
      // graphql-js finds one mistake only when it runs the query: a non-null argument gets a variable that has no value.
      return error.extensions["code"] === undefined && isAboutValue(error)
        ? readWrongValue(error, message, keysOf)
        : null;
  }
}

function readValidationFailure(error: GraphQLError, message: string, keysOf: KeysOf): AnyFailure {
  if (error.extensions["validationErrorCode"] === "INTROSPECTION_DISABLED") {
    return new Failure(GRAPHQL_VALIDATION_FAILED, {
      reason: "Introspection is switched off at this installation. Read graphql/schema.graphql of its version instead.",
    });
  }
  return isAboutValue(error)
    ? readWrongValue(error, message, keysOf)
    : new Failure(GRAPHQL_VALIDATION_FAILED, { reason: message });
}

function readWrongValue(error: GraphQLError, message: string, keysOf: KeysOf): AnyFailure {
  return new Failure(INVALID_INPUT, { fields: [describeLiteralIssue(error, message, keysOf)] });
}

/** Reads the limit out of the parser's message about a document that is too long. */
function readTokenLimit(message: string): AnyFailure | null {
  const maximum = /more that? (\d+) tokens/.exec(message)?.[1];
  return maximum === undefined
    ? null
    : new Failure(QUERY_LIMIT_EXCEEDED, { limit: "tokens", maximum: Number(maximum), actual: Number(maximum) + 1 });
}
