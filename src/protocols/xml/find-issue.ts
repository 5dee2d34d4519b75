/**
 * Checks the form and size of a document for which `readXml` is too strict, before an XML library reads it. The
 * library's time grows with the square of its input. Half a megabyte of nested namespaces, or of brackets that begin no
 * tag, would block the process for ten seconds.
 */
import { XmlIssue } from "./issue.js";
import { readXml } from "./read-xml.js";

/** The kinds of markup that `readXml` refuses but this check accepts, each with its start, its end and its name. */
const ACCEPTED = [
  ["<!--", "-->", "a comment"],
  ["<![CDATA[", "]]>", "a CDATA section"],
  ["<?", "?>", "a processing instruction"],
] as const;

/**
 * The declaration of the prefix `xml`. It is needless, because this prefix is always declared (Namespaces in XML 1.0,
 * section 3), but Shibboleth writes it and `readXml` refuses it.
 */
const REDUNDANT = / xmlns:xml=(["'])http:\/\/www\.w3\.org\/XML\/1998\/namespace\1/g;

/** Returns the first fault in the form or size of a document, or `null`. The time is linear in its length. */
export function findXmlIssue(text: string): XmlIssue | null {
  const pieces: string[] = [];
  let position = 0;
  for (let bracket = text.indexOf("<"); bracket !== -1; bracket = text.indexOf("<", bracket)) {
    const markup = ACCEPTED.find(([begin]) => text.startsWith(begin, bracket));
    if (markup === undefined) {
      bracket++;
      continue;
    }
    const [begin, end, name] = markup;
    const last = text.indexOf(end, bracket + begin.length);
    if (last === -1) return new XmlIssue("malformed", `${name} that does not end`);
    pieces.push(text.slice(position, bracket));
    bracket = position = last + end.length;
  }
  pieces.push(text.slice(position));
  try {
    // Replaces each accepted piece of markup by an element, so that the same rules hold for it: it must not be inside a
    // tag, and it counts towards the limits.
    readXml(`<r>${pieces.join("<m/>").replace(REDUNDANT, "")}</r>`);
    return null;
  } catch (error) {
    if (error instanceof XmlIssue) return error;
    throw error;
  }
}
