/** Names every request and logs it when it is over, without anything that could be used again. */
import { randomUUID } from "node:crypto";
import type { Request, RequestHandler } from "express";
import type { Logger } from "../telemetry/logger.js";
import { clientAddress, comesFromTrustedProxy } from "./client-address.js";

const requestIds = new WeakMap<Request, string>();
const ACCEPTABLE_ID = /^[A-Za-z0-9._-]{8,64}$/;
/** Opaque handles in paths: one-time links carry their token there. UUIDs are ids and stay readable. */
const OPAQUE_SEGMENT = /^(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)[^/]{24,}$/i;
const MAXIMUM_PATH_LENGTH = 300;
/** Asked every few seconds, and of interest only when something is wrong: then the answer itself logs why. */
const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);

/** The id that this request has in the log and in the response's `X-Request-Id`. */
export function requestIdOf(request: Request): string {
  return requestIds.get(request) ?? "";
}

/**
 * A path as it may be logged: without its query, where providers put codes, states and messages, and without long
 * opaque segments.
 * @internal
 */
export function describePath(url: string): string {
  const [path = ""] = url.split(/[?#;]/, 1);
  const described = path
    .split("/")
    .map((segment) => (OPAQUE_SEGMENT.test(segment) ? "…" : segment))
    .join("/");
  return described.slice(0, MAXIMUM_PATH_LENGTH);
}

/** Gives each request its id, a trusted proxy's where it sent one, and logs method, path, status and time. */
export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const sent = request.get("x-request-id");
    const id = sent !== undefined && ACCEPTABLE_ID.test(sent) && comesFromTrustedProxy(request) ? sent : randomUUID();
    const startedAt = performance.now();
    requestIds.set(request, id);
    response.setHeader("X-Request-Id", id);
    response.once("close", () => {
      const level = PROBES.has(request.path) ? "debug" : "info";
      logger[level](
        {
          requestId: id,
          method: request.method,
          path: describePath(request.originalUrl),
          status: response.writableFinished ? response.statusCode : null,
          durationMilliseconds: Math.round(performance.now() - startedAt),
          client: clientAddress(request),
        },
        response.writableFinished ? "A request was answered." : "A client left before its answer was complete.",
      );
    });
    next();
  };
}
