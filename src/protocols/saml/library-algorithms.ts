/**
 * Adds SHA-384 (RFC 9231) and the key transport of XML Encryption 1.1 to node-saml's libraries. node-saml creates the
 * objects of these libraries itself and has no option for algorithms, so this module changes the libraries.
 */
import { createHash, createSign, createVerify, type BinaryLike, type KeyLike } from "node:crypto";
import { SignedXml, type HashAlgorithm, type SignatureAlgorithm } from "xml-crypto";
import xmlEncryption from "xml-encryption";
import { decryptAssertion } from "./decrypt-assertion.js";
import { SHA384 } from "./names.js";
import { readMessage } from "./read-message.js";

class Sha384 implements HashAlgorithm {
  getAlgorithmName = () => SHA384.digest;
  getHash = (xml: string) => createHash("sha384").update(xml, "utf8").digest("base64");
}

class RsaSha384 implements SignatureAlgorithm {
  getAlgorithmName = () => SHA384.rsa;
  getSignature = (signedInfo: BinaryLike, privateKey: KeyLike) =>
    createSign("RSA-SHA384").update(signedInfo).sign(privateKey, "base64");
  verifySignature = (material: string, key: KeyLike, signatureValue: string) =>
    createVerify("RSA-SHA384").update(material).verify(key, signatureValue, "base64");
}

// oxlint-disable-next-line typescript/unbound-method -- called with its own signature, below
const { loadSignature } = SignedXml.prototype;

/** Makes node-saml verify every algorithm that `inspectResponse` accepts. A second call changes nothing. */
export function extendLibraries(): void {
  SignedXml.prototype.loadSignature = function (signature) {
    this.HashAlgorithms = { ...this.HashAlgorithms, [SHA384.digest]: Sha384 };
    this.SignatureAlgorithms = { ...this.SignatureAlgorithms, [SHA384.rsa]: RsaSha384 };
    loadSignature.call(this, signature);
  };
  Object.assign(xmlEncryption, { decrypt });
}

/** Makes node-saml decrypt with Usher's own code, so that node-saml and Usher read the same assertion. */
const decrypt: typeof xmlEncryption.decrypt = (xml, { key }, callback) => {
  const content = decryptAssertion(readMessage(xml), key.toString());
  callback(content === null ? new Error("The assertion could not be decrypted.") : null, content ?? "");
};
