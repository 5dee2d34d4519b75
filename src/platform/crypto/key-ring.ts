/**
 * Encrypts secrets that must be readable again: client secrets, code verifiers, webhook keys. It uses AES-256-GCM (NIST SP
 * 800-38D) and a ring of keys (`USHER_KEY_RING`). The first key encrypts and all keys decrypt, so that an operator can
 * replace a key without an outage.
 */
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from "node:crypto";

export interface KeyRingKey {
  /** Part of every text that the key seals. 1 to 32 letters, digits, hyphens and underscores. */
  readonly id: string;
  readonly key: KeyObject;
}

/** Why a sealed text could not be opened. */
export type UnsealCode =
  /** The key that sealed the text is not in the ring. */
  | "UNKNOWN_KEY"
  /** The text was changed or was sealed for a different context, or the id now belongs to a different key. */
  | "TAMPERED"
  /** It is not a sealed text of a known version. */
  | "MALFORMED";

/** A sealed text that cannot be opened: a defect of storage or configuration, not of a request. */
export class UnsealError extends Error {
  override readonly name = "UnsealError";

  constructor(
    readonly code: UnsealCode,
    message: string,
  ) {
    super(message);
  }
}

/** Seals and opens texts. */
export interface KeyRing {
  /**
   * Encrypts a text for one context, such as `connection:ID:clientSecret`. The sealed text opens only in this context, so
   * nobody can swap sealed texts between rows.
   *
   * @throws TypeError when the text is not well-formed Unicode, because UTF-8 would change it
   */
  readonly seal: (plaintext: string, context: string) => string;
  /** @throws UnsealError */
  readonly open: (sealed: string, context: string) => string;
  /** Whether a key other than the first one sealed the text. */
  readonly needsReseal: (sealed: string) => boolean;
}

const VERSION = "v1";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/**
 * Reads entries `id:base64 of 32 bytes`, separated by commas. Returns one sentence for each mistake. The sentences do not
 * quote keys.
 */
export function parseKeyRing(
  text: string,
): { readonly keys: readonly KeyRingKey[] } | { readonly mistakes: readonly string[] } {
  const keys: KeyRingKey[] = [];
  const mistakes: string[] = [];
  const entries = text.split(",").map((entry) => entry.trim());
  for (const [index, entry] of entries.entries()) {
    const parsed = parseEntry(entry, keys);
    if (typeof parsed === "string") mistakes.push(`Entry ${index + 1} of ${entries.length} ${parsed}.`);
    else keys.push(parsed);
  }
  return mistakes.length > 0 ? { mistakes } : { keys };
}

function parseEntry(entry: string, before: readonly KeyRingKey[]): KeyRingKey | string {
  if (entry === "") return "is empty";
  const colon = entry.indexOf(":");
  if (colon === -1) return "must be written id:key, with the key as base64 of 32 bytes";
  const id = entry.slice(0, colon);
  const encoded = entry.slice(colon + 1);
  if (!KEY_ID.test(id)) return "must begin with an id of 1 to 32 letters, digits, hyphens and underscores";
  const bytes = Buffer.from(encoded, "base64");
  // Node skips characters that are not base64, so a key with a typing error would become a different key.
  if (bytes.toString("base64") !== encoded) return `(${id}) must have its key in base64, with its padding`;
  if (bytes.length !== KEY_BYTES) return `(${id}) has a key of ${bytes.length} bytes; it must have ${KEY_BYTES}`;
  const key = createSecretKey(bytes);
  if (before.some((other) => other.id === id)) return `(${id}) has the id of an earlier entry`;
  if (before.some((other) => other.key.equals(key))) return `(${id}) has the key of an earlier entry`;
  return { id, key };
}

/** Makes an entry with a new random key, named after the current day. */
export function generateKeyRingEntry(madeAt: Date): string {
  const id = `k${madeAt.toISOString().slice(0, 10).replaceAll("-", "")}-${randomBytes(2).toString("hex")}`;
  return `${id}:${randomBytes(KEY_BYTES).toString("base64")}`;
}

/** @throws Error when there is no key */
export function createKeyRing(keys: readonly KeyRingKey[]): KeyRing {
  const first = keys[0];
  if (first === undefined) throw new Error("A key ring needs at least one key.");
  const byId = new Map(keys.map((each) => [each.id, each.key]));
  return {
    seal: (plaintext, context) => seal(plaintext, context, first),
    open: (sealed, context) => {
      const { keyId, bytes } = readSealed(sealed);
      const key = byId.get(keyId);
      if (key === undefined)
        throw new UnsealError(
          "UNKNOWN_KEY",
          `A sealed text names the key "${keyId}", which USHER_KEY_RING does not have. Keep a replaced key in the ring until nothing is sealed with it.`,
        );
      return open(bytes, context, { id: keyId, key });
    },
    needsReseal: (sealed) => readSealed(sealed).keyId !== first.id,
  };
}

/** Returns `v1.KEY-ID.BASE64URL(nonce, ciphertext, tag)`. */
function seal(plaintext: string, context: string, { id, key }: KeyRingKey): string {
  if (/\p{Surrogate}/u.test(plaintext)) throw new TypeError("A text to seal must be well-formed Unicode.");
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(id, context));
  const bytes = Buffer.concat([nonce, cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${id}.${bytes.toString("base64url")}`;
}

function open(bytes: Buffer, context: string, { id, key }: KeyRingKey): string {
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData(id, context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
  } catch {
    throw new UnsealError(
      "TAMPERED",
      `A sealed text was changed, was sealed for another place, or the key "${id}" in USHER_KEY_RING is not the one that sealed it.`,
    );
  }
}

/** The additional authenticated data. Version and id cannot contain a line break, so the data are unambiguous. */
function additionalData(id: string, context: string): Buffer {
  return Buffer.from(`${VERSION}.${id}\n${context}`, "utf8");
}

function readSealed(sealed: string): { keyId: string; bytes: Buffer } {
  const parts = sealed.split(".");
  const [version, keyId, encoded] = parts;
  if (parts.length !== 3 || version !== VERSION || keyId === undefined || encoded === undefined || !KEY_ID.test(keyId))
    throw new UnsealError("MALFORMED", "A text that should be sealed is not a sealed text of a known version.");
  const bytes = Buffer.from(encoded, "base64url");
  // Requires the canonical encoding. In other encodings, a change of the last character could go unnoticed.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString("base64url") !== encoded)
    throw new UnsealError("MALFORMED", "A sealed text is cut off or holds characters that do not belong there.");
  return { keyId, bytes };
}
