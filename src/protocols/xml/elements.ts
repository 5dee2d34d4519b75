/** Finds elements and text in a document. */
import { XmlIssue } from "./issue.js";
import type { XmlElement } from "./read-xml.js";

/** The child elements of this name, in document order. */
export function childrenOf(element: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.namespace === namespace && child.name === name);
}

/**
 * The one child element of this name.
 *
 * @throws XmlIssue `unexpected` when there is no such child, or several of them: two readers could choose different
 *   ones
 */
export function onlyChildOf(parent: XmlElement, namespace: string, name: string): XmlElement {
  const found = childrenOf(parent, namespace, name);
  const [child] = found;
  if (child === undefined || found.length > 1)
    throw new XmlIssue("unexpected", `${parent.name} holds ${found.length} elements ${name} instead of one`);
  return child;
}

/**
 * The text of an element that contains only text, with its white space.
 *
 * @throws XmlIssue `unexpected` when it contains elements: two readers could join the text around them differently
 */
export function textOf(element: XmlElement): string {
  if (element.children.length > 0) throw new XmlIssue("unexpected", `${element.name} holds elements instead of text`);
  return element.text;
}

/** An element and all elements inside it, in the order of their start tags. */
export function* elementsOf(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of element.children) yield* elementsOf(child);
}
