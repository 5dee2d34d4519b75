/** Functions on texts: forms for keys and search, which are the same on every database, and cuts. */

/** The longest quote of a value in an error, in characters. */
const LONGEST_QUOTE = 100;
/** The longest message of a library about a value, in characters. */
const LONGEST_SENTENCE = 1_000;
const LONG_QUOTE = new RegExp(`"[^"]{${LONGEST_QUOTE + 1},}"`, "g");

/** A key that ignores case and the composition of accents. */
export function foldCase(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

/** Apostrophes and characters that people type in their place. */
const APOSTROPHES = /['\u2018\u2019\u02bc\u02b9\u02bb`\u00b4\u2032\uff07]/gu;
const ACCENTS = /[\u0300-\u036f]/gu;
/** Letters that Unicode does not decompose, and what people type whose keyboard does not have them. */
const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ħ: "h", ı: "i", ς: "σ" }),
);
const LETTER = new RegExp(`[${[...LETTERS.keys()].join("")}]`, "gu");

/**
 * The form in which texts are searched: without case, accents, apostrophes and invisible characters. Stored and typed
 * texts both take this form, so a change here needs a new number in `rewrite-search-keys.ts`.
 *
 * @param apostrophe what replaces each apostrophe
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

/** Characters that change the direction of writing: `evil\u202egpj.exe` looks like `evilexe.jpg`. */
const TURN = "[\u202a-\u202e\u2066-\u2069]";
const TURNS = new RegExp(TURN, "gu");
const FIRST_TURN = new RegExp(TURN, "u");
const DISORDER = new RegExp(`(?:${TURN}|[\\p{Cc}\\p{Cs}\\s])+`, "gu");

/**
 * Puts a provider's text on one line. Removes characters that change the direction of writing. Replaces control characters
 * and lone surrogates by spaces.
 */
export function normalizeLine(text: string): string {
  return text.replace(DISORDER, (found) => found.replace(TURNS, "") && " ").trim();
}

/**
 * Why a text would be stored or shown as a different text; `null` when it would not. The reason completes a sentence that
 * begins with the text's name.
 */
export function findMisleading(text: string): string | null {
  // A lone surrogate has no bytes in UTF-8, so databases would store different texts.
  if (/\p{Cs}/u.test(text)) return "must not contain half a character";
  return FIRST_TURN.test(text) ? "must not contain characters that turn the direction of writing" : null;
}

/** Cuts a value that an error quotes. */
export function shorten(value: string): string {
  return cut(value, LONGEST_QUOTE);
}

/** Cuts the quotes in a library's message, and the whole message. */
export function shortenQuotes(sentence: string): string {
  return cut(
    sentence.replaceAll(LONG_QUOTE, (quote) => `"${shorten(quote.slice(1, -1))}"`),
    LONGEST_SENTENCE,
  );
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${cutText(text, longest)}…`;
}

/** Cuts a text to a number of UTF-16 units, without half a character at the end. */
export function cutText(text: string, longest: number): string {
  return text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, "");
}
