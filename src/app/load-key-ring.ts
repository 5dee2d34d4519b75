/** Loads the key ring from the environment, or from the data folder, where the first start creates it. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createKeyRing, generateKeyRingEntry, parseKeyRing, type KeyRing } from "../platform/crypto/key-ring.js";

export interface LoadedKeyRing {
  readonly keyRing: KeyRing;
  /**
   * Writes a new key to its file and returns the path; `null` if the key exists already. Call this function before
   * anything is encrypted, but after every step of the start that can fail, so that a failed start leaves no key behind.
   */
  readonly keep: (() => string) | null;
}

const FILE_NAME = "key-ring";

/**
 * Loads the key ring. Without `USHER_KEY_RING`, which the configuration allows only for development on SQLite, the key is in
 * the data folder, readable only by the owner.
 *
 * @throws Error if the file cannot be read or does not contain a key ring
 */
export function loadKeyRing(configured: string | null, dataDirectory: string, now: Date): LoadedKeyRing {
  if (configured !== null) return { keyRing: readKeyRing(configured, "USHER_KEY_RING"), keep: null };
  const path = join(dataDirectory, FILE_NAME);
  const existing = readExisting(path);
  if (existing !== null) return { keyRing: readKeyRing(existing.trim(), path), keep: null };
  const entry = generateKeyRingEntry(now);
  return { keyRing: readKeyRing(entry, path), keep: () => writeNew(path, entry) };
}

function writeNew(path: string, entry: string): string {
  mkdirSync(dirname(path), { recursive: true });
  // `wx`: if two first starts run at once, the second must not overwrite the key that the first already uses.
  writeFileSync(path, `${entry}\n`, { mode: 0o600, flag: "wx" });
  chmodSync(path, 0o600);
  return path;
}

function readExisting(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function readKeyRing(text: string, where: string): KeyRing {
  const parsed = parseKeyRing(text);
  if ("mistakes" in parsed) throw new Error(`${where} cannot be used. ${parsed.mistakes.join(" ")}`);
  return createKeyRing(parsed.keys);
}

/** Returns the mistake in the text of a key ring; `null` if it has none. */
export function findKeyRingMistake(text: string): string | null {
  const parsed = parseKeyRing(text);
  return "mistakes" in parsed ? `cannot be used: ${parsed.mistakes.join(" ")}` : null;
}
