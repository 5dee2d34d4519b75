/**
 * Tokens that Usher gives out and later recognises: API keys, sessions, SCIM tokens, one-time links. They are random enough
 * that a plain hash protects them, so that looking them up is one indexed comparison of the hash.
 */
import { createHash, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;
/** A byte that begins no UTF-8 text. */
const ILL_FORMED_MARK = Uint8Array.of(0xff);

/** A token as its holder gets it, once, and its hash as it is stored. */
export interface IssuedToken {
  readonly token: string;
  readonly hash: string;
}

/** Makes a token of 256 random bits behind a readable prefix, such as `usher_key_`, by which leaked ones are found. */
export function issueToken(prefix: string): IssuedToken {
  const token = prefix + randomBytes(TOKEN_BYTES).toString("base64url");
  return { token, hash: hashToken(token) };
}

/** The form in which a token is stored and looked up: SHA-256 in hex, 64 characters. */
export function hashToken(token: string): string {
  return sha256Hex(token);
}

/**
 * SHA-256 in lower-case hex, 64 characters: the exact key for texts that a database's collation would take for equal.
 * Different texts have different hashes even where they are not well-formed Unicode, as JSON may bring them: encoding
 * alone would make one replacement character of every lone surrogate.
 */
export function sha256Hex(text: string): string {
  const hash = createHash("sha256");
  if (/\p{Surrogate}/u.test(text)) hash.update(ILL_FORMED_MARK).update(text, "utf16le");
  else hash.update(text, "utf8");
  return hash.digest("hex");
}
