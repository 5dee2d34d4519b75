/** Brings texts of unknown origin into forms that can be nothing but text in a message. */

/** Half a character, which no encoding can carry. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * One line: line breaks of every kind and control characters become spaces, so that a name in it can neither begin a
 * header nor a paragraph of its own. Characters that turn the direction of writing are dropped.
 */
export function toOneLine(text: string): string {
  return text
    .replaceAll(LONE_SURROGATE, "\ufffd")
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}

/** Text with line feeds for line breaks, and no other control characters but tabs. */
export function toPlainText(text: string): string {
  return text
    .replaceAll(LONE_SURROGATE, "\ufffd")
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, "\n")
    .replaceAll(/[^\P{Cc}\n\t]/gu, "");
}

/** Why a message to what is no address is never tried. */
export const NO_ADDRESS = "The recipient is no e-mail address.";
