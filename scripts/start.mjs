/**
 * Builds when needed, then becomes the server, or with `demo` the demonstration.
 *
 *     node scripts/start.mjs [demo]
 *
 * The program runs in this very process: signals reach it once and directly, and its exit code is this one's.
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const PROGRAMS = { server: "dist/src/main.js", demo: "dist/demo/main.js" };

const name = process.argv[2] ?? "server";
const program = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
if (program === undefined) {
  process.stderr.write(`There is no program ${name}: say nothing for the server, or "demo".\n`);
  process.exit(2);
}
if (!build({ whenNeeded: true })) {
  process.stderr.write("The build failed, so nothing was started.\n");
  process.exit(1);
}
// As --enable-source-maps: stack traces name the sources.
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, join(ROOT, program), ...process.argv.slice(3)];
await import(pathToFileURL(join(ROOT, program)).href);
