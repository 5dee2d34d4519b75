/**
 * Looks a metadata document over before the XML library reads it. The library's time grows with the square of what it is
 * given: half a megabyte of nested namespaces, or of brackets that begin nothing, would hold up everybody for ten seconds.
 */
import { ProtocolRefusal } from "../refusal.js";
import { readStrictXml } from "./strict-xml.js";

/** Markup that messages never have and metadata may: where it begins, where it ends, what it is. */
const PASSED_OVER = [
  ["<!--", "-->", "a comment"],
  ["<![CDATA[", "]]>", "a CDATA section"],
  ["<?", "?>", "a processing instruction"],
] as const;

/** May be declared, and always holds (Namespaces in XML 3); Shibboleth writes it. */
const NEEDLESS = / xmlns:xml=(["'])http:\/\/www\.w3\.org\/XML\/1998\/namespace\1/g;

/** What is wrong with a document's form or size, as the rest of a sentence, or `null`; in time linear in its length. */
export function judgeXml(text: string): string | null {
  const pieces: string[] = [];
  let position = 0;
  for (let bracket = text.indexOf("<"); bracket !== -1; bracket = text.indexOf("<", bracket)) {
    const markup = PASSED_OVER.find(([begin]) => text.startsWith(begin, bracket));
    if (markup === undefined) {
      bracket++;
      continue;
    }
    const [begin, end, name] = markup;
    const last = text.indexOf(end, bracket + begin.length);
    if (last === -1) return `is not well-formed XML: ${name} that does not end`;
    pieces.push(text.slice(position, bracket));
    bracket = position = last + end.length;
  }
  pieces.push(text.slice(position));
  try {
    // An element stands where the markup stood: it may not stand inside a tag either, and it is counted.
    readStrictXml(`<r>${pieces.join("<m/>").replace(NEEDLESS, "")}</r>`);
    return null;
  } catch (error) {
    if (!(error instanceof ProtocolRefusal)) throw error;
    return error.code === "SAML_RESPONSE_TOO_LARGE"
      ? `is too large for the metadata of one provider: ${error.detail}`
      : `is not well-formed XML: ${error.detail}`;
  }
}
