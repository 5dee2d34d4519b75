/**
 * Remembers in the browser that a person signed out, until the next sign-in. The provider may still have a session, so
 * the next sign-in asks the provider to offer a choice of accounts. Otherwise the next person at a shared computer
 * would be signed in as the previous person.
 */
import type { Request, Response } from "express";
import type { Cookie } from "../../platform/http/cookies.js";

export const SIGNED_OUT_SECONDS = 30 * 86_400;

/** Remembers a sign-out. */
export function rememberSignOut(cookie: Cookie, response: Response): void {
  cookie.write(response, "yes");
}

/** Whether the person signed out in this browser and has not signed in since. */
export function hasSignedOut(cookie: Cookie, request: Request): boolean {
  return cookie.read(request) !== null;
}
