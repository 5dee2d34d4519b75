/**
 * Decodes a posted field to a document. Checks size, base64, UTF-8 and XML declaration before any parser reads the
 * document (SAML bindings 3.5.4).
 */
import { removeDeclaration, type XmlElement } from "../xml/index.js";
import { readMessage } from "./read-message.js";
import { refuse } from "./refusals.js";

/** The most characters of base64. A response with 2,000 groups has about 250,000. */
const LONGEST_MESSAGE = 350_000;

/** A posted message as text and as elements. */
export interface DecodedMessage {
  /** The text without byte order mark and XML declaration. Usher later verifies the signature of exactly this text. */
  readonly xml: string;
  readonly root: XmlElement;
}

/**
 * Decodes a form field, such as `SAMLResponse`.
 *
 * @param longest in characters of base64
 * @throws ProtocolRefusal `SAML_MALFORMED_RESPONSE`, `SAML_RESPONSE_TOO_LARGE` or `SAML_FORBIDDEN_MARKUP`
 */
export function decodeMessage(field: string, longest: number = LONGEST_MESSAGE): DecodedMessage {
  if (field.length > longest) refuse("SAML_RESPONSE_TOO_LARGE", `${field.length} characters of base64`);
  const xml = decodeText(decodeBase64(field));
  return { xml, root: readMessage(xml) };
}

/** @throws ProtocolRefusal `SAML_MALFORMED_RESPONSE` */
export function decodeBase64(field: string): Buffer {
  const base64 = field.replace(/[ \t\r\n]+/g, "");
  // Node's decoder accepts almost any text, so a stricter decoder might read a different message.
  if (base64 === "" || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    refuse("SAML_MALFORMED_RESPONSE", "the field is not base64");
  return Buffer.from(base64, "base64");
}

/**
 * The text of a message, without byte order mark and XML declaration.
 *
 * @throws ProtocolRefusal `SAML_MALFORMED_RESPONSE`
 */
export function decodeText(bytes: Buffer): string {
  return removeDeclaration(decodeUtf8(bytes));
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse("SAML_MALFORMED_RESPONSE", "the text is not UTF-8");
  }
}
