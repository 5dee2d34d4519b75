/** Makes certificates (RFC 5280) for TLS servers of tests: a root, and valid and invalid leaves. */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

/** A key with its certificate, in PEM. */
export interface Certified {
  readonly key: string;
  readonly cert: string;
}

export interface Authority extends Certified {
  /** Issues a certificate for DNS names. */
  readonly issue: (names: readonly string[], validity?: Validity) => Certified;
}

interface Validity {
  readonly from: Date;
  readonly until: Date;
}

const HOUR_MILLISECONDS = 3_600_000;
const presentValidity = (): Validity => ({
  from: new Date(Date.now() - HOUR_MILLISECONDS),
  until: new Date(Date.now() + HOUR_MILLISECONDS),
});
/** A validity that ended an hour ago. */
export const pastValidity = (): Validity => ({
  from: new Date(Date.now() - 2 * HOUR_MILLISECONDS),
  until: new Date(Date.now() - HOUR_MILLISECONDS),
});

/** Makes an authority that is not trusted by default. */
export function createAuthority(name = "Test authority"): Authority {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const root = certify({ subject: name, issuer: name, names: null, validity: presentValidity(), pair, by: pair });
  return {
    ...root,
    issue: (names, validity = presentValidity()) => {
      const leaf = generateKeyPairSync("ec", { namedCurve: "P-256" });
      return certify({ subject: names[0] ?? "leaf", issuer: name, names, validity, pair: leaf, by: pair });
    },
  };
}

/** A self-signed leaf certificate. */
export function createSelfSigned(names: readonly string[]): Certified {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = names[0] ?? "leaf";
  return certify({ subject, issuer: subject, names, validity: presentValidity(), pair, by: pair });
}

interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** DNS names of a leaf. `null` makes an authority. */
  readonly names: readonly string[] | null;
  readonly validity: Validity;
  readonly pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly by: { readonly privateKey: KeyObject };
}

function certify({ subject, issuer, names, validity, pair, by }: Certificate): Certified {
  const extension =
    names === null
      ? sequence(objectId("551d13"), tagged(0x01, Buffer.of(0xff)), octets(sequence(tagged(0x01, Buffer.of(0xff)))))
      : sequence(objectId("551d11"), octets(sequence(...names.map((each) => tagged(0x82, Buffer.from(each))))));
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    commonName(issuer),
    sequence(utcTime(validity.from), utcTime(validity.until)),
    commonName(subject),
    pair.publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(extension)),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.of(0), sign("sha256", body, by.privateKey)]));
  const encoded = sequence(body, ECDSA_WITH_SHA256, signature).toString("base64");
  return {
    key: pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${encoded.match(/.{1,64}/g)?.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...parts: readonly Buffer[]) => tagged(0x30, Buffer.concat(parts));
const integer = (value: Buffer) => tagged(0x02, value);
const octets = (content: Buffer) => tagged(0x04, content);
const objectId = (hex: string) => tagged(0x06, Buffer.from(hex, "hex"));
const commonName = (name: string) =>
  sequence(tagged(0x31, sequence(objectId("550403"), tagged(0x0c, Buffer.from(name)))));
const utcTime = (at: Date) => tagged(0x17, Buffer.from(`${at.toISOString().replace(/\D/g, "").slice(2, 14)}Z`));
const ECDSA_WITH_SHA256 = sequence(objectId("2a8648ce3d040302"));
