/** Tells a post of our own pages from one that another page made the browser send. */
import type { Request } from "express";

/** Browsers name the origin of whatever page causes a post (Fetch standard, 3.2); programs need not. */
export function isCrossOriginPost(request: Request, allowedOrigins: readonly string[]): boolean {
  const origin = request.get("origin");
  return origin !== undefined && !allowedOrigins.includes(origin);
}
