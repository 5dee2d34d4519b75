/** The attributes of a verified assertion (SAML core 2.7.3). */
import { NAMESPACE } from "./names.js";
import { childrenOf, type XmlElement } from "../xml/index.js";

const LONGEST_NAME = 500;
const LONGEST_VALUE = 4_000;

/**
 * The values of every attribute, by its `Name`, in their order. An attribute that appears twice has the values of both
 * places. Empty values and values that are too long are left out. The object has no prototype, because a provider can
 * give an attribute any name.
 */
export function readAttributes(assertion: XmlElement): Readonly<Record<string, readonly string[]>> {
  const attributes: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const statement of childrenOf(assertion, NAMESPACE.assertion, "AttributeStatement"))
    for (const attribute of childrenOf(statement, NAMESPACE.assertion, "Attribute")) {
      const name = attribute.attributes.get("Name")?.trim() ?? "";
      if (name === "" || name.length > LONGEST_NAME) continue;
      const values = (attributes[name] ??= []);
      for (const element of childrenOf(attribute, NAMESPACE.assertion, "AttributeValue")) {
        const value = readValue(element);
        if (value !== null) values.push(value);
      }
    }
  return attributes;
}

/**
 * The text of a value, or of the only element in it (a `NameID` in eduPersonTargetedID). `null` for text with elements
 * in between, because two readers could join such text differently.
 */
function readValue(element: XmlElement): string | null {
  const [inner, second] = element.children;
  if (second !== undefined || (inner !== undefined && (inner.children.length > 0 || element.text.trim() !== "")))
    return null;
  const value = (inner ?? element).text.trim();
  return value === "" || value.length > LONGEST_VALUE ? null : value;
}
