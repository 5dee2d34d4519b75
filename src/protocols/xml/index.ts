/** A strict reader of bounded XML, for every protocol whose messages are XML. */
export { removeDeclaration } from "./declaration.js";
export { childrenOf, elementsOf, onlyChildOf, textOf } from "./elements.js";
export { findXmlIssue } from "./find-issue.js";
export { XmlIssue, type XmlIssueKind } from "./issue.js";
export { readXml, XML_LIMITS, type XmlElement } from "./read-xml.js";
