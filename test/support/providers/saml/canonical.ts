/**
 * Writes XML in canonical form (Exclusive XML Canonicalization 1.0), so that signing needs no canonicalizer: sorted attributes,
 * empty elements with two tags, each namespace declared where its prefix is first used.
 */

export const URI = {
  saml: "urn:oasis:names:tc:SAML:2.0:assertion",
  samlp: "urn:oasis:names:tc:SAML:2.0:protocol",
  ds: "http://www.w3.org/2000/09/xmldsig#",
  xenc: "http://www.w3.org/2001/04/xmlenc#",
  xenc11: "http://www.w3.org/2009/xmlenc11#",
  md: "urn:oasis:names:tc:SAML:2.0:metadata",
} as const;

type Attributes = Readonly<Record<string, string | null | undefined>>;

/** An element. Its children must be canonical XML, and its text must be escaped with `escapeText`. Leaves out null attributes. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  return `${startTag(name, attributes)}${children.join("")}</${name}>`;
}

/** An element that declares the namespace of its prefix. */
export function rootElement(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const prefix = name.split(":")[0] as keyof typeof URI;
  return element(name, { [`xmlns:${prefix}`]: URI[prefix], ...attributes }, ...children);
}

export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#xD;");
}

function startTag(name: string, attributes: Attributes): string {
  const written = Object.entries(attributes).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const declarations = written.filter(([key]) => key.startsWith("xmlns")).toSorted(byName);
  const others = written.filter(([key]) => !key.startsWith("xmlns")).toSorted(byName);
  return `<${name}${[...declarations, ...others].map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`).join("")}>`;
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function escapeAttribute(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\t", "&#x9;")
    .replaceAll("\n", "&#xA;")
    .replaceAll("\r", "&#xD;");
}
