/** What a new password must be (NIST SP 800-63B-4, section 3.1.1.2). Pure. */
import type { InputCheck } from "../../platform/errors/input.js";

/** The longest password, in characters. Longer input is refused before it is normalised or hashed. */
export const LONGEST_PASSWORD = 256;

/** Adds the mistakes of a new password to a check, at `path`. */
export function checkPassword(check: InputCheck, path: string, password: string, shortest: number): void {
  // A character of Unicode has one or two code units.
  const isHuge = password.length > LONGEST_PASSWORD * 2;
  const length = isHuge ? password.length : (password.match(/./gsu)?.length ?? 0);
  if (length > LONGEST_PASSWORD) check.add(path, "INVALID", `must be at most ${LONGEST_PASSWORD} characters long`);
  else if (length < shortest) check.add(path, "INVALID", `must be at least ${shortest} characters long`);
  else if (/\p{Cs}/u.test(password)) check.add(path, "INVALID", "must not contain half a character");
}
