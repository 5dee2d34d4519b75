/**
 * Reads the part of XML in which protocols write their messages: elements, attributes, text, character references and
 * namespaces (XML 1.0, fifth edition; Namespaces in XML 1.0). The reader refuses everything that two readers may
 * understand differently: comments, CDATA, processing instructions, DOCTYPE, undeclared prefixes, repeated attributes.
 * It stops at the first element beyond `XML_LIMITS`.
 */
import { XmlIssue, type XmlIssueKind } from "./issue.js";

/**
 * How large a document may be. Real messages have some hundred elements, twelve levels, ten attributes on an element
 * and fewer than a dozen namespaces in force. Namespaces are limited because the cost of an element that declares one
 * grows with the number of namespaces in force there.
 */
export const XML_LIMITS = {
  characters: 2_000_000,
  elements: 3_000,
  depth: 40,
  attributes: 60,
  namespaces: 50,
} as const;

const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";

/** One element of a document. */
export interface XmlElement {
  /** The namespace's name; empty without a namespace. */
  readonly namespace: string;
  /** The name without its prefix. */
  readonly name: string;
  readonly parent: XmlElement | null;
  readonly children: readonly XmlElement[];
  /**
   * The attributes: those without a namespace by their name, the others by `{namespace}name`. Namespace declarations
   * are left out.
   */
  readonly attributes: ReadonlyMap<string, string>;
  /** The text directly inside this element, with the texts before, between and after its child elements joined. */
  readonly text: string;
}

interface OpenElement {
  namespace: string;
  name: string;
  /** The name with its prefix, for comparison with the end tag. */
  tag: string;
  parent: OpenElement | null;
  children: OpenElement[];
  attributes: Map<string, string>;
  text: string;
  prefixes: ReadonlyMap<string, string>;
}

