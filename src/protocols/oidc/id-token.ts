/**
 * Verifies an ID token (OpenID Connect Core 1.0, section 3.1.3.7): its form, its header, its signature by a published
 * key of the provider, and then its claims. The standard accepts TLS in place of the signature, but Usher always
 * requires the signature.
 */
import { compactVerify, decodeProtectedHeader, type CryptoKey } from "jose";
import { ID_TOKEN_CHECKS, type Expectation } from "./id-token-checks.js";
import type { KeyHint, KeySet } from "./key-set.js";
import { quote } from "../refusal.js";
import { refuse } from "./refusals.js";
import { isObject } from "./request-json.js";
import type { Claims } from "./surroundings.js";

/** The algorithms that a connection may choose: only asymmetric ones (RFC 7518, section 3.1; RFC 8037; RFC 9864). */
export const SIGNING_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** `JWT`, or an explicit type of the same meaning (RFC 8725, section 3.11). Many providers send none. */
const TOKEN_TYPES: readonly unknown[] = [undefined, "jwt", "application/jwt", "id_token+jwt"];
/** Header fields that contain a key, point to one, or change what is signed (RFC 7515, section 4.1; RFC 7797). */
const DANGEROUS_HEADERS = ["jwk", "jku", "x5u", "crit", "b64", "zip", "enc"];

/** A token whose signature is verified: its algorithm, and its claims, which are not checked yet. */
export interface SignedToken {
  readonly claims: Claims;
  readonly algorithm: SigningAlgorithm;
}

/** What the token must match. The algorithm that the token's header names must be one of `algorithms`. */
export type IdTokenExpectation = Omit<Expectation, "algorithm"> & { readonly algorithms: readonly string[] };

/**
 * Verifies an ID token and returns its claims.
 *
 * @throws ProtocolRefusal with the code of the first check that fails
 */
export async function verifyIdToken(idToken: string, keys: KeySet, expected: IdTokenExpectation): Promise<Claims> {
  const { claims, algorithm } = await verifySignedToken(idToken, keys, TOKEN_TYPES, expected.algorithms);
  for (const check of ID_TOKEN_CHECKS) check(claims, { ...expected, algorithm });
  return claims;
}

/**
 * Verifies the form, the header and the signature of a token. The caller checks its claims.
 *
 * @param types the accepted values of the header's `typ`, in lower case; `undefined` among them accepts a token without
 *   `typ`
 * @throws ProtocolRefusal
 */
export async function verifySignedToken(
  token: string,
  keys: KeySet,
  types: readonly unknown[],
  algorithms: readonly string[],
): Promise<SignedToken> {
  const header = readHeader(token);
  checkTokenType(header, types);
  checkNoDangerousHeader(header);
  const algorithm = checkAlgorithm(header, algorithms);
  const payload = await verifySignature(token, { alg: algorithm, kid: header["kid"] as string | undefined }, keys);
  return { claims: readClaims(payload), algorithm };
}

function readHeader(idToken: string): Readonly<Record<string, unknown>> {
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(idToken))
    return refuse("OIDC_ID_TOKEN_MALFORMED", "not three parts of base64url");
  let header: Readonly<Record<string, unknown>>;
  try {
    header = decodeProtectedHeader(idToken) as Readonly<Record<string, unknown>>;
  } catch {
    return refuse("OIDC_ID_TOKEN_MALFORMED", "its header is not a JSON object");
  }
  const { kid } = header;
  if (kid !== undefined && typeof kid !== "string") return refuse("OIDC_ID_TOKEN_MALFORMED", "its kid is not a text");
  return header;
}

function checkTokenType({ typ }: Readonly<Record<string, unknown>>, types: readonly unknown[]): void {
  if (!types.includes(typeof typ === "string" ? typ.toLowerCase() : typ))
    refuse("OIDC_ID_TOKEN_TYPE_WRONG", `typ is ${quote(JSON.stringify(typ))}`);
}

/**
 * Usher never takes a key from a header. A token with a key in its header is an attack, or belongs to a different
 * protocol.
 */
function checkNoDangerousHeader(header: Readonly<Record<string, unknown>>): void {
  const name = DANGEROUS_HEADERS.find((dangerous) => Object.hasOwn(header, dangerous));
  if (name !== undefined) refuse("OIDC_ID_TOKEN_HEADER_REFUSED", name);
}

function checkAlgorithm({ alg }: Readonly<Record<string, unknown>>, allowed: readonly string[]): SigningAlgorithm {
  const algorithm = SIGNING_ALGORITHMS.find((each) => each === alg);
  if (algorithm === undefined || !allowed.includes(algorithm))
    return refuse("OIDC_ALGORITHM_REFUSED", `alg is ${quote(JSON.stringify(alg))}, allowed: ${allowed.join(", ")}`);
  return algorithm;
}

/** Tries the known keys. If none verifies the token, tries the keys that the provider publishes now. */
async function verifySignature(idToken: string, hint: KeyHint, keys: KeySet): Promise<Uint8Array> {
  let candidates = await keys.find(hint);
  let payload = await verifyWithAny(idToken, candidates, hint.alg);
  if (payload === null) {
    // The keys are tried again even if this call fetches nothing, because another sign-in may have fetched them
    // meanwhile.
    await keys.refresh();
    candidates = await keys.find(hint);
    payload = await verifyWithAny(idToken, candidates, hint.alg);
  }
  if (payload !== null) return payload;
  if (candidates.length > 0) return refuse("OIDC_SIGNATURE_INVALID", `key id ${quote(hint.kid)}`);
  const reason = keys.whyRefused(hint.kid);
  return reason === null
    ? refuse("OIDC_KEY_UNKNOWN", `key id ${quote(hint.kid)}, algorithm ${hint.alg}`)
    : refuse("OIDC_KEY_REFUSED", `key id ${quote(hint.kid)}: ${reason}`);
}

async function verifyWithAny(idToken: string, candidates: readonly CryptoKey[], algorithm: string) {
  for (const key of candidates) {
    try {
      return (await compactVerify(idToken, key, { algorithms: [algorithm] })).payload;
    } catch {
      // This key does not verify the token, but the next key may.
    }
  }
  return null;
}

function readClaims(payload: Uint8Array): Claims {
  try {
    const claims: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (isObject(claims)) return claims;
  } catch {
    // Falls through to the refusal below.
  }
  return refuse("OIDC_ID_TOKEN_MALFORMED", "its claims are not a JSON object");
}
