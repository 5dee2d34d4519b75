/**
 * Reads how the key of an encrypted assertion is encrypted. Only RSA-OAEP is allowed (XML Encryption 1.1, sections
 * 5.5.2 and 5.5.3). With RSA 1.5, an attacker can learn about the padding.
 */
import { NAMESPACE } from "./names.js";
import { quote } from "../refusal.js";
import type { XmlElement } from "../xml/index.js";

/** The hash of an RSA-OAEP padding. OpenSSL uses the same hash for label and mask. */
export type OaepHash = "sha1" | "sha256" | "sha384" | "sha512";

const RSA_OAEP_MGF1P = `${NAMESPACE.encryption}rsa-oaep-mgf1p`;
const RSA_OAEP = `${NAMESPACE.encryption11}rsa-oaep`;

/** The accepted hashes. SHA-1 is among them, because its weakness does not matter in a padding. */
const DIGESTS: ReadonlyMap<string, OaepHash> = new Map([
  [`${NAMESPACE.signature}sha1`, "sha1"],
  [`${NAMESPACE.encryption}sha256`, "sha256"],
  ["http://www.w3.org/2001/04/xmldsig-more#sha384", "sha384"],
  [`${NAMESPACE.encryption}sha512`, "sha512"],
]);

const MASKS: ReadonlyMap<string, OaepHash> = new Map(
  (["sha1", "sha256", "sha384", "sha512"] as const).map((hash) => [`${NAMESPACE.encryption11}mgf1${hash}`, hash]),
);

/**
 * Reads the `EncryptionMethod` of an encrypted key. Returns its hash, or the part that Usher does not support. If the
 * digest or the mask is missing, it is SHA-1.
 */
export function readKeyTransport(method: XmlElement): { readonly hash: OaepHash } | { readonly unsupported: string } {
  const transport = method.attributes.get("Algorithm");
  if (transport !== RSA_OAEP_MGF1P && transport !== RSA_OAEP) return { unsupported: quote(transport) };
  const read: { DigestMethod?: OaepHash; MGF?: OaepHash } = {};
  for (const { namespace, name, attributes } of method.children) {
    const algorithm = attributes.get("Algorithm");
    const unsupported = `RSA-OAEP with ${quote(name)} ${quote(algorithm)}`;
    const isDigest = name === "DigestMethod" && namespace === NAMESPACE.signature;
    const isMask = name === "MGF" && namespace === NAMESPACE.encryption11 && transport === RSA_OAEP;
    const hash = (isDigest ? DIGESTS : MASKS).get(algorithm ?? "");
    if (!(isDigest || isMask) || hash === undefined || read[name as keyof typeof read]) return { unsupported };
    read[name as keyof typeof read] = hash;
  }
  const { DigestMethod: digest = "sha1", MGF: mask = "sha1" } = read;
  return digest === mask ? { hash: digest } : { unsupported: `RSA-OAEP with digest ${digest} and mask ${mask}` };
}
