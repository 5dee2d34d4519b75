/** Writes the tables of settings into the administrators' guides: `npm run guides`. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { AnyConnectionType } from "./contract/index.js";
import { fillGuide } from "./settings-table.js";

/**
 * Updates the guides of connection types. Skips types whose guide does not exist.
 *
 * @param root the folder that the paths of guides of Usher's own types start from
 * @returns the paths of the changed guides
 */
export async function writeGuides(types: readonly AnyConnectionType[], root: string): Promise<string[]> {
  const changed: string[] = [];
  for (const type of types) {
    const path = fileURLToPath(new URL(type.guide, pathToFileURL(join(root, "/"))));
    const before = await readIfThere(path);
    if (before === null) continue;
    const after = fillGuide(before, type);
    if (after === before) continue;
    await writeFile(path, after);
    changed.push(type.guide);
  }
  return changed;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
