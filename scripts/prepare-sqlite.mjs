/**
 * Builds the SQLite driver if the running Node needs it. Node 22 and newer use better-sqlite3 13, which contains its
 * binaries but crashes on Node 20. Node 20 uses better-sqlite3 12, which must be compiled. `npm ci` does not run install
 * scripts (`.npmrc`), so that only Node 20 compiles anything.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const FIRST_NODE_WITH_BINARIES = 22;

/**
 * Compiles better-sqlite3 12 once, on Node 20 only. It takes about a minute and needs a C++ compiler.
 * @returns {boolean} whether the driver can be used
 */
export function prepareSqlite() {
  if (Number(process.versions.node.split(".")[0]) >= FIRST_NODE_WITH_BINARIES) return true;
  const folder = dirname(createRequire(import.meta.url).resolve("better-sqlite3/package.json"));
  if (existsSync(join(folder, "build/Release/better_sqlite3.node"))) return true;
  process.stdout.write("Building the SQLite driver for Node 20, once; this takes about a minute.\n");
  // The package's own script: it fetches a binary where it can, and compiles otherwise.
  const { status, stdout, stderr } = spawnSync("npm", ["run", "install"], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    process.stderr.write(
      `${stdout}${stderr}\nThe SQLite driver cannot be built: install a C++ compiler and Python, or run Node 22 or newer.\n`,
    );
  }
  return status === 0;
}
