/**
 * Authenticates at the token endpoint with a signature instead of a secret: `private_key_jwt` (OpenID Connect Core 1.0,
 * section 9; RFC 7523, sections 2.2 and 3).
 */
import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, importPKCS8, SignJWT } from "jose";
import { makeRandomValue } from "./pkce.js";
import {
  ASSERTION_ALGORITHMS,
  type AssertionAlgorithm,
  type AssertionClient,
  type AssertionKey,
  type Provider,
} from "./surroundings.js";

const RSA_BITS = 2_048;
/** How long an assertion is valid: long enough for a provider whose clock is a minute ahead. */
const LIFETIME_SECONDS = 120;

/** Chooses the first of Usher's algorithms that the provider supports; RS256 if the provider names none of them. */
export function chooseAssertionAlgorithm(advertised: readonly string[] | null): AssertionAlgorithm {
  return ASSERTION_ALGORITHMS.find((algorithm) => advertised?.includes(algorithm)) ?? "RS256";
}

/**
 * Makes an RSA key for RS256 and PS256, and an elliptic one for ES256. Usher learns later which of them the provider
 * accepts.
 */
export async function createAssertionKeys(): Promise<readonly AssertionKey[]> {
  const generate = promisify(generateKeyPair);
  const pairs = await Promise.all([
    generate("rsa", { modulusLength: RSA_BITS }),
    generate("ec", { namedCurve: "P-256" }),
  ]);
  return await Promise.all(pairs.map(describePair));
}

async function describePair(pair: { publicKey: KeyObject; privateKey: KeyObject }): Promise<AssertionKey> {
  const jwk = pair.publicKey.export({ format: "jwk" }) as Record<string, string>;
  const id = await calculateJwkThumbprint(jwk);
  // An RSA key has no `alg`, because it serves two algorithms.
  const publicKey = { ...jwk, use: "sig", kid: id, ...(jwk["kty"] === "EC" && { alg: "ES256" }) };
  return { id, privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string, publicKey };
}

/**
 * Signs an assertion for one request to the token endpoint. Its only audience is the issuer, as the update of RFC 7523
 * demands (draft-ietf-oauth-rfc7523bis), unless the connection's settings choose the token endpoint, for an older
 * provider. This is safe, because no other connection has this key.
 */
export async function signClientAssertion(
  { id, keys, audience }: AssertionClient,
  { issuer, tokenEndpoint, assertionAlgorithm: alg }: Pick<Provider, "issuer" | "tokenEndpoint" | "assertionAlgorithm">,
  now: Date,
): Promise<string> {
  const kty = alg === "ES256" ? "EC" : "RSA";
  const key = keys.find(({ publicKey }) => publicKey["kty"] === kty);
  if (key === undefined) throw new Error("The connection uses private_key_jwt and has no key for it.");
  const seconds = Math.floor(now.valueOf() / 1_000);
  return await new SignJWT({ jti: makeRandomValue() })
    .setProtectedHeader({ alg, kid: key.id })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(audience === "TOKEN_ENDPOINT" ? tokenEndpoint : issuer)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + LIFETIME_SECONDS)
    .sign(await importPKCS8(key.privateKey, alg));
}
