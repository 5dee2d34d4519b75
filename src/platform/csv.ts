/**
 * Lines of comma-separated values (RFC 4180). Spreadsheets run text that begins like a formula: such text gets an
 * apostrophe before it, as OWASP advises. Where a comma separates the parts of a number, spreadsheets begin a cell after
 * each semicolon, whatever the quotes say. Numbers are numbers, and stay as they are.
 */

/** Text, a number, a yes or no, a moment, or nothing. */
export type CsvValue = string | number | boolean | Date | null;

/** Makes a spreadsheet take what follows for UTF-8. */
export const BYTE_ORDER_MARK = "\uFEFF";

/** What makes a spreadsheet take a text for a formula: the last two after it has thrown away what separates lines. */
const FORMULA = /(^|;[" ]*)(?=[=+\-@\t\r\n])/g;
const NEEDS_QUOTES = /[",\r\n]/;

/** One line with its end. */
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
