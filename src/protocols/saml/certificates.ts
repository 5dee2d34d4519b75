/** A provider's signing certificates: base64 with or without PEM lines, RSA with at least 2,048 bits. */
import { X509Certificate, type KeyObject } from "node:crypto";

const SMALLEST_KEY_BITS = 2_048;

/** A certificate that may verify signatures. */
export interface ProviderCertificate {
  /** In PEM, with lines of 64 characters. Usher stores and compares certificates in this form. */
  readonly pem: string;
  readonly validFrom: Date;
  readonly expiresAt: Date;
  /** SHA-256 over the certificate, in hexadecimal with colons, as consoles show it. */
  readonly fingerprint: string;
}

export type ParsedCertificate = { readonly value: ProviderCertificate } | { readonly issue: string };

export function parseCertificate(input: string): ParsedCertificate {
  const read = readCertificate(input);
  return "issue" in read ? read : judgeKey(read.value);
}

/**
 * The signing keys among the certificates of one KeyInfo, which belong to one key (XML signature 4.5.4). The signer's
 * certificate is the one that did not issue any of the others. The others are authorities, which sign for many.
 */
export function chooseSigningKeys(inputs: readonly string[]): readonly ParsedCertificate[] {
  const entries = inputs.map((input) => (input.trim() === "" ? EMPTY : readCertificate(input)));
  const leaves = findLeaves(entries.flatMap((entry) => ("value" in entry ? [entry.value] : [])));
  // If the signer's certificate cannot be read, an authority looks like the signer.
  const isCutOff = entries.some((entry) => "issue" in entry && entry !== EMPTY);
  const hasOwnLeaf = leaves.some(({ ca }) => !ca);
  return entries.flatMap((entry): readonly ParsedCertificate[] => {
    if ("issue" in entry) return [entry];
    const { value } = entry;
    if (!leaves.includes(value) || (value.ca && hasOwnLeaf)) return [];
    return [value.ca && isCutOff ? AMBIGUOUS : judgeKey(value)];
  });
}

const EMPTY = { issue: "is empty" } as const;
const AMBIGUOUS = {
  issue: "may belong to an authority and not to the signer: another certificate cannot be read",
};

/** The certificates that did not issue any of the others. */
export function withoutAuthorities(certificates: readonly ProviderCertificate[]): readonly ProviderCertificate[] {
  const leaves = findLeaves(certificates.map(({ pem }) => new X509Certificate(pem)));
  const fingerprints = new Set(leaves.map(({ fingerprint256 }) => fingerprint256));
  return certificates.filter(({ fingerprint }) => fingerprints.has(fingerprint));
}

function findLeaves(certificates: readonly X509Certificate[]): readonly X509Certificate[] {
  return certificates.filter((each) => !certificates.some((other) => hasIssued(each, other)));
}

/**
 * Whether one certificate issued another. Compares their names, and also checks the signature if both have the same
 * name.
 */
function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  if (certificate.issuer !== issuer.subject || certificate.fingerprint256 === issuer.fingerprint256) return false;
  const [issuersKey, ownKey] = [readKey(issuer), readKey(certificate)];
  // Two certificates of the same key are a renewal, so neither has issued the other.
  if (issuersKey !== null && ownKey?.equals(issuersKey)) return false;
  if (certificate.issuer !== certificate.subject) return true;
  try {
    return issuersKey !== null && certificate.verify(issuersKey);
  } catch {
    return false;
  }
}

function readCertificate(given: string): { readonly value: X509Certificate } | { readonly issue: string } {
  // A certificate copied from JSON or an environment variable has the two characters `\n` in place of a line end.
  const input = given.replaceAll(/\\[rn]/g, "\n");
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
  return { value: certificate };
}

function judgeKey(certificate: X509Certificate): ParsedCertificate {
  const key = readKey(certificate);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key?.asymmetricKeyType !== "rsa")
    return { issue: `must hold an RSA key; this one holds a key of the kind ${key?.asymmetricKeyType ?? "unknown"}` };
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

/** The public key of a certificate; `null` for a kind of key that Node cannot read. */
function readKey(certificate: X509Certificate): KeyObject | null {
  try {
    return certificate.publicKey;
  } catch {
    return null;
  }
}

export function toPem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----`;
}
