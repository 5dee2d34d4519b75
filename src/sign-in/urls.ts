/** The addresses of Usher's sign-in pages, and the query parameters that they hand on to each other. */
import { LONGEST_RETURN_URL } from "./return-to.js";

/** The most characters of an e-mail address (RFC 5321, section 4.5.3.1). */
export const LONGEST_ADDRESS = 254;

/** The value of `prompt` that lets the person choose the account (OpenID Connect Core 1.0, section 3.1.2.1). */
export const CHOOSE_ACCOUNT = "select_account";

const START_PARAMETERS = [
  ["returnTo", LONGEST_RETURN_URL],
  ["login_hint", LONGEST_ADDRESS],
] as const;

/**
 * The parameters that a page hands on to the start of a sign-in, unchecked: the start checks them. A page repeats the
 * parameters in every button, so it leaves out those that are too long for the start.
 */
export function readStartParameters(query: Readonly<Record<string, unknown>>): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, longest] of START_PARAMETERS) {
    const value = query[name];
    if (typeof value === "string" && value.length <= longest) parameters.set(name, value);
  }
  return parameters;
}

/**
 * The account that a link to the start of a sign-in names; `null` if the value cannot be an account's name. Anybody can
 * make such a link, and the provider shows the value on its page, so it must not contain control or invisible
 * characters.
 */
export function readLoginHint(value: unknown): string | null {
  if (typeof value !== "string" || value.length > LONGEST_ADDRESS) return null;
  const hint = value.trim();
  return hint === "" || /[\p{C}\p{Zl}\p{Zp}]/u.test(hint) ? null : hint;
}

/** Where a sign-in begins. */
export function startUrl(connectionId: string, parameters?: URLSearchParams): string {
  return withQuery(`/sso/${connectionId}/start`, parameters);
}

/**
 * After a portal's message began a sign-in, a second such message is refused for this many seconds. A provider that never
 * answers Usher's requests would otherwise begin sign-ins without end.
 */
export const PORTAL_SECONDS = 60;

/** Where a sign-in begins after a provider's portal posted a message that answers no request. */
export function startFromPortal(connectionId: string, returnTo: string | null): string {
  const parameters = new URLSearchParams({ portal: "1" });
  if (returnTo !== null && returnTo.length <= LONGEST_RETURN_URL) parameters.set("returnTo", returnTo);
  return startUrl(connectionId, parameters);
}

/** Where the customer's administrator begins the consent to the operator's app. */
export function consentUrl(connectionId: string, token: string): string {
  return withQuery(`/sso/${connectionId}/consent`, new URLSearchParams({ token }));
}

/** The page of an organization. */
export function organizationUrl({ slug }: { readonly slug: string }, parameters?: URLSearchParams): string {
  return withQuery(`/o/${slug}`, parameters);
}

/** The page for signing in by password, and where its form posts. */
export function passwordUrl({ slug }: { readonly slug: string }, parameters?: URLSearchParams): string {
  return withQuery(`/o/${slug}/password`, parameters);
}

/** The page of a sign-in that waits for a new password. */
export function newPasswordUrl({ slug }: { readonly slug: string }): string {
  return `/o/${slug}/password/new`;
}

/** Where a sign-in by a passkey alone posts. */
export function passkeyUrl({ slug }: { readonly slug: string }): string {
  return `/o/${slug}/passkey`;
}

/** The page of a sign-in that waits for a second factor. */
export function secondFactorUrl({ slug }: { readonly slug: string }): string {
  return `/o/${slug}/factor`;
}

/** The page on which a person who has just signed in adds and removes second factors. */
export function factorsUrl({ slug }: { readonly slug: string }): string {
  return `/o/${slug}/factors`;
}

/** The page on which operators sign in, and where they land. */
export const OPERATOR_URL = "/operator";

/** The page of an operator's sign-in that waits for a second factor. */
export const OPERATOR_FACTOR_URL = "/operator/factor";

/** The page on which an operator adds and removes second factors. */
export const OPERATOR_FACTORS_URL = "/operator/factors";

/** The page on which a person asks for a link to set a new password. */
export function forgotUrl({ slug }: { readonly slug: string }, parameters?: URLSearchParams): string {
  return withQuery(`/o/${slug}/forgot`, parameters);
}

function withQuery(path: string, parameters = new URLSearchParams()): string {
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
