/** Codes that people type: those of authenticator apps (RFC 6238) and recovery codes. Pure. */
import { createHmac, randomInt } from "node:crypto";
import { generateURI, verifySync } from "otplib";
import { sha256Hex } from "../../platform/crypto/tokens.js";

const STEP_SECONDS = 30;
/** A code is accepted one step before and after its own, because clocks differ (RFC 6238, section 5.2). */
const TOLERATED_SECONDS = 30;
/** SHA-1 gives 160 bits (RFC 4226, section 4, R6). */
const SECRET_BYTES = 20;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The secret of a new authenticator app, in base32. It is computed from the token of the waiting sign-in, so Usher stores
 * nothing before the person has proved that the app works.
 */
export function deriveAppSecret(pendingToken: string): string {
  const bytes = createHmac("sha256", pendingToken).update("usher authenticator app").digest().subarray(0, SECRET_BYTES);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]).join("");
}

/** The address that an authenticator app reads from a QR code. */
export function describeApp(issuer: string, label: string, secret: string): string {
  return generateURI({ issuer, label, secret, period: STEP_SECONDS });
}

/**
 * The time step of a right code; `null` for a wrong one. A code of `lastStep` or an earlier step counts as wrong, because
 * each code is accepted only once (RFC 6238, section 5.2).
 */
export function verifyAppCode(secret: string, code: string, now: Date, lastStep: number | null): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const result = verifySync({
    secret,
    token: code,
    epoch: now.getTime() / 1000,
    period: STEP_SECONDS,
    epochTolerance: TOLERATED_SECONDS,
  });
  return result.valid && "timeStep" in result && result.timeStep > (lastStep ?? -1) ? result.timeStep : null;
}

/** The number of recovery codes that a person gets. */
export const RECOVERY_CODES = 10;
/** No letters that look like digits. Each character has 5 bits, so a code of 16 characters has 80 bits. */
const RECOVERY_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/** New recovery codes, such as `7KQM-2XWD-9RHT-C4PB`. */
export function makeRecoveryCodes(): readonly string[] {
  const makePart = () => Array.from({ length: 4 }, () => RECOVERY_ALPHABET[randomInt(32)]).join("");
  return Array.from({ length: RECOVERY_CODES }, () => Array.from({ length: 4 }, makePart).join("-"));
}

/** The hash by which a recovery code is stored and found; `null` for a text that cannot be one. */
export function hashRecoveryCode(entered: string): string | null {
  const characters = entered.toUpperCase().replaceAll(/[\s-]/g, "");
  return /^[2-9A-HJ-NP-Z]{16}$/.test(characters) ? sha256Hex(`usher recovery ${characters}`) : null;
}
