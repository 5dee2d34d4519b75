/** Recognises a post that a page of another origin made the browser send. */
import type { Request } from "express";

/** Browsers name the origin of the page that causes a post (Fetch standard, 3.2). Programs may leave it out and are let through. */
export function isCrossOriginPost(request: Request, allowedOrigins: readonly string[]): boolean {
  const origin = request.get("origin");
  return origin !== undefined && !allowedOrigins.includes(origin);
}
