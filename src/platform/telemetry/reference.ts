/** References: a person gives one to the operator, who finds it in the log. */
import { randomBytes } from "node:crypto";

/** Crockford's base 32, without I, L, O and U, which are easily misread. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 10;

/** Ten characters, 50 random bits: unique within an installation. */
export function createReference(): string {
  return Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
