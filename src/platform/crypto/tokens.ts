/**
 * Tokens that Usher issues and recognises: API keys, sessions, SCIM tokens, one-time links. They are random enough for a
 * plain hash, so a look-up is one indexed comparison.
 */
import { createHash, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;
/** A byte that UTF-8 text never begins with. */
const ILL_FORMED_MARK = Uint8Array.of(0xff);

/** A token, which its holder sees once, and the hash that is stored. */
export interface IssuedToken {
  readonly token: string;
  readonly hash: string;
}

/** Makes a token of a prefix, such as `usher_key_`, and 256 random bits. Scanners find leaked tokens by the prefix. */
export function issueToken(prefix: string): IssuedToken {
  const token = prefix + randomBytes(TOKEN_BYTES).toString("base64url");
  return { token, hash: hashToken(token) };
}

/** The form in which a token is stored and looked up: SHA-256 in hex, 64 characters. */
export function hashToken(token: string): string {
  return sha256Hex(token);
}

/**
 * SHA-256 in lower-case hex, 64 characters. It is an exact key for texts that a database's collation would treat as equal.
 * JSON can contain lone surrogates, which UTF-8 would all encode as the same replacement character. Such texts get different
 * hashes here.
 */
export function sha256Hex(text: string): string {
  const hash = createHash("sha256");
  if (/\p{Surrogate}/u.test(text)) hash.update(ILL_FORMED_MARK).update(text, "utf16le");
  else hash.update(text, "utf8");
  return hash.digest("hex");
}
