/**
 * Verifies a logout token (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6): its signature, in the same
 * way as that of an ID token, and then its claims. Neither an ID token nor an access token passes for a logout token:
 * the first has no `events`, and the second has a different audience or type.
 */
import type { ProviderLogout } from "../logout.js";
import {
  checkAudience,
  checkIssuer,
  checkNotExpired,
  checkNotFromTheFuture,
  checkNotTooOld,
  checkTimesAreNumbers,
  OLDEST_SECONDS,
  TOLERATED_SKEW_SECONDS,
} from "./id-token-checks.js";
import { verifySignedToken } from "./id-token.js";
import type { KeySet } from "./key-set.js";
import { refuse } from "./refusals.js";
import { isObject } from "./request-json.js";
import type { Claims } from "./surroundings.js";

/** Section 2.4 recommends `logout+jwt`. Many providers send `JWT` or no type. */
const TOKEN_TYPES: readonly unknown[] = [undefined, "jwt", "application/jwt", "logout+jwt", "application/logout+jwt"];
const EVENT = "http://schemas.openid.net/event/backchannel-logout";
/** The longest logout token, in characters. Real ones have a few short claims. */
const LONGEST_TOKEN = 16_000;
const LONGEST_IDENTIFIER = 1_000;

/** What the token must match. */
export interface LogoutTokenExpectation {
  readonly issuer: string;
  readonly clientId: string;
  readonly trustedAudiences: readonly string[];
  readonly algorithms: readonly string[];
  /** Seconds since 1970, with fractions. */
  readonly nowSeconds: number;
}

/**
 * Verifies a logout token and returns the sessions that it ends.
 *
 * @throws ProtocolRefusal with the code of the first check that fails
 */
export async function verifyLogoutToken(
  token: string,
  keys: KeySet,
  expected: LogoutTokenExpectation,
): Promise<ProviderLogout> {
  if (token.length > LONGEST_TOKEN) refuse("OIDC_LOGOUT_TOKEN_INVALID", `it has ${token.length} characters`);
  const { claims } = await verifySignedToken(token, keys, TOKEN_TYPES, expected.algorithms);
  checkIssuer(claims, expected);
  checkAudience(claims, expected);
  checkTimesAreNumbers(claims);
  checkNotFromTheFuture(claims, expected);
  checkNotExpired(claims, expected);
  checkNotTooOld(claims, expected);
  checkEvents(claims);
  checkNoNonce(claims);
  const id = readIdentifier(claims, "jti") ?? refuse("OIDC_LOGOUT_TOKEN_INVALID", "it has no jti");
  const sid = readIdentifier(claims, "sid");
  const subject = readIdentifier(claims, "sub");
  if (subject === null && sid === null) refuse("OIDC_LOGOUT_TOKEN_INVALID", "it has neither sub nor sid");
  // The replay note is kept for as long as any clock within the tolerance could accept a copy of the token.
  const seconds = (claims["iat"] as number) + OLDEST_SECONDS + 2 * TOLERATED_SKEW_SECONDS;
  const replay = { kind: "logout-token", id, expiresAt: new Date(seconds * 1_000) } as const;
  return { subject, indexes: sid === null ? [] : [sid], replay };
}

/** Requires the member of `events` that says that this token is a logout token (section 2.4). */
function checkEvents({ events }: Claims): void {
  if (!isObject(events) || !Object.hasOwn(events, EVENT) || !isObject(events[EVENT]))
    refuse("OIDC_LOGOUT_TOKEN_INVALID", "its events have no object for back-channel logout");
}

/** Refuses a nonce. Section 2.4 prohibits it, so that a logout token never passes for an ID token. */
function checkNoNonce(claims: Claims): void {
  if (Object.hasOwn(claims, "nonce")) refuse("OIDC_LOGOUT_TOKEN_INVALID", "it has a nonce");
}

function readIdentifier(claims: Claims, name: "jti" | "sid" | "sub"): string | null {
  const value = claims[name];
  if (value === undefined) return null;
  if (typeof value !== "string" || value === "" || value.length > LONGEST_IDENTIFIER)
    // This reason is logged, so it must not name people.
    return refuse("OIDC_LOGOUT_TOKEN_INVALID", `${name} is not a text of 1 to ${LONGEST_IDENTIFIER} characters`);
  return value;
}
