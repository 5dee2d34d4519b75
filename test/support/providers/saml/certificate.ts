/** Makes keys and certificates of the stand-in provider, with any validity and size, for RSA or elliptic curves. */
import { createSign, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { nextRsaPair } from "../../rsa-keys.js";

export interface ProviderKey {
  readonly name: string;
  readonly privateKey: KeyObject;
  /** PEM. */
  readonly certificate: string;
  /** The certificate in base64 without line breaks, for metadata and KeyInfo. */
  readonly base64: string;
}

export interface ProviderKeyOptions {
  readonly name?: string;
  readonly bits?: number;
  readonly kind?: "rsa" | "ec";
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** The issuer of the certificate. Defaults to the key itself. */
  readonly issuer?: ProviderKey;
  /** Marks the certificate as one that may issue others (RFC 5280, section 4.2.1.9). */
  readonly isAuthority?: boolean;
}

/** Makes a key with a self-signed certificate, valid from 2020 to 2049 by default. */
export function createProviderKey(options: ProviderKeyOptions = {}): ProviderKey {
  const { publicKey, privateKey } =
    options.kind === "ec" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : nextRsaPair(options.bits ?? 2048);
  const signsWith = options.issuer?.privateKey.asymmetricKeyType ?? options.kind;
  const algorithm = Buffer.from(
    signsWith === "ec" ? "300a06082a8648ce3d040302" : "300d06092a864886f70d01010b0500",
    "hex",
  );
  const { name = "stand-in.example", issuer } = options;
  const validity = [options.notBefore ?? new Date("2020-01-01Z"), options.notAfter ?? new Date("2049-01-01Z")];
  const content = wrap(
    0x30,
    ...(options.isAuthority ? [VERSION_3] : []),
    wrap(0x02, Buffer.from([1]), randomBytes(8)),
    algorithm,
    writeName(issuer?.name ?? name),
    wrap(
      0x30,
      ...validity.map((date) => wrap(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, "").slice(2, 14)}Z`))),
    ),
    writeName(name),
    publicKey.export({ type: "spki", format: "der" }),
    ...(options.isAuthority ? [AUTHORITY] : []),
  );
  const signature = createSign("sha256")
    .update(content)
    .sign(issuer?.privateKey ?? privateKey);
  const base64 = wrap(0x30, content, algorithm, wrap(0x03, Buffer.from([0]), signature)).toString("base64");
  const certificate = `-----BEGIN CERTIFICATE-----\n${base64.replace(/(.{64})/g, "$1\n").trimEnd()}\n-----END CERTIFICATE-----\n`;
  return { name, privateKey, certificate, base64 };
}

/** `version [0] EXPLICIT INTEGER 2`: extensions need the third version. */
const VERSION_3 = Buffer.from("a003020102", "hex");
/** The extension basicConstraints, critical, with `cA TRUE`. */
const AUTHORITY = Buffer.from("a3133011300f0603551d130101ff040530030101ff", "hex");

function writeName(name: string): Buffer {
  const commonName = wrap(0x0c, Buffer.from(name, "utf8"));
  return wrap(0x30, wrap(0x31, wrap(0x30, Buffer.from("0603550403", "hex"), commonName)));
}

function wrap(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), body]);
  if (length < 256) return Buffer.concat([Buffer.from([tag, 0x81, length]), body]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length % 256]), body]);
}