// Names outside ASCII are legal XML, but protocols do not use them. Because the expressions below leave them out, each
// of them can match a text in only one way.
const START = /<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)/y;
const ATTRIBUTE = /[ \t\r\n]+([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const START_END = /[ \t\r\n]*(\/?)>/y;
const END = /<\/([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)[ \t\r\n]*>/y;
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));/g;
// oxlint-disable-next-line no-control-regex -- matches the characters that XML 1.0, section 2.2, forbids
const ILLEGAL = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Reads a document: one element, with only white space around it. Use `removeDeclaration` first if the text may begin
 * with an XML declaration.
 *
 * @returns the root and the number of elements
 * @throws XmlIssue
 */
export function readXml(xml: string): { readonly root: XmlElement; readonly elements: number } {
  if (xml.length > XML_LIMITS.characters) fail("too-large", `more than ${XML_LIMITS.characters} characters`);
  if (/<[!?]/.test(xml)) fail("forbidden", "a comment, CDATA section, processing instruction or DOCTYPE");
  if (ILLEGAL.test(xml)) fail("malformed", "a character that XML does not allow");
  let position = 0;
  let elements = 0;
  let depth = 0;
  let root: OpenElement | null = null;
  let current: OpenElement | null = null;
  while (position < xml.length) {
    const bracket = xml.indexOf("<", position);
    const end = bracket === -1 ? xml.length : bracket;
    if (end > position) {
      const text = decodeText(xml.slice(position, end));
      if (current !== null) current.text += text;
      else if (/[^ \t\n]/.test(text)) fail("malformed", "text outside the root element");
      position = end;
      continue;
    }
    if (xml.charCodeAt(position + 1) === 0x2f) {
      END.lastIndex = position;
      const tag = END.exec(xml);
      if (tag === null || current === null || tag[1] !== current.tag)
        fail("malformed", "an end tag without its start tag");
      position = END.lastIndex;
      current = current.parent;
      depth--;
      continue;
    }
    if (current === null && root !== null) fail("malformed", "more than one root element");
    if (++elements > XML_LIMITS.elements) fail("too-large", `more than ${XML_LIMITS.elements} elements`);
    const start = readStartTag(xml, position, current);
    position = start.position;
    if (current === null) root = start.element;
    else current.children.push(start.element);
    if (start.isEmpty) continue;
    if (++depth > XML_LIMITS.depth) fail("too-large", `more than ${XML_LIMITS.depth} levels of elements`);
    current = start.element;
  }
  if (root === null || current !== null) fail("malformed", "it ends before its root element does");
  return { root, elements };
}

function readStartTag(xml: string, from: number, parent: OpenElement | null) {
  START.lastIndex = from;
  const tag = START.exec(xml)?.[1];
  if (tag === undefined) fail("malformed", "a start tag that cannot be read");
  let position = START.lastIndex;
  const written: [string, string][] = [];
  for (;;) {
    ATTRIBUTE.lastIndex = position;
    const match = ATTRIBUTE.exec(xml);
    if (match === null) break;
    position = ATTRIBUTE.lastIndex;
    written.push([match[1]!, decodeText((match[2] ?? match[3]!).replace(/\r\n|[\t\r\n]/g, " "))]);
    if (written.length > XML_LIMITS.attributes)
      fail("too-large", `more than ${XML_LIMITS.attributes} attributes on one element`);
  }
  START_END.lastIndex = position;
  const close = START_END.exec(xml);
  if (close === null) fail("malformed", "a start tag that cannot be read");
  const prefixes = declarePrefixes(written, parent?.prefixes ?? ROOT_PREFIXES);
  const { namespace, name } = resolveName(tag, prefixes, true);
  const attributes = new Map<string, string>();
  for (const [attribute, value] of written) {
    if (attribute === "xmlns" || attribute.startsWith("xmlns:")) continue;
    const resolved = resolveName(attribute, prefixes, false);
    const key = resolved.namespace === "" ? resolved.name : `{${resolved.namespace}}${resolved.name}`;
    if (attributes.has(key)) fail("malformed", "an attribute that is there twice");
    attributes.set(key, value);
  }
  const element: OpenElement = { namespace, name, tag, parent, children: [], attributes, text: "", prefixes };
  return { element, position: START_END.lastIndex, isEmpty: close[1] === "/" };
}

const ROOT_PREFIXES: ReadonlyMap<string, string> = new Map([["xml", XML_NAMESPACE]]);

function declarePrefixes(written: readonly [string, string][], outer: ReadonlyMap<string, string>) {
  let prefixes: Map<string, string> | null = null;
  const declared = new Set<string>();
  for (const [attribute, value] of written) {
    if (attribute !== "xmlns" && !attribute.startsWith("xmlns:")) continue;
    const prefix = attribute === "xmlns" ? "" : attribute.slice("xmlns:".length);
    // The prefixes `xml` and `xmlns` have a fixed meaning, and only the default namespace can be set to none
    // (Namespaces in XML 3).
    if (prefix === "xml" || prefix === "xmlns" || value === XML_NAMESPACE || (prefix !== "" && value === ""))
      fail("malformed", "a declaration of a namespace that is not allowed");
    if (declared.has(prefix)) fail("malformed", "a namespace prefix that is declared twice");
    declared.add(prefix);
    prefixes ??= new Map(outer);
    prefixes.set(prefix, value);
    if (prefixes.size > XML_LIMITS.namespaces)
      fail("too-large", `more than ${XML_LIMITS.namespaces} namespaces that hold at once`);
  }
  return prefixes ?? outer;
}

function resolveName(written: string, prefixes: ReadonlyMap<string, string>, isElement: boolean) {
  const colon = written.indexOf(":");
  if (colon === -1) return { namespace: isElement ? (prefixes.get("") ?? "") : "", name: written };
  const namespace = prefixes.get(written.slice(0, colon));
  if (namespace === undefined) fail("malformed", "a namespace prefix that was not declared");
  return { namespace, name: written.slice(colon + 1) };
}

function decodeText(raw: string): string {
  const text = raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
  if (!text.includes("&")) return text;
  let decoded = "";
  let position = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const between = text.slice(position, match.index);
    if (between.includes("&")) break;
    decoded += between + decodeReference(match[1], match[2], match[3]);
    position = match.index + match[0].length;
  }
  const rest = text.slice(position);
  if (rest.includes("&")) fail("malformed", "an entity that XML does not define");
  return decoded + rest;
}

function decodeReference(name: string | undefined, decimal: string | undefined, hexadecimal: string | undefined) {
  if (name !== undefined) return ENTITIES[name]!;
  const code = decimal !== undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hexadecimal!, 16);
  const character = code <= 0x10ffff ? String.fromCodePoint(code) : "\u0000";
  if (ILLEGAL.test(character)) fail("malformed", "a reference to a character that XML does not allow");
  return character;
}

function fail(kind: XmlIssueKind, message: string): never {
  throw new XmlIssue(kind, message);
}
