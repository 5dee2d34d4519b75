/**
 * Remembers in the browser that a person signed out, until the next sign-in. The provider may still have a session, so the
 * next sign-in asks it to offer a choice of accounts. Otherwise the next person at a shared computer would be signed in as
 * the previous person. The cookie also carries `returnTo` through a sign-out at the provider, because the provider knows
 * only one address.
 */
import type { Request, Response } from "express";
import type { Cookie } from "../../platform/http/cookies.js";
import { resolveReturnTo, type ReturnRules } from "../return-to.js";

export const SIGNED_OUT_SECONDS = 30 * 86_400;

const NOWHERE = "-";
/** Characters that the cookie may hold, in base64url. A longer address is dropped, and the person lands on the default page. */
const LONGEST = 2_000;

/** Remembers a sign-out, and where the person goes after the sign-out at the provider. */
export function rememberSignOut(cookie: Cookie, response: Response, returnTo: string | null): void {
  const value = returnTo === null ? NOWHERE : Buffer.from(returnTo).toString("base64url");
  cookie.write(response, value.length > LONGEST ? NOWHERE : value);
}

/** Whether the person signed out in this browser and has not signed in since. */
export function hasSignedOut(cookie: Cookie, request: Request): boolean {
  return cookie.read(request) !== null;
}

/** Where the person goes after the sign-out. The cookie can be forged, so the address must pass the allow-list again. */
export function recallReturnTo(cookie: Cookie, request: Request, rules: ReturnRules): string | null {
  const value = cookie.read(request);
  return value === null || value === NOWHERE
    ? null
    : resolveReturnTo(Buffer.from(value, "base64url").toString(), rules);
}
