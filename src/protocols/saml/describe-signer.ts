/**
 * Shows an administrator the certificate in a message that no certificate of the connection verified (XML signature
 * 4.5.4). Usher does not trust this certificate, because an attacker may have written the message.
 */
import { X509Certificate } from "node:crypto";
import type { XmlElement } from "../xml/index.js";
import type { ProviderCertificate } from "./certificates.js";
import { readMessage } from "./read-message.js";

/** The most certificates that a detail names, enough for every rotation. The detail has no space for a longer list. */
const MOST_CERTIFICATES = 4;

/**
 * Names the certificate in the message and those of the connection, so that an administrator can compare them with the
 * provider's console.
 */
export function describeSigner(responseXml: string, certificates: readonly ProviderCertificate[]): string {
  const known = certificates.map(({ pem }) => new X509Certificate(pem));
  const ours = known.slice(0, MOST_CERTIFICATES).map((certificate) => describe(certificate));
  const list = `The connection's: ${ours.join("; ")}${known.length > ours.length ? "; and more" : ""}.`;
  const text = findCertificate(readMessage(responseXml));
  if (text === null) return `The message names no certificate. ${list}`;
  const named = read(text);
  if (named === null) return `The message names a certificate that cannot be read. ${list}`;
  if (known.some(({ fingerprint256 }) => fingerprint256 === named.fingerprint256))
    return `The message names a certificate that the connection has (${describe(named)}), but the signed text is not the text that arrived.`;
  return `The message names a certificate that the connection does not have: ${describe(named)}. ${list}`;
}

/** The first certificate in the signature of the response or, without one, in the signature of the assertion. */
function findCertificate(response: XmlElement): string | null {
  const assertion = response.children.find(({ name }) => name === "Assertion");
  for (const signed of [response, ...(assertion ? [assertion] : [])]) {
    const path = ["Signature", "KeyInfo", "X509Data", "X509Certificate"];
    const found = path.reduce<XmlElement | undefined>(
      (element, wanted) => element?.children.find(({ name }) => name === wanted),
      signed,
    );
    if (found) return found.text;
  }
  return null;
}

function read(base64: string): X509Certificate | null {
  try {
    return new X509Certificate(Buffer.from(base64, "base64"));
  } catch {
    return null;
  }
}

/**
 * Describes a certificate by both fingerprints: Entra ID and AD FS show SHA-1 as "thumbprint", and other consoles show
 * SHA-256.
 */
function describe({ fingerprint, fingerprint256, validTo }: X509Certificate): string {
  const end = new Date(validTo);
  const day = Number.isNaN(end.getTime()) ? "an unknown day" : end.toISOString().slice(0, 10);
  return `SHA-1 ${fingerprint}, SHA-256 ${fingerprint256}, valid until ${day}`;
}
