/** Gives every request an id and writes its log line when the response ends, without secrets and personal data in the address. */
import { randomUUID } from "node:crypto";
import type { Request, RequestHandler } from "express";
import type { Logger } from "../telemetry/logger.js";
import { readTraceId } from "../telemetry/trace-context.js";
import { clientAddress, comesFromTrustedProxy } from "./client-address.js";
import { noteRequest, readNotes } from "./request-notes.js";

const ACCEPTABLE_ID = /^[A-Za-z0-9._-]{8,64}$/;
/** Opaque handles in paths (one-time links carry their token there), and e-mail addresses. UUIDs are ids and stay readable. */
const HIDDEN_SEGMENT =
  /^(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)(?:[^/]{24,}|.*(?:@|%40).*)$/i;
const MAXIMUM_PATH_LENGTH = 300;
/** Health checks, which log their own errors, and static files. */
const QUIET_PATH = /^\/(?:healthz|readyz|favicon\.ico|assets\/.*|graphql\/assets\/.*)$/;

/** The id that this request has in the log and in the response's `X-Request-Id`. */
export function requestIdOf(request: Request): string {
  return readNotes(request).requestId ?? "";
}

/**
 * A path as it may be logged: without its query, where providers put codes, states and messages, and without long
 * opaque segments and e-mail addresses.
 * @internal
 */
export function describePath(url: string): string {
  const [path = ""] = url.split(/[?#;]/, 1);
  const described = path
    .split("/")
    .map((segment) => (HIDDEN_SEGMENT.test(segment) ? "…" : segment))
    .join("/");
  return described.slice(0, MAXIMUM_PATH_LENGTH);
}

/** Gives each request an id, or keeps the id of a trusted proxy. Logs the request with the facts noted about it. */
export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const sent = request.get("x-request-id");
    const id = sent !== undefined && ACCEPTABLE_ID.test(sent) && comesFromTrustedProxy(request) ? sent : randomUUID();
    const startedAt = performance.now();
    const traceId = readTraceId(request.get("traceparent"));
    noteRequest(request, { requestId: id, ...(traceId === null ? {} : { traceId }) });
    response.setHeader("X-Request-Id", id);
    response.once("close", () => {
      const path = describePath(request.originalUrl);
      const level = QUIET_PATH.test(path) ? "debug" : "info";
      logger[level](
        {
          ...readNotes(request),
          method: request.method,
          path,
          status: response.writableFinished ? response.statusCode : null,
          durationMs: Math.round(performance.now() - startedAt),
          client: clientAddress(request),
        },
        response.writableFinished ? "A request was answered." : "A client left before its answer was complete.",
      );
    });
    next();
  };
}
