/** Random values of a sign-in, and the proof key for code exchange (RFC 7636). */
import { createHash, randomBytes } from "node:crypto";

/** 256 random bits as 43 characters of base64url. */
export function makeRandomValue(): string {
  return randomBytes(32).toString("base64url");
}

/** The S256 code challenge of a code verifier (RFC 7636, section 4.2). */
export function challengeOf(codeVerifier: string): string {
  return createHash("sha256").update(codeVerifier, "ascii").digest("base64url");
}
