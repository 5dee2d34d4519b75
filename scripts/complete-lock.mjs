/**
 * Adds optional packages of other platforms to package-lock.json that a registry did not offer to `npm install`: `npm ci`
 * refuses a lock without them. Run it after every `npm install`.
 *
 * It takes the versions from the parent packages. Added entries have no integrity until an `npm install` on such a
 * platform.
 */
import { readFileSync, writeFileSync } from "node:fs";

const PATH = "package-lock.json";
const SYSTEMS = ["darwin", "linux", "win32", "freebsd", "android", "openharmony", "openbsd", "netbsd", "sunos", "aix"];
const PROCESSORS = ["x64", "arm64", "arm", "ia32", "ppc64", "s390x", "riscv64", "loong64", "wasm32"];

const lock = JSON.parse(readFileSync(PATH, "utf8"));
const { "": root, ...packages } = lock.packages;
const added = Object.entries(packages).flatMap(([path, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
    .map(([name, range]) => [`node_modules/${name}`, describe(name, range, entry.dev)]),
);
const complete = { ...packages, ...Object.fromEntries(added) };
const sorted = Object.entries(complete).sort(([left], [right]) => left.localeCompare(right, "en"));
lock.packages = { "": root, ...Object.fromEntries(sorted) };
writeFileSync(PATH, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added.length} optional packages of other platforms were added.\n`);

/** The entry of a package, with the platform in its name: `@swc/core-linux-arm64-musl`. */
function describe(name, range, dev) {
  const words = name.split("/").at(-1).split(/[-_]/);
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS.includes(word));
  const last = words.at(-1);
  const library = last.includes("gnu") ? "glibc" : last.includes("musl") ? "musl" : null;
  return {
    version: range.replace(/^[\^~]/, ""),
    ...(processor && { cpu: [processor] }),
    ...(dev && { dev: true }),
    ...(library && { libc: [library] }),
    optional: true,
    ...(system && { os: [system] }),
  };
}
