/**
 * What a new password must be (NIST SP 800-63B-4, section 3.1.1.2): long enough, not common, and not made of words that a
 * stranger knows of the person. No kind of character is required.
 */
import type { InputCheck } from "../../platform/errors/input.js";
import { foldForSearch } from "../../platform/text.js";
import { isCommonPassword } from "./common-passwords.js";
import type { Organization } from "../organization/organization.js";
import type { User } from "../user/user.js";

/** The longest password, in characters. Longer input is refused before it is normalised or hashed. */
const LONGEST_PASSWORD = 256;
/** Known words of at least this length are taken out of a password before its other letters and digits are counted. */
const SHORTEST_KNOWN_WORD = 3;
/** If known words were taken out of a password, it must still have at least this many letters and digits. */
const LEAST_UNKNOWN = 6;

/** Whether input is too long for any password. A character of Unicode has one or two code units. */
export function isTooLongForPassword(text: string): boolean {
  return text.length > LONGEST_PASSWORD * 2;
}

/** Checks a new password. Adds the first rule that it breaks to `check`, at `path`. */
export async function checkPassword(
  check: InputCheck,
  path: string,
  password: string,
  { policies, name, slug }: Pick<Organization, "policies" | "name" | "slug">,
  user: Pick<User, "email" | "username" | "firstName" | "lastName">,
): Promise<void> {
  const { shortestLength } = policies.passwordRules;
  const add = (message: string) => check.add(path, "INVALID", message);
  if (isTooLongForPassword(password) || countCharacters(password) > LONGEST_PASSWORD)
    add(`must be at most ${LONGEST_PASSWORD} characters long`);
  else if (/\p{Cs}/u.test(password)) add("must not contain half a character");
  else if (countCharacters(password.normalize("NFC")) < shortestLength)
    add(`must be at least ${shortestLength} characters long`);
  else if (isMadeOf(password, [user.email, user.username, user.firstName, user.lastName, name, slug]))
    add("must not be made of the person's address or name, or of the organization's name");
  else if (await isCommonPassword(password)) add("must not be a password that many people choose");
}

function countCharacters(text: string): number {
  return text.match(/./gsu)?.length ?? 0;
}

/** Whether a password contains one of these texts or their words, and has too few letters and digits without them. */
function isMadeOf(password: string, texts: readonly (string | null)[]): boolean {
  const words = texts
    .flatMap((text) => (text === null ? [] : [text, ...text.split(/[^\p{L}\p{N}]+/u)]))
    .map((word) => foldForSearch(word))
    .filter((word) => word.length >= SHORTEST_KNOWN_WORD)
    .toSorted((a, b) => b.length - a.length);
  const whole = foldForSearch(password);
  const left = words.reduce((rest, word) => rest.replaceAll(word, " "), whole);
  return left !== whole && countCharacters(left.replaceAll(/[^\p{L}\p{N}]/gu, "")) < LEAST_UNKNOWN;
}
