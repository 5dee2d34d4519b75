/** A software authenticator: makes passkeys and uses them (Web Authentication, level 3), with an ES256 key. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

/** What a device is told to do, as the page has it in JSON. */
interface Options {
  readonly challenge: string;
  readonly rp?: { readonly id: string };
  readonly rpId?: string;
}

export interface PasskeyDevice {
  /** The response of a browser that made a passkey at an origin. */
  readonly make: (options: string, origin: string) => string;
  /**
   * The response of a browser that used the passkey at an origin, with a signature counter. `verifies`: whether the device asked
   * for a fingerprint, a face or a PIN.
   */
  readonly use: (options: string, origin: string, counter?: number, device?: { readonly verifies: boolean }) => string;
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_KEY = 0x40;

/** Makes a device with one key pair. */
export function createPasskeyDevice(): PasskeyDevice {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(32);
  return {
    make: (json, origin) => {
      const options = JSON.parse(json) as Options;
      const authenticatorData = describe(options.rp?.id ?? "", USER_VERIFIED | HAS_KEY, 0, attest(id, publicKey));
      // A map of three: fmt, attStmt and authData.
      const attestation = Buffer.concat([
        Buffer.from([0xa3]),
        text("fmt"),
        text("none"),
        text("attStmt"),
        Buffer.from([0xa0]),
        text("authData"),
        bytes(authenticatorData),
      ]);
      return describeResponse(id, {
        clientDataJSON: clientData("webauthn.create", options.challenge, origin),
        attestationObject: attestation.toString("base64url"),
        transports: ["internal"],
      });
    },
    use: (json, origin, counter = 0, { verifies } = { verifies: true }) => {
      const options = JSON.parse(json) as Options;
      const authenticatorData = describe(options.rpId ?? "", verifies ? USER_VERIFIED : 0, counter, Buffer.alloc(0));
      const clientDataJSON = clientData("webauthn.get", options.challenge, origin);
      return describeResponse(id, {
        clientDataJSON,
        authenticatorData: authenticatorData.toString("base64url"),
        signature: signOver(privateKey, authenticatorData, clientDataJSON),
      });
    },
  };
}

function describeResponse(id: Buffer, response: object): string {
  const encoded = id.toString("base64url");
  return JSON.stringify({ id: encoded, rawId: encoded, type: "public-key", clientExtensionResults: {}, response });
}

function clientData(type: string, challenge: string, origin: string): string {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })).toString("base64url");
}

function signOver(key: KeyObject, authenticatorData: Buffer, clientDataJSON: string): string {
  const hash = createHash("sha256").update(Buffer.from(clientDataJSON, "base64url")).digest();
  return sign("sha256", Buffer.concat([authenticatorData, hash]), key).toString("base64url");
}

/** Authenticator data (section 6.1). */
function describe(host: string, flags: number, counter: number, rest: Buffer): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(counter);
  const hash = createHash("sha256").update(host).digest();
  return Buffer.concat([hash, Buffer.from([USER_PRESENT | flags]), count, rest]);
}

/** Attested credential data (section 6.5.1): the id and the public key in COSE. */
function attest(id: Buffer, publicKey: KeyObject): Buffer {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(id.length);
  const cose = Buffer.concat([
    // A map of five: kty EC2, alg ES256, crv P-256, x, y.
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    bytes(Buffer.from(x, "base64url")),
    Buffer.from([0x22]),
    bytes(Buffer.from(y, "base64url")),
  ]);
  return Buffer.concat([Buffer.alloc(16), length, id, cose]);
}

/** A text of at most 23 bytes in CBOR (RFC 8949). */
const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
/** Bytes in CBOR, with their length in one or two bytes. */
const bytes = (value: Buffer) =>
  Buffer.concat([
    Buffer.from(value.length < 256 ? [0x58, value.length] : [0x59, value.length >> 8, value.length & 0xff]),
    value,
  ]);
