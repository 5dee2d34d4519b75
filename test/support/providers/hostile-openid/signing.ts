/** Keys and signatures of the hostile provider, made with node:crypto and strings, without code of Usher. */
import { createHmac, generateKeyPairSync, sign, constants, type KeyObject, type JsonWebKey } from "node:crypto";
import { nextRsaPair } from "../../rsa-keys.js";

/** A key pair with its name. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const CURVES: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };

/** Makes a key pair for an algorithm of RFC 7518. */
export function makeSigningKey(kid: string, algorithm: string, rsaBits = 2_048): SigningKey {
  return { kid, algorithm, ...makePair(algorithm, rsaBits) };
}

function makePair(algorithm: string, rsaBits: number): { privateKey: KeyObject; publicKey: KeyObject } {
  const namedCurve = CURVES[algorithm];
  if (namedCurve !== undefined) return generateKeyPairSync("ec", { namedCurve });
  if (algorithm.startsWith("Ed")) return generateKeyPairSync("ed25519");
  return nextRsaPair(rsaBits);
}

/** The public key as JWK. */
export function publish(key: SigningKey): JsonWebKey {
  return { ...key.publicKey.export({ format: "jwk" }), kid: key.kid, use: "sig", alg: key.algorithm };
}

/** The signature of `input` with an algorithm of RFC 7518 or RFC 8037. */
export function signWith(key: SigningKey, input: string, algorithm = key.algorithm): Buffer {
  const data = Buffer.from(input, "ascii");
  const hash = `sha${algorithm.slice(-3)}`;
  if (algorithm.startsWith("Ed")) return sign(null, data, key.privateKey);
  if (algorithm.startsWith("ES")) return sign(hash, data, { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  if (algorithm.startsWith("PS")) {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    return sign(hash, data, { key: key.privateKey, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
  }
  return sign(hash, data, key.privateKey);
}

/** An HMAC instead of a signature. */
export function macWith(secret: string | Buffer, input: string): Buffer {
  return createHmac("sha256", secret).update(input).digest();
}

/** Encodes a part of a JSON Web Token. */
export function encodePart(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}
