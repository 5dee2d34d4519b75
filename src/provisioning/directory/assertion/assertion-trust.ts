/** The assertions that a directory accepts from its provider (RFC 7523): their issuer, and the keys that sign them. */
import { createPublicKey, type JsonWebKey } from "node:crypto";
import type { JWK } from "jose";
import { InputCheck } from "../../../platform/errors/input.js";
import { ProtocolRefusal } from "../../../protocols/refusal.js";
import { readKeyDocument } from "../../../protocols/oidc/index.js";

export interface AssertionTrust {
  /** Every change of the trust gives it a new id, so an id always means the same keys. */
  readonly id: string;
  readonly directoryId: string;
  /** What `iss` must be; `null` if it must be the directory's id, as when a client authenticates (RFC 7523, section 3). */
  readonly issuer: string | null;
  readonly keys: TrustedKeys;
}

/** Keys at an address, or public keys that an administrator entered. */
type TrustedKeys = { readonly jwksUrl: string } | { readonly jwks: readonly JWK[] };

/** The input of a caller. Without an address and keys, the directory accepts no assertion. */
export interface TrustInput {
  readonly issuer?: string | null;
  readonly jwksUrl?: string | null;
  /** A JSON Web Key Set as text. */
  readonly jwks?: string | null;
}

/** Returns what an address must be, or `null` when this server may request it. */
type CheckServerUrl = (url: URL) => string | null;

const LONGEST_ISSUER = 1_000;
const LONGEST_URL = 2_000;
/** Twenty keys of 4,096 bits with their certificates take about this much. */
const LONGEST_JWKS = 100_000;

/**
 * Reads what a caller entered.
 *
 * @returns `null` if the directory must accept no assertion
 * @throws INVALID_INPUT
 */
export function readTrust(
  input: TrustInput,
  serverUrl: CheckServerUrl,
): Omit<AssertionTrust, "id" | "directoryId"> | null {
  const check = new InputCheck();
  const issuer = check.optionalText("issuer", input.issuer, { longest: LONGEST_ISSUER });
  const jwksUrl = readUrl(check, input.jwksUrl, serverUrl);
  const jwks = readKeys(check, input.jwks);
  if (jwksUrl !== null && jwks !== null)
    check.add("jwks", "INVALID", "must be left out beside jwksUrl: give one of both");
  if (issuer !== null && jwksUrl === null && jwks === null)
    check.add("jwksUrl", "REQUIRED", "is required with an issuer, unless jwks has the keys");
  check.finish();
  if (jwksUrl !== null) return { issuer, keys: { jwksUrl } };
  return jwks === null ? null : { issuer, keys: { jwks } };
}

function readUrl(check: InputCheck, value: string | null | undefined, serverUrl: CheckServerUrl): string | null {
  const text = check.optionalText("jwksUrl", value, { longest: LONGEST_URL });
  if (text === null) return null;
  if (!URL.canParse(text)) {
    check.add("jwksUrl", "INVALID", "must be an address such as https://example.com/jwks");
    return text;
  }
  const url = new URL(text);
  const demand = serverUrl(url);
  if (demand !== null) check.add("jwksUrl", "INVALID", demand);
  return url.href;
}

/** Every key must be a public key for signatures, so that a mistake is an error at once. */
function readKeys(check: InputCheck, text: string | null | undefined): readonly JWK[] | null {
  if (text == null || text.trim() === "") return null;
  const refuse = (message: string) => check.add("jwks", "INVALID", message);
  if (text.length > LONGEST_JWKS) {
    refuse(`must be at most ${LONGEST_JWKS} characters long`);
    return [];
  }
  try {
    const { usable, refused } = readKeyDocument(JSON.parse(text), "the text");
    const [first] = refused;
    if (first !== undefined) refuse(`has a key that cannot be used (key id ${first.kid ?? "none"}): ${first.reason}`);
    else if (usable.length === 0) refuse("has no key");
    for (const key of usable) {
      if (key.use !== undefined && key.use !== "sig")
        refuse(`has a key that is not for signatures (key id ${key.kid ?? "none"})`);
      else if (!isReadable(key)) refuse(`has a key that cannot be read (key id ${key.kid ?? "none"})`);
    }
    return usable;
  } catch (error) {
    if (!(error instanceof ProtocolRefusal) && !(error instanceof SyntaxError)) throw error;
    refuse('must be a JSON Web Key Set: {"keys":[…]} with at most 100 public keys');
    return [];
  }
}

function isReadable(key: JWK): boolean {
  try {
    createPublicKey({ key: key as JsonWebKey, format: "jwk" });
    return true;
  } catch {
    return false;
  }
}
