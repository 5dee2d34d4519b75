/**
 * Proves that a page of Usher sent a form (CSRF and login CSRF): the browser has a random cookie, and the form has a
 * value that is computed from the cookie. Other sites can read neither. Over https, no other host can set the cookie,
 * because its name begins with `__Host-`.
 */
import type { Request, Response } from "express";
import type { Cookie } from "../../platform/http/cookies.js";
import { issueToken, sha256Hex } from "../../platform/crypto/tokens.js";
import { FORM_TOKEN_FIELD } from "../pages/form-field.js";

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The value for the field of a form. Sets the cookie if the browser has none. */
export function issueFormToken(cookie: Cookie, request: Request, response: Response): string {
  const brought = cookie.read(request);
  if (brought !== null && TOKEN.test(brought)) return fieldOf(brought);
  const { token } = issueToken("");
  cookie.write(response, token);
  return fieldOf(token);
}

/** Whether a posted form has the value that belongs to the browser's cookie. */
export function hasFormToken(cookie: Cookie, request: Request, form: Readonly<Record<string, unknown>>): boolean {
  const brought = cookie.read(request);
  return brought !== null && TOKEN.test(brought) && form[FORM_TOKEN_FIELD] === fieldOf(brought);
}

/** The form's value for a cookie. It is a hash, so that a copy of the page does not disclose the cookie. */
function fieldOf(token: string): string {
  return sha256Hex(`usher form ${token}`);
}
