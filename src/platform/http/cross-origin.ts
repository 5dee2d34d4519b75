/** Decides which pages of other origins may send requests, and which may send them with cookies. */
import type { Request, RequestHandler } from "express";
import { BAD_REQUEST, Failure } from "../errors/failure.js";

const PREFLIGHT_SECONDS = 600;

/** Allows only pages of these origins to send requests with cookies (Fetch standard, CORS protocol). */
export function allowOrigins(origins: ReadonlySet<string>): RequestHandler {
  return (request, response, next) => {
    response.vary("Origin");
    const origin = request.headers.origin;
    if (origin !== undefined && origins.has(origin)) {
      response.setHeader("Access-Control-Allow-Origin", origin);
      response.setHeader("Access-Control-Allow-Credentials", "true");
      response.setHeader("Access-Control-Expose-Headers", "X-Request-Id, Content-Disposition");
    }
    if (request.method !== "OPTIONS") {
      next();
      return;
    }
    if (response.hasHeader("Access-Control-Allow-Origin")) {
      response.setHeader("Access-Control-Allow-Methods", "GET, POST");
      response.setHeader(
        "Access-Control-Allow-Headers",
        [
          "Content-Type, Authorization, X-Request-Id, X-Apollo-Operation-Name, Apollo-Require-Preflight",
          "Apollographql-Client-Name, Apollographql-Client-Version",
        ].join(", "),
      );
      response.setHeader("Access-Control-Max-Age", String(PREFLIGHT_SECONDS));
    }
    response.status(204).end();
  };
}

/** Pages of the same site, and addresses that a person typed or bookmarked. */
const OWN_SITES: ReadonlySet<string> = new Set(["same-origin", "same-site", "none"]);

/**
 * Refuses a request with a cookie that a page of another site may have caused (Fetch Metadata). For browsers and programs
 * without Fetch Metadata, a header that needs a preflight is proof enough.
 *
 * @throws BAD_REQUEST
 */
export function refuseForeignPages(request: Request): void {
  if (request.headers.cookie === undefined || request.headers.authorization !== undefined) return;
  if (request.headers["apollo-require-preflight"] !== undefined) return;
  const site = request.headers["sec-fetch-site"];
  if (typeof site === "string" && OWN_SITES.has(site)) return;
  throw new Failure(BAD_REQUEST, {
    reason:
      "This request has a session's cookie, and does not prove that a page of this site sent it: send the header Apollo-Require-Preflight, or use an API key.",
  });
}
