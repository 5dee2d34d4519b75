/** The version of this copy of Usher. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** `version` of `package.json`. */
export const VERSION = readVersion(import.meta.dirname);

/** `package.json` is at a different depth above the sources than above the compiled files. */
function readVersion(folder: string): string {
  const file = join(folder, "package.json");
  if (!existsSync(file)) {
    if (dirname(folder) === folder) throw new Error("Usher's package.json is missing. Install Usher again.");
    return readVersion(dirname(folder));
  }
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}
