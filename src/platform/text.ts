/** Texts: the normal form by which rows are found alike on every database, and how much of a text an error quotes. */

/** Characters of a value that an error quotes. */
const LONGEST_QUOTE = 100;
/** Characters of a whole sentence that another library wrote about what was sent. */
const LONGEST_SENTENCE = 1_000;
const LONG_QUOTE = new RegExp(`"[^"]{${LONGEST_QUOTE + 1},}"`, "g");

/** The key by which texts are equal without regard to case and to how accents are composed. */
export function foldCase(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

/** Apostrophes and what is typed for them. */
const APOSTROPHES = /['\u2018\u2019\u02bc\u02b9\u02bb`\u00b4\u2032\uff07]/gu;
const ACCENTS = /[\u0300-\u036f]/gu;
/** Letters that Unicode does not take apart, as people type them who lack the key. */
const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ı: "i", ς: "σ" }),
);
const LETTER = new RegExp(`[${[...LETTERS.keys()].join("")}]`, "gu");

/**
 * The form in which texts are searched: without case, accents, apostrophes and characters that nobody sees. What is stored and
 * what is typed go through it alike, so a change of it needs a new number in `rewrite-search-keys.ts`.
 *
 * @param apostrophe what stands where an apostrophe was
 */
export function foldForSearch(text: string, apostrophe = ""): string {
  return text
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(APOSTROPHES, apostrophe)
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(ACCENTS, "")
    .replaceAll(LETTER, (letter) => LETTERS.get(letter) ?? letter)
    .normalize("NFC");
}

/** Characters that turn the direction of writing: `evil\u202egpj.exe` looks like `evilexe.jpg`. */
const TURN = "[\u202a-\u202e\u2066-\u2069]";
const TURNS = new RegExp(TURN, "gu");
const FIRST_TURN = new RegExp(TURN, "u");
const DISORDER = new RegExp(`(?:${TURN}|[\\p{Cc}\\p{Cs}\\s])+`, "gu");

/**
 * One line of whole characters in their own order, of what somebody else's program wrote. What turns the direction is taken out,
 * and control characters and half characters become spaces.
 */
export function normalizeLine(text: string): string {
  return text.replace(DISORDER, (found) => found.replace(TURNS, "") && " ").trim();
}

/** What of a text would be stored as another one, or be shown as another one: a sentence that follows its name, or `null`. */
export function findMisleading(text: string): string | null {
  // Half of a pair of UTF-16 has no bytes in UTF-8, so each database would store a text of its own.
  if (/\p{Cs}/u.test(text)) return "must not contain half a character";
  return FIRST_TURN.test(text) ? "must not contain characters that turn the direction of writing" : null;
}

/** As much of a value as an error may quote. */
export function shorten(value: string): string {
  return cut(value, LONGEST_QUOTE);
}

/** Another library's sentence about what was sent, with its quotes cut and bounded as a whole. */
export function shortenQuotes(sentence: string): string {
  return cut(
    sentence.replaceAll(LONG_QUOTE, (quote) => `"${shorten(quote.slice(1, -1))}"`),
    LONGEST_SENTENCE,
  );
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${cutText(text, longest)}…`;
}

/** At most so many UTF-16 units, and no half of a character at the end. */
export function cutText(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, "");
}
