/** Signing secrets (Standard Webhooks, "Signature scheme"): `whsec_` and 24 to 64 random bytes in base64. */
import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import type { KeyRing } from "../platform/crypto/key-ring.js";

const PREFIX = "whsec_";
const OWN_BYTES = 32;
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

/** Makes a secret of 256 random bits. */
export function makeSecret(): string {
  return PREFIX + randomBytes(OWN_BYTES).toString("base64");
}

/** What is wrong with a secret, as the rest of a sentence, or `null`. Never repeats the secret. */
export function findSecretProblem(secret: string): string | null {
  if (!secret.startsWith(PREFIX)) return `must begin with ${PREFIX}`;
  const encoded = secret.slice(PREFIX.length);
  const bytes = Buffer.from(encoded, "base64");
  // Node skips characters that are not base64, so a typing error would make a key that the receiver does not have.
  if (bytes.toString("base64") !== encoded) return `must have base64, with its padding, after ${PREFIX}`;
  if (bytes.length < FEWEST_BYTES || bytes.length > MOST_BYTES)
    return `must hold ${FEWEST_BYTES} to ${MOST_BYTES} bytes in base64 after ${PREFIX}`;
  return null;
}

/** Seals a secret for one endpoint. It cannot be opened for a different one. */
export function sealSecret(keyRing: KeyRing, endpointId: string, secret: string): string {
  return keyRing.seal(secret, contextOf(endpointId));
}

const CACHED_KEYS = 1_000;
const openedKeys = new WeakMap<KeyRing, Map<string, KeyObject>>();

/**
 * Opens a secret as a signing key, and caches it.
 *
 * @throws UnsealError
 */
export function openKey(keyRing: KeyRing, endpointId: string, sealed: string): KeyObject {
  const opened = openedKeys.get(keyRing) ?? new Map<string, KeyObject>();
  openedKeys.set(keyRing, opened);
  // The endpoint is part of the cache key, so a sealed secret opens only for its own endpoint.
  const name = `${endpointId} ${sealed}`;
  const known = opened.get(name);
  if (known !== undefined) return known;
  const secret = keyRing.open(sealed, contextOf(endpointId));
  const key = createSecretKey(Buffer.from(secret.slice(PREFIX.length), "base64"));
  if (opened.size >= CACHED_KEYS) opened.clear();
  opened.set(name, key);
  return key;
}

function contextOf(endpointId: string): string {
  return `webhook:${endpointId}:secret`;
}
