/** Signing secrets (Standard Webhooks, "Signature scheme"): `whsec_` and 24 to 64 random bytes in base64. */
import { randomBytes } from "node:crypto";
import type { KeyRing } from "../platform/crypto/key-ring.js";

const PREFIX = "whsec_";
const OWN_BYTES = 32;
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

/** Makes a secret of 256 random bits. */
export function makeSecret(): string {
  return PREFIX + randomBytes(OWN_BYTES).toString("base64");
}

/** What a secret must be instead, as the rest of a sentence; `null` when nothing is wrong. Never repeats the secret. */
export function judgeSecret(secret: string): string | null {
  if (!secret.startsWith(PREFIX)) return `must begin with ${PREFIX}`;
  const encoded = secret.slice(PREFIX.length);
  const bytes = Buffer.from(encoded, "base64");
  // Node skips what is not base64; a typing mistake must not become another key than the receiver's.
  if (bytes.toString("base64") !== encoded) return `must have base64, with its padding, after ${PREFIX}`;
  if (bytes.length < FEWEST_BYTES || bytes.length > MOST_BYTES)
    return `must hold ${FEWEST_BYTES} to ${MOST_BYTES} bytes in base64 after ${PREFIX}`;
  return null;
}

/** Seals a secret for one endpoint; it opens for no other. */
export function sealSecret(keyRing: KeyRing, endpointId: string, secret: string): string {
  return keyRing.seal(secret, contextOf(endpointId));
}

/** @throws UnsealError */
export function openSecret(keyRing: KeyRing, endpointId: string, sealed: string): string {
  return keyRing.open(sealed, contextOf(endpointId));
}

function contextOf(endpointId: string): string {
  return `webhook:${endpointId}:secret`;
}
