/** A provider's signing certificates: base64 with or without PEM lines, RSA of at least 2,048 bits. */
import { X509Certificate } from "node:crypto";

const SMALLEST_KEY_BITS = 2_048;

/** A certificate that may verify signatures. */
export interface ProviderCertificate {
  /** In PEM, with lines of 64 characters: the one form that is stored and compared. */
  readonly pem: string;
  readonly validFrom: Date;
  readonly expiresAt: Date;
  /** SHA-256 over the certificate, in hexadecimal with colons, as consoles show it. */
  readonly fingerprint: string;
}

/** Parses one certificate, or says what is wrong with it. */
export function parseCertificate(input: string): { readonly value: ProviderCertificate } | { readonly issue: string } {
  const inner = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/.exec(input);
  if (inner !== null && inner[1] !== "CERTIFICATE")
    return { issue: `must be a certificate; this is a ${inner[1]!.toLowerCase()}` };
  if (inner === null && input.includes("-----")) return { issue: "must have both PEM lines, or neither" };
  if (inner !== null && input.split("-----BEGIN").length > 2)
    return { issue: "must hold one certificate; give each as an entry of its own" };
  const base64 = (inner?.[2] ?? input).replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0)
    return { issue: "must be base64, with or without the lines BEGIN CERTIFICATE and END CERTIFICATE" };
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(Buffer.from(base64, "base64"));
  } catch {
    return { issue: "must be an X.509 certificate; the base64 holds something else or is cut off" };
  }
  const key = certificate.publicKey;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa")
    return { issue: `must hold an RSA key; this one holds a key of the kind ${key.asymmetricKeyType ?? "unknown"}` };
  if (bits < SMALLEST_KEY_BITS)
    return { issue: `must hold an RSA key of at least ${SMALLEST_KEY_BITS} bits; this one has ${bits}` };
  return {
    value: {
      pem: toPem(certificate.raw),
      validFrom: new Date(certificate.validFrom),
      expiresAt: new Date(certificate.validTo),
      fingerprint: certificate.fingerprint256,
    },
  };
}

/** A certificate's bytes in PEM. */
export function toPem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----`;
}
