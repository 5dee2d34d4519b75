/** Normal forms of text by which rows are found and sorted alike on every database. */

/** The key by which texts are equal without regard to case and to how accents are composed. */
export function foldCase(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
