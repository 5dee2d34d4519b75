/** The kinds of faults in a document. Each protocol turns a fault into a refusal of its own. */

export type XmlIssueKind =
  /** The text is not well-formed XML. */
  | "malformed"
  /** The text contains a comment, CDATA section, processing instruction or DOCTYPE. */
  | "forbidden"
  /** The text exceeds one of `XML_LIMITS`. */
  | "too-large"
  /** The document is XML, but an element is missing, repeated, or contains elements in place of text. */
  | "unexpected";

/**
 * Thrown by the readers of this folder. An administrator may see the message, because it quotes no text of the
 * document.
 */
export class XmlIssue extends Error {
  override readonly name = "XmlIssue";

  constructor(
    readonly kind: XmlIssueKind,
    message: string,
  ) {
    super(message);
  }
}
