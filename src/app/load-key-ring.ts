/** The key ring of the installation: from the environment, or made once and kept in the data folder. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createKeyRing, generateKeyRingEntry, parseKeyRing, type KeyRing } from "../platform/crypto/key-ring.js";

/** A key ring, and what is left to do for a new one. */
export interface LoadedKeyRing {
  readonly keyRing: KeyRing;
  /**
   * Writes the file of a key that was just made, and answers its path; `null` when there is nothing to write. To be called
   * before anything is encrypted, and not before the start is certain: one that fails leaves no key behind.
   */
  readonly keep: (() => string) | null;
}

const FILE_NAME = "key-ring";

/**
 * Loads the key ring. Without `USHER_KEY_RING` (the configuration sees to it that this is development on SQLite) the
 * key lies in the data folder, readable by the owner alone.
 *
 * @throws Error when the file cannot be read, or holds no key ring
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
  // `wx`: of two first starts at once, the second must not overwrite the key that the first has begun to use.
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

/** What is wrong with a key ring as text, or `null`. */
export function findKeyRingMistake(text: string): string | null {
  const parsed = parseKeyRing(text);
  return "mistakes" in parsed ? `cannot be used: ${parsed.mistakes.join(" ")}` : null;
}
