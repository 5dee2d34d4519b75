/**
 * The checks on the claims of an ID token whose signature is verified (OpenID Connect Core 1.0, section 3.1.3.7). Each
 * check refuses with its own code.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { quote } from "../refusal.js";
import { refuse } from "./refusals.js";
import type { Claims } from "./surroundings.js";

export const TOLERATED_SKEW_SECONDS = 60;
/**
 * The greatest age of an ID token. The provider issues the token when Usher fetches it, so an older token comes from a
 * cache, a replay or a slow clock.
 */
export const OLDEST_SECONDS = 10 * 60;
const LONGEST_SUBJECT = 255;

/** What the token must match. */
export interface Expectation {
  /** The expected issuer, or a function that finds it from the token's other claims, such as the tenant. */
  readonly issuer: string | ((claims: Claims) => string);
  readonly clientId: string;
  /** Further audiences that a token may have if its `azp` is this client. None when left out. */
  readonly trustedAudiences?: readonly string[];
  /** The nonce of this sign-in. */
  readonly nonce: string;
  /** The access token of the same response, for `at_hash`. */
  readonly accessToken: string;
  /** Seconds since 1970, with fractions. */
  readonly nowSeconds: number;
  readonly algorithm: string;
  /**
   * May refuse a token of a different issuer with a code of its own. If it does not, Usher refuses the token with
   * `OIDC_ISSUER_MISMATCH`.
   */
  readonly explainForeignIssuer?: (claims: Claims) => void;
}

type Check = (claims: Claims, expected: Expectation) => void;

/** The checks, in the order in which they run. */
export const ID_TOKEN_CHECKS: readonly Check[] = [
  checkKind,
  checkIssuer,
  checkAudience,
  checkAuthorizedParty,
  checkTimesAreNumbers,
  checkNotFromTheFuture,
  checkNotExpired,
  checkNotTooOld,
  checkNonce,
  checkSubject,
  checkAccessTokenHash,
];

/**
 * Refuses logout tokens (Back-Channel Logout 1.0, section 2.4) and security events, which the provider signs with the
 * same keys as ID tokens.
 */
function checkKind(claims: Claims): void {
  if (claims["events"] !== undefined) refuse("OIDC_ID_TOKEN_TYPE_WRONG", "it has an events claim");
}

export function checkIssuer(
  claims: Claims,
  { issuer, explainForeignIssuer }: Pick<Expectation, "issuer" | "explainForeignIssuer">,
): void {
  const expected = typeof issuer === "string" ? issuer : issuer(claims);
  if (claims["iss"] === expected) return;
  explainForeignIssuer?.(claims);
  refuse("OIDC_ISSUER_MISMATCH", `iss is ${show(claims["iss"])}, expected was ${expected}`);
}

/** Refuses a token that is also for an application that the connection does not trust (step 3 of 3.1.3.7). */
export function checkAudience(
  claims: Claims,
  { clientId, trustedAudiences = [] }: Pick<Expectation, "clientId" | "trustedAudiences">,
): void {
  const audiences = audiencesOf(claims);
  if (!audiences.includes(clientId))
    refuse("OIDC_AUDIENCE_MISMATCH", `aud is ${show(claims["aud"])}, expected was ${clientId}`);
  const accepted: readonly unknown[] = [clientId, ...trustedAudiences];
  const others = audiences.filter((audience) => !accepted.includes(audience));
  if (others.length > 0) refuse("OIDC_AUDIENCE_MISMATCH", `aud also names ${show(others)}; clientId is ${clientId}`);
}

/**
 * Refuses a token that was issued to another application, even a trusted one. Only `azp` names the client that
 * requested the token.
 */
function checkAuthorizedParty(claims: Claims, { clientId }: Expectation): void {
  const { azp } = claims;
  const isNeeded = audiencesOf(claims).some((audience) => audience !== clientId);
  if (azp !== clientId && (isNeeded || azp !== undefined))
    refuse("OIDC_AUTHORIZED_PARTY_MISMATCH", `azp is ${show(azp)}, expected was ${clientId}`);
}

function audiencesOf({ aud }: Claims): readonly unknown[] {
  return Array.isArray(aud) ? aud : [aud];
}

export function checkTimesAreNumbers(claims: Claims): void {
  for (const name of ["exp", "iat"]) if (!isTime(claims[name])) refuse("OIDC_TIMES_INVALID", name);
  if (claims["nbf"] !== undefined && !isTime(claims["nbf"])) refuse("OIDC_TIMES_INVALID", "nbf");
}

export function checkNotFromTheFuture(claims: Claims, { nowSeconds }: Pick<Expectation, "nowSeconds">): void {
  for (const name of ["iat", "nbf"]) {
    const secondsAhead = ((claims[name] as number | undefined) ?? nowSeconds) - nowSeconds;
    if (secondsAhead > TOLERATED_SKEW_SECONDS)
      refuse("OIDC_CLOCK_SKEW", `${name} is ${Math.round(secondsAhead)} seconds in the future`);
  }
}

export function checkNotExpired(claims: Claims, { nowSeconds }: Pick<Expectation, "nowSeconds">): void {
  const secondsAgo = nowSeconds - (claims["exp"] as number);
  // A provider issues a token when Usher fetches it, so the age of `iat` shows how far the two clocks differ.
  const age = Math.round(nowSeconds - (claims["iat"] as number));
  if (secondsAgo >= TOLERATED_SKEW_SECONDS)
    refuse("OIDC_TOKEN_EXPIRED", `exp was ${Math.round(secondsAgo)} seconds ago, and iat ${age} seconds ago`);
}

export function checkNotTooOld(claims: Claims, { nowSeconds }: Pick<Expectation, "nowSeconds">): void {
  const secondsAgo = nowSeconds - (claims["iat"] as number);
  if (secondsAgo > OLDEST_SECONDS + TOLERATED_SKEW_SECONDS)
    refuse("OIDC_TOKEN_TOO_OLD", `iat was ${Math.round(secondsAgo)} seconds ago`);
}

function checkNonce(claims: Claims, { nonce }: Expectation): void {
  const { nonce: received } = claims;
  if (typeof received !== "string") return refuse("OIDC_NONCE_MISMATCH", "the token has no nonce");
  if (nonce === "" || !isSame(received, nonce)) refuse("OIDC_NONCE_MISMATCH", "the token has a different nonce");
}

function checkSubject(claims: Claims): void {
  const { sub } = claims;
  if (typeof sub !== "string" || sub === "" || sub.length > LONGEST_SUBJECT || sub.trim() !== sub)
    refuse("OIDC_SUBJECT_INVALID", `sub is ${show(sub)}`);
}

/** Checks that the access token, with which Usher asks userinfo, belongs to the ID token (Core 3.1.3.8). */
function checkAccessTokenHash(claims: Claims, { accessToken, algorithm }: Expectation): void {
  const { at_hash: received } = claims;
  if (received !== undefined && received !== accessTokenHash(accessToken, algorithm))
    refuse("OIDC_ACCESS_TOKEN_HASH_MISMATCH");
}

/**
 * The left half of the access token's hash. The signature algorithm of the ID token decides which hash it is; for
 * Ed25519 it is SHA-512.
 */
function accessTokenHash(accessToken: string, algorithm: string): string {
  const bits = algorithm.startsWith("Ed") ? "512" : algorithm.slice(-3);
  const digest = createHash(`sha${bits}`).update(accessToken, "ascii").digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

/** A shortened claim, for the administrator. */
function show(value: unknown): string {
  return value === undefined ? "missing" : quote(JSON.stringify(value));
}
