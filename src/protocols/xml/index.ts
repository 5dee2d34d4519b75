/** A strict reader for XML of limited size, for every protocol with XML messages. */
export { removeDeclaration } from "./declaration.js";
export { childrenOf, elementsOf, onlyChildOf, textOf } from "./elements.js";
export { findXmlIssue } from "./find-issue.js";
export { XmlIssue, type XmlIssueKind } from "./issue.js";
export { readXml, XML_LIMITS, type XmlElement } from "./read-xml.js";
