/** Reads the XML of SAML messages. An error of the XML reader becomes a refusal of SAML. */
import { readXml, XmlIssue, type XmlElement, type XmlIssueKind } from "../xml/index.js";
import { refuse, type SamlRefusalCode } from "./refusals.js";

const CODES = {
  malformed: "SAML_MALFORMED_RESPONSE",
  forbidden: "SAML_FORBIDDEN_MARKUP",
  "too-large": "SAML_RESPONSE_TOO_LARGE",
  unexpected: "SAML_UNEXPECTED_STRUCTURE",
} as const satisfies Record<XmlIssueKind, SamlRefusalCode>;

/** @throws ProtocolRefusal `SAML_MALFORMED_RESPONSE`, `SAML_FORBIDDEN_MARKUP` or `SAML_RESPONSE_TOO_LARGE` */
export function readMessage(xml: string): XmlElement {
  return refuseIssues(null, () => readXml(xml).root);
}

/** Reads a part of a message. Refuses with `code` when the reader cannot use the part. */
export function refuseIssues<Value>(code: SamlRefusalCode | null, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof XmlIssue)) throw error;
    return refuse(code ?? CODES[error.kind], error.message);
  }
}
