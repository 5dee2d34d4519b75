#!/usr/bin/env node
/**
 * Builds when needed, then becomes the server or another program of Usher's. An installation has it as `npx usher`.
 *
 *     node scripts/start.mjs [start | schema | guides | demo]
 *
 * The program runs in this process, so that signals reach it directly and its exit code is that of this process.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const PROGRAMS = {
  start: "dist/src/main.js",
  schema: "dist/src/app/emit-schema.js",
  guides: "dist/src/app/write-guides.js",
  demo: "dist/demo/main.js",
};

const name = process.argv[2] ?? "start";
const program = Object.hasOwn(PROGRAMS, name) ? join(ROOT, PROGRAMS[name]) : undefined;
if (program === undefined) {
  process.stderr.write(`Usher has no program ${name}: choose one of ${Object.keys(PROGRAMS).join(", ")}.\n`);
  process.exit(2);
}
if (!build({ whenNeeded: true })) {
  process.stderr.write("The build failed, so nothing was started.\n");
  process.exit(1);
}
if (!existsSync(program)) {
  process.stderr.write(`The package of Usher does not hold ${name}: run it in a clone of the repository.\n`);
  process.exit(2);
}
// As --enable-source-maps: stack traces name the sources.
process.setSourceMapsEnabled(true);
process.argv = [process.execPath, program, ...process.argv.slice(3)];
try {
  await import(pathToFileURL(program).href);
} catch (error) {
  // The message of this error says what the operator must correct. Every other error is a defect, and keeps its stack.
  if (error?.name !== "ConfigurationError") throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
