/**
 * Lines of comma-separated values (RFC 4180). Spreadsheets execute text that begins like a formula, so an apostrophe is put
 * before such text, as OWASP advises. In locales with decimal commas, spreadsheets begin a cell after each semicolon, even
 * inside quotes. Numbers stay unchanged.
 */

export type CsvValue = string | number | boolean | Date | null;

/** Makes a spreadsheet read the file as UTF-8. */
export const BYTE_ORDER_MARK = "\uFEFF";

/** Characters that begin a formula. A spreadsheet drops the last two and may then find one of the others. */
const FORMULA = /(^|;[" ]*)(?=[=+\-@\t\r\n])/g;
const NEEDS_QUOTES = /[",\r\n]/;

/** One line with its line break. */
export function writeCsvLine(values: readonly CsvValue[]): string {
  return `${values.map(writeValue).join(",")}\r\n`;
}

function writeValue(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return value.toISOString();
  const harmless = value.replaceAll(FORMULA, "$1'");
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
