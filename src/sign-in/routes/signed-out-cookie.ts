/**
 * Remembers in the browser that a person signed out, until somebody signs in there. The provider still knows that person, so
 * the next sign-in has it ask for the account, or the next person at a shared computer would come in as the one before.
 * The cookie also carries where the person goes while a provider signs them out: providers lead to one address only.
 */
import type { Request, Response } from "express";
import type { Cookie } from "../../platform/http/cookies.js";
import { resolveReturnTo, type ReturnRules } from "../return-to.js";

/** How long the browser remembers it. */
export const SIGNED_OUT_SECONDS = 30 * 86_400;

const NOWHERE = "-";
/** What a cookie holds, in base64url; a longer address is forgotten, and the person lands where others do. */
const LONGEST = 2_000;

/** Remembers a sign-out, and where the person goes once the provider has signed them out as well. */
export function rememberSignOut(cookie: Cookie, response: Response, returnTo: string | null): void {
  const value = returnTo === null ? NOWHERE : Buffer.from(returnTo).toString("base64url");
  cookie.write(response, value.length > LONGEST ? NOWHERE : value);
}

/** Whether the last thing that happened in this browser was a sign-out. */
export function hasSignedOut(cookie: Cookie, request: Request): boolean {
  return cookie.read(request) !== null;
}

/** Where the person wanted to go after the sign-out. The cookie may be planted, so the allow-list is asked again. */
export function recallReturnTo(cookie: Cookie, request: Request, rules: ReturnRules): string | null {
  const value = cookie.read(request);
  return value === null || value === NOWHERE
    ? null
    : resolveReturnTo(Buffer.from(value, "base64url").toString(), rules);
}
