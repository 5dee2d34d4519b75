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
  return text.length <= longest ? text : `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, "")}…`;
}
