/** Verifies the signature of a small message's root element, and returns the signed XML (SAML core 5.4). */
import { DOMParser } from "@xmldom/xmldom";
import { SignedXml } from "xml-crypto";
import { extendLibraries } from "./library-algorithms.js";
import { NAMESPACE } from "./names.js";

/**
 * Returns the canonical XML that the signature covers, or `null` if no certificate verifies the signature. The caller
 * must have called `checkSignature` of `inspect-response.ts`: the root has exactly one signature, of the root itself
 * and with accepted algorithms.
 *
 * @param certificates in PEM
 */
export function verifyRoot(xml: string, certificates: readonly string[]): string | null {
  extendLibraries();
  const normalized = xml.replace(/\r\n?/g, "\n");
  const root = new DOMParser().parseFromString(normalized, "text/xml").documentElement;
  for (const publicCert of certificates) {
    const signature = findSignature(root);
    if (signature === null) return null;
    const verifier = new SignedXml({ publicCert });
    try {
      verifier.loadSignature(signature);
      const [signed, ...others] = verifier.checkSignature(normalized) ? verifier.getSignedReferences() : [];
      if (signed !== undefined && others.length === 0) return signed;
    } catch {
      // This certificate does not verify the signature, but the next one may.
    }
  }
  return null;
}

function findSignature(root: Element): Node | null {
  for (let node = root.firstChild; node; node = node.nextSibling)
    if ((node as Element).localName === "Signature" && (node as Element).namespaceURI === NAMESPACE.signature)
      return node;
  return null;
}
