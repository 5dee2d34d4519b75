/** Recognises a post that a page of another origin made the browser send. */
import type { Request } from "express";

/**
 * Browsers send the origin of the posting page (Fetch standard, 3.2). Usher accepts a post without an origin, because a
 * program sent it, not a page.
 */
export function isCrossOriginPost(request: Request, allowedOrigins: readonly string[]): boolean {
  const origin = request.get("origin");
  return origin !== undefined && !allowedOrigins.includes(origin);
}
