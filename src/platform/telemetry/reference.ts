/** References: what a person reads out to the operator, and what the operator then finds in the log. */
import { randomBytes } from "node:crypto";

/** Crockford's base 32: no I, L, O or U, so that nothing is misread. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 10;

/** Ten characters, 50 random bits: enough that two failures of one installation never share one by chance. */
export function createReference(): string {
  return Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
