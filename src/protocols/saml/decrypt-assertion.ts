/**
 * Decrypts an assertion (XML Encryption 1.1 sections 5.2 and 5.5.2), so that the same rules check its content before the
 * verifying library parses it.
 */
import { constants, createDecipheriv, privateDecrypt, type CipherGCMTypes } from "node:crypto";
import { readKeyTransport } from "./key-transport.js";
import { CONTENT_CIPHERS, NAMESPACE } from "./names.js";
import { childrenOf, elementsOf, type XmlElement } from "../xml/index.js";

const GCM_TAG_BYTES = 16;
const GCM_NONCE_BYTES = 12;
const CBC_BLOCK_BYTES = 16;

/**
 * Decrypts an encrypted assertion that `inspectResponse` accepted.
 *
 * @param privateKey PKCS #8 in PEM
 * @returns the assertion's XML, or `null` when this key does not decrypt it. The result gives no reason, because a
 *   reason would help an attacker (an oracle)
 */
export function decryptAssertion(encrypted: XmlElement, privateKey: string): string | null {
  const all = [...elementsOf(encrypted)];
  const data = all.find(({ name }) => name === "EncryptedData");
  const key = all.find(({ name }) => name === "EncryptedKey");
  if (data === undefined || key === undefined) return null;
  const method = childrenOf(data, NAMESPACE.encryption, "EncryptionMethod")[0]?.attributes.get("Algorithm");
  const cipher = method === undefined ? undefined : CONTENT_CIPHERS.get(method);
  const transportMethod = childrenOf(key, NAMESPACE.encryption, "EncryptionMethod")[0];
  const transport = transportMethod && readKeyTransport(transportMethod);
  if (cipher === undefined || transport === undefined || "unsupported" in transport) return null;
  try {
    const contentKey = privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: transport.hash },
      readCipherValue(key),
    );
    const content = cipher.authenticated
      ? decryptGcm(cipher.name as CipherGCMTypes, contentKey, readCipherValue(data))
      : decryptCbc(cipher.name, contentKey, readCipherValue(data));
    return content && new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return null;
  }
}

function readCipherValue(part: XmlElement): Buffer {
  const value = childrenOf(part, NAMESPACE.encryption, "CipherData")[0]?.children[0];
  return Buffer.from(value?.text.replace(/\s+/g, "") ?? "", "base64");
}

function decryptGcm(name: CipherGCMTypes, key: Buffer, bytes: Buffer): Buffer | null {
  if (bytes.length < GCM_NONCE_BYTES + GCM_TAG_BYTES) return null;
  const decipher = createDecipheriv(name, key, bytes.subarray(0, GCM_NONCE_BYTES), { authTagLength: GCM_TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-GCM_TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(GCM_NONCE_BYTES, -GCM_TAG_BYTES)), decipher.final()]);
}

function decryptCbc(name: string, key: Buffer, bytes: Buffer): Buffer | null {
  const decipher = createDecipheriv(name, key, bytes.subarray(0, CBC_BLOCK_BYTES));
  decipher.setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes.subarray(CBC_BLOCK_BYTES)), decipher.final()]);
  // Only the last byte of the padding has a defined value: the length of the padding (XML Encryption 5.2).
  const padding = padded.at(-1) ?? 0;
  return padding >= 1 && padding <= CBC_BLOCK_BYTES ? padded.subarray(0, -padding) : null;
}
