/** What is slow to make and may be the same in every test file is kept on disk, from one run to the next. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The root of the tree, of which these tests are. */
export const ROOT = resolve(import.meta.dirname, "../..");
/** Where other tools keep what they can make again, too; compiled sources have no such place, and keep nothing. */
const FOLDER = existsSync(join(ROOT, "node_modules")) ? join(ROOT, "node_modules/.cache/usher") : null;

/** Where something is kept under a name; `null` when it has to be made each time. */
export function placeInCache(name: string): string | null {
  return FOLDER === null ? null : join(FOLDER, name);
}

/** Where a file is written before it is renamed to its place: nobody reads half of it. */
export function placeUnfinished(place: string): string {
  mkdirSync(dirname(place), { recursive: true });
  return `${place}.${randomBytes(6).toString("hex")}`;
}
