/**
 * Facts about a request, collected while Usher handles it. Each part of Usher adds the facts that it knows. The request
 * log reads them at the end.
 */
import type { IncomingMessage } from "node:http";

/** Facts in the log line of a request, in addition to method, path and status. */
export interface RequestNotes {
  /** The id that is also in the response's `X-Request-Id`. */
  readonly requestId?: string;
  /** The trace of the caller's `traceparent`. */
  readonly traceId?: string;
  /** The name of the GraphQL operation. */
  readonly operation?: string;
  readonly callerKind?: string;
  /** The id of the user or of the API key. */
  readonly callerId?: string;
  readonly organizationId?: string;
  /** The connection of a refused sign-in. */
  readonly connectionId?: string;
  /** Catalogue codes, each once. */
  readonly errorCodes?: readonly string[];
  /** The first reference in the response. */
  readonly reference?: string;
}

/** The most codes that are noted, because a request for many ids can fail with many different codes. */
const MOST_ERROR_CODES = 10;
const LONGEST_OPERATION = 100;
/** GraphQL, October 2021, section 2.1.9. */
const OPERATION_NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;

const notesOfRequests = new WeakMap<IncomingMessage, RequestNotes>();

/** The facts about the request so far. */
export function readNotes(request: IncomingMessage): RequestNotes {
  return notesOfRequests.get(request) ?? {};
}

/** Adds facts about a request. */
export function noteRequest(request: IncomingMessage, notes: RequestNotes): void {
  notesOfRequests.set(request, { ...readNotes(request), ...notes });
}

/** Notes an error of the response, with the reference that the response names for it. */
export function noteError(request: IncomingMessage, code: string, reference: string | null): void {
  const { errorCodes = [], reference: first = reference } = readNotes(request);
  noteRequest(request, {
    errorCodes:
      errorCodes.includes(code) || errorCodes.length === MOST_ERROR_CODES ? errorCodes : [...errorCodes, code],
    ...(first === null ? {} : { reference: first }),
  });
}

/**
 * Notes the operation that the client names. A text that is not a GraphQL name is left out, because it may contain anything.
 */
export function noteOperation(request: IncomingMessage, name: string | null | undefined): void {
  if (typeof name === "string" && OPERATION_NAME.test(name))
    noteRequest(request, { operation: name.slice(0, LONGEST_OPERATION) });
}
