/**
 * Verifies an assertion of a directory's provider (RFC 7523, section 3). The subject names the directory, and the
 * signature proves that the directory's provider made the assertion. Until the signature is verified, a refusal does not
 * say what is wrong, because a stranger could learn which directories exist.
 */
import { decodeJwt } from "jose";
import type { AssertionTrust } from "../../provisioning/directory/assertion/assertion-trust.js";
import { findTrustOf } from "../../provisioning/directory/assertion/trust.repository.js";
import type { Reader } from "../../platform/database/database.js";
import { SIGNING_ALGORITHMS, verifySignedToken, type KeySet } from "../../protocols/oidc/index.js";
import { ProtocolRefusal } from "../../protocols/refusal.js";
import { TokenRefusal } from "./token-refusal.js";
import type { TokenRequest } from "./read-token-request.js";

/** Types of RFC 7519, section 5.1, and of the update of RFC 7523 (draft-ietf-oauth-rfc7523bis). */
const TYPES: readonly unknown[] = [
  undefined,
  "jwt",
  "application/jwt",
  "client-authentication+jwt",
  "authorization-grant+jwt",
];
const TOLERATED_SKEW_SECONDS = 60;
/** Shorter than `ACCESS_TOKEN_SECONDS`: Usher recognises a copy of an assertion as long as its access token is stored. */
const LONGEST_LIFETIME_SECONDS = 10 * 60;
const LONGEST_ID = 255;

export interface AssertionSurroundings {
  readonly reader: Reader;
  /** The keys of a directory. */
  readonly keysOf: (trust: AssertionTrust) => KeySet;
  /** The accepted audiences: the endpoint, or the address of SCIM. */
  readonly audiences: readonly string[];
  readonly nowSeconds: number;
  /** Called with the code of a refusal that the response does not show. */
  readonly note: (code: string) => void;
}

/** A verified assertion. */
export interface VerifiedAssertion {
  readonly trust: AssertionTrust;
  /** The `jti` of the assertion. */
  readonly id: string;
}

/** @throws TokenRefusal */
export async function verifyAssertion(
  { assertion, use, clientId }: TokenRequest,
  surroundings: AssertionSurroundings,
): Promise<VerifiedAssertion> {
  const directoryId = readSubject(assertion);
  const found =
    directoryId === null ? undefined : (await findTrustOf(surroundings.reader, [directoryId])).get(directoryId);
  const hidden = () =>
    new TokenRefusal(
      use,
      "The assertion is not accepted. sub must be the client id of the directory, and the signature must be by one of its keys with an asymmetric algorithm.",
    );
  if (found === undefined) throw hidden();
  let claims: Readonly<Record<string, unknown>>;
  try {
    ({ claims } = await verifySignedToken(assertion, surroundings.keysOf(found), TYPES, SIGNING_ALGORITHMS));
  } catch (error) {
    if (!(error instanceof ProtocolRefusal)) throw error;
    surroundings.note(error.code);
    throw hidden();
  }
  const mistake = findMistake(claims, found, clientId, surroundings);
  if (mistake !== null) throw new TokenRefusal(use, mistake);
  return { trust: found, id: claims["jti"] as string };
}

/** The directory that an unverified assertion names; `null` if it cannot be read. */
function readSubject(assertion: string): string | null {
  try {
    const { sub } = decodeJwt(assertion);
    return typeof sub === "string" && sub !== "" && sub.length <= 36 ? sub : null;
  } catch {
    return null;
  }
}

/** The first claim that is wrong, as a sentence for the provider's administrator. */
function findMistake(
  claims: Readonly<Record<string, unknown>>,
  { directoryId, issuer }: AssertionTrust,
  clientId: string | null,
  { audiences, nowSeconds }: AssertionSurroundings,
): string | null {
  const { iss, aud, exp, nbf, iat, jti } = claims;
  if (iss !== (issuer ?? directoryId)) return "iss is not the issuer that the directory trusts.";
  if (clientId !== null && clientId !== directoryId) return "client_id is not the sub of the assertion.";
  // An assertion for a second audience as well is refused, because that audience could use it here.
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (named.length === 0 || !named.every((each) => audiences.includes(each as string)))
    return `aud must be ${audiences.join(" or ")}, and nothing else.`;
  if (!isTime(exp)) return "exp is missing, or not a number.";
  if (exp <= nowSeconds - TOLERATED_SKEW_SECONDS) return "The assertion has expired.";
  if (exp > nowSeconds + LONGEST_LIFETIME_SECONDS + TOLERATED_SKEW_SECONDS)
    return `exp must be at most ${LONGEST_LIFETIME_SECONDS} seconds ahead.`;
  for (const [name, value] of Object.entries({ nbf, iat })) {
    if (value !== undefined && !isTime(value)) return `${name} is not a number.`;
    if (value !== undefined && value > nowSeconds + TOLERATED_SKEW_SECONDS) return `${name} is in the future.`;
  }
  if (typeof jti !== "string" || jti === "" || jti.length > LONGEST_ID)
    return `jti must be a text of 1 to ${LONGEST_ID} characters, and new in every assertion.`;
  return null;
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}
