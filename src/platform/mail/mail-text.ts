/** Makes texts of unknown origin safe in a message: they can add neither a header nor a paragraph. */

/** Half a character, which cannot be encoded. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * Puts a text on one line: line breaks of every kind and control characters become spaces. Characters that change the
 * direction of writing are removed.
 */
export function toOneLine(text: string): string {
  return text
    .replaceAll(LONE_SURROGATE, "\ufffd")
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}

/** Writes line breaks as line feeds, and removes all other control characters except tabs. */
export function toPlainText(text: string): string {
  return text
    .replaceAll(LONE_SURROGATE, "\ufffd")
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
    .replaceAll(/[^\P{Cc}\n\t]/gu, "");
}

/** The error of a message whose recipient has no valid address. */
export const NO_ADDRESS = "The recipient is not an e-mail address.";
