/** Signs and encrypts the stand-in's messages with node:crypto (XML Signature 1.1, XML Encryption 1.1). */
import {
  X509Certificate,
  constants,
  createCipheriv,
  createHash,
  createHmac,
  createSign,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { element, rootElement, URI } from "./canonical.js";
import type { ProviderKey } from "./certificate.js";

export const ALGORITHM = {
  rsaSha256: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  rsaSha384: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
  rsaSha512: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
  rsaSha1: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
  hmacSha1: "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
  hmacSha256: "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
  sha256: "http://www.w3.org/2001/04/xmlenc#sha256",
  sha384: "http://www.w3.org/2001/04/xmldsig-more#sha384",
  sha512: "http://www.w3.org/2001/04/xmlenc#sha512",
  sha1: "http://www.w3.org/2000/09/xmldsig#sha1",
  enveloped: "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
  exclusive: "http://www.w3.org/2001/10/xml-exc-c14n#",
} as const;

/** How to sign. The defaults are those of a correct provider. */
export interface SigningOptions {
  readonly method?: string;
  readonly digest?: string;
  readonly canonicalization?: string;
  readonly transforms?: readonly string[];
  readonly referenceUri?: string;
  /** The certificate in KeyInfo. `null` leaves KeyInfo out. */
  readonly keyInfo?: string | null;
  /** Appended to the signature. */
  readonly extra?: string;
}

const HASHES: Readonly<Record<string, string>> = {
  [ALGORITHM.rsaSha384]: "sha384",
  [ALGORITHM.sha384]: "sha384",
  [ALGORITHM.rsaSha512]: "sha512",
  [ALGORITHM.rsaSha1]: "sha1",
  [ALGORITHM.sha512]: "sha512",
  [ALGORITHM.sha1]: "sha1",
};

/** A signature over a canonical element, to insert into that element. */
export function signElement(id: string, canonical: string, key: ProviderKey, options: SigningOptions = {}): string {
  const method = options.method ?? ALGORITHM.rsaSha256;
  const digest = options.digest ?? ALGORITHM.sha256;
  const transforms = options.transforms ?? [ALGORITHM.enveloped, ALGORITHM.exclusive];
  const digestValue = createHash(HASHES[digest] ?? "sha256")
    .update(canonical)
    .digest("base64");
  const content = [
    element("ds:CanonicalizationMethod", { Algorithm: options.canonicalization ?? ALGORITHM.exclusive }),
    element("ds:SignatureMethod", { Algorithm: method }),
    element(
      "ds:Reference",
      { URI: options.referenceUri ?? `#${id}` },
      element("ds:Transforms", {}, ...transforms.map((each) => element("ds:Transform", { Algorithm: each }))),
      element("ds:DigestMethod", { Algorithm: digest }),
      element("ds:DigestValue", {}, digestValue),
    ),
  ];
  const signed = rootElement("ds:SignedInfo", {}, ...content);
  const value = method.includes("hmac")
    ? createHmac(method.endsWith("sha1") ? "sha1" : "sha256", key.certificate)
        .update(signed)
        .digest("base64")
    : createSign(HASHES[method] ?? "sha256")
        .update(signed)
        .sign(key.privateKey, "base64");
  const keyInfo = options.keyInfo === undefined ? key.base64 : options.keyInfo;
  return rootElement(
    "ds:Signature",
    {},
    element("ds:SignedInfo", {}, ...content),
    element("ds:SignatureValue", {}, value),
    keyInfo === null
      ? ""
      : element("ds:KeyInfo", {}, element("ds:X509Data", {}, element("ds:X509Certificate", {}, keyInfo))),
    options.extra ?? "",
  );
}

/** The mask of RSA-OAEP in XML Encryption 1.1. */
export function maskGeneration(hash: string): string {
  return rootElement("xenc11:MGF", { Algorithm: `${URI.xenc11}mgf1${hash}` });
}

type ContentCipher = "aes128-gcm" | "aes256-gcm" | "aes128-cbc" | "aes256-cbc";

export interface EncryptionOptions {
  /** The recipient's certificate in PEM. */
  readonly certificate: string;
  readonly cipher?: ContentCipher;
  /** The algorithm named in the key transport. */
  readonly transport?: string;
  /** Changes the encrypted bytes. */
  readonly tamper?: (bytes: Buffer) => Buffer;
  /** The digest named for RSA-OAEP. `null` leaves it out. */
  readonly transportDigest?: string | null;
  /** An element to append to the key transport: a mask, or a wrong element. */
  readonly transportExtra?: string;
  /** The hash that RSA-OAEP uses. */
  readonly transportHash?: string;
}

/** An EncryptedAssertion around an assertion. */
export function encryptAssertion(assertion: string, options: EncryptionOptions): string {
  const name = options.cipher ?? "aes256-gcm";
  const key = randomBytes(name.startsWith("aes128") ? 16 : 32);
  const encrypted = encryptContent(name, key, Buffer.from(assertion, "utf8"));
  const wrappedKey = publicEncrypt(
    {
      key: new X509Certificate(options.certificate).publicKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: options.transportHash ?? "sha1",
    },
    key,
  );
  const cipherData = (bytes: Buffer) =>
    element("xenc:CipherData", {}, element("xenc:CipherValue", {}, bytes.toString("base64")));
  const transport = options.transport ?? "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
  const { transportDigest = ALGORITHM.sha1, transportExtra = "" } = options;
  const digest = transportDigest === null ? "" : element("ds:DigestMethod", { Algorithm: transportDigest });
  const uri = name.endsWith("gcm") ? `http://www.w3.org/2009/xmlenc11#${name}` : `${URI.xenc}${name}`;
  return rootElement(
    "saml:EncryptedAssertion",
    {},
    rootElement(
      "xenc:EncryptedData",
      { Type: `${URI.xenc}Element` },
      element("xenc:EncryptionMethod", { Algorithm: uri }),
      rootElement(
        "ds:KeyInfo",
        {},
        element(
          "xenc:EncryptedKey",
          {},
          element("xenc:EncryptionMethod", { Algorithm: transport }, digest, transportExtra),
          cipherData(wrappedKey),
        ),
      ),
      cipherData(options.tamper ? options.tamper(encrypted) : encrypted),
    ),
  );
}

function encryptContent(name: ContentCipher, key: Buffer, content: Buffer): Buffer {
  const bits = key.length * 8;
  if (name.endsWith("gcm")) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv(`aes-${bits as 128 | 256}-gcm`, key, nonce);
    return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
  }
  const vector = randomBytes(16);
  const cipher = createCipheriv(`aes-${bits}-cbc`, key, vector);
  return Buffer.concat([vector, cipher.update(content), cipher.final()]);
}
