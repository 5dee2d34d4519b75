/** The form in which values are compared: the same for stored values and for filters, in SQL and in memory. */
import { LONGEST_VALUE_KEY } from "../../provisioning/directory/resource/resource.js";
import { cutText, foldCase } from "../../platform/text.js";
import type { Attribute } from "../schema/attribute.js";

// oxlint-disable-next-line no-control-regex -- looks for control characters
const CONTROL = /[\u0000-\u001f\u007f]/g;

/**
 * The key of a text. MySQL ignores spaces at the end, and control characters sort before a space, so keys have neither at
 * their ends.
 */
export function textKey(text: string, caseExact: boolean): string {
  const folded = caseExact ? text.normalize("NFC") : foldCase(text);
  return cutText(folded.replaceAll(CONTROL, " ").trim(), LONGEST_VALUE_KEY).trimEnd();
}

/** The key of a value of an attribute. */
export function valueKey({ caseExact }: Attribute, value: string | boolean): string {
  return typeof value === "boolean" ? String(value) : textKey(value, caseExact);
}
