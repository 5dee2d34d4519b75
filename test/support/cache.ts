/** Caches files on disk between test runs, if they are slow to make and can be the same in every test file. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, "../..");
/** A folder where other tools also cache files. It does not exist for compiled sources, which cache nothing. */
const FOLDER = existsSync(join(ROOT, "node_modules")) ? join(ROOT, "node_modules/.cache/usher") : null;

/** The path of a cached file; `null` if nothing is cached. */
export function placeInCache(name: string): string | null {
  return FOLDER === null ? null : join(FOLDER, name);
}

/** A temporary path. When the file is complete, it is renamed to its final path. */
export function placeUnfinished(place: string): string {
  mkdirSync(dirname(place), { recursive: true });
  return `${place}.${randomBytes(6).toString("hex")}`;
}
