/**
 * Recognises passwords that many people choose, as NIST SP 800-63B-4, section 3.1.1.2, demands. The list is that of zxcvbn-ts, of
 * about 50,000 passwords. It is loaded with the first new password, and stays in memory (4 MB).
 */
let list: Promise<ReadonlySet<string>> | null = null;

const loadList = () =>
  (list ??= import("@zxcvbn-ts/language-common").then(
    ({ dictionary }) => new Set(dictionary["passwords-common"].map((password) => password.toLowerCase())),
  ));

/** Fewer different characters than these make a password that programs try first. */
const LEAST_DIFFERENT = 5;

/**
 * Whether a password is common: in the list, in the list when digits and signs around its letters are left out, a repetition of one
 * in the list, or made of very few characters. Case does not matter.
 *
 * @param password of bounded length
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const text = password.normalize("NFC").toLowerCase();
  if (new Set(text).size < LEAST_DIFFERENT) return true;
  const known = await loadList();
  const letters = text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  return known.has(text) || known.has(letters) || findUnits(text).some((unit) => known.has(unit));
}

/** The beginnings of a text whose repetition makes the text: "pass" for "passpasspa". */
function findUnits(text: string): readonly string[] {
  const lengths = Array.from({ length: text.length - 1 }, (_, index) => index + 1);
  return lengths
    .map((length) => text.slice(0, length))
    .filter((unit) => unit.repeat(Math.ceil(text.length / unit.length)).startsWith(text));
}
