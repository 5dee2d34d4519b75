/**
 * Makes a key pair with a self-signed certificate (X.509 v3, RFC 5280). SAML providers accept a key only in a
 * certificate, and Node cannot make certificates. Providers do not check the issuer or the expiry of this certificate.
 */
import { createSign, generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { toPem } from "./certificates.js";

const KEY_BITS = 2_048;
const VALIDITY_YEARS = 10;

/** A private key in PKCS #8 PEM, and its certificate in PEM. */
export interface CertifiedKey {
  readonly privateKey: string;
  readonly certificate: string;
}

/** @param commonName the certificate's name in consoles, at most 64 characters (RFC 5280 A.1) */
export async function createCertifiedKey(commonName: string, now: Date): Promise<CertifiedKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: KEY_BITS });
  const end = new Date(now);
  end.setUTCFullYear(end.getUTCFullYear() + VALIDITY_YEARS);
  const name = sequence(set(sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName.slice(0, 64), "utf8")))));
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    SHA256_WITH_RSA,
    name,
    sequence(time(now), time(end)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = createSign("sha256").update(body).sign(privateKey);
  const certificate = sequence(body, SHA256_WITH_RSA, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    certificate: toPem(certificate),
  };
}

/** One element of the binary encoding DER: tag, length and content (X.690 8.1). */
function der(tag: number, content: Buffer): Buffer {
  const length =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(...parts: readonly Buffer[]): Buffer {
  return der(0x31, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

/** An instant in DER: UTCTime until the end of 2049, and GeneralizedTime after that (RFC 5280 4.1.2.5). */
function time(instant: Date): Buffer {
  const digits = `${instant.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  return instant.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

const COMMON_NAME = Buffer.from("0603550403", "hex"); // 2.5.4.3
const SHA256_WITH_RSA = Buffer.from("300d06092a864886f70d01010b0500", "hex"); // 1.2.840.113549.1.1.11 with NULL
