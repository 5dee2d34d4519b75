/** Types of packages are loaded by name from the installation's folder. All mistakes in them are reported at once. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../..");

/** A correct type. `changes` is code. */
const typeNamed = (id: string, changes = "") => `defineConnectionType({
  contractVersion: 1, id: "${id}", name: "Acme", description: "Acme.", guide: new URL("./guide.md", import.meta.url).href,
  settingsVersion: 1, upgrade: (stored) => stored, binding: "redirect",
  settings: { address: setting.url({ label: "Address", help: "Where it is.", reach: "server" }) },
  refusals: { ${id.replaceAll("-", "_").toUpperCase()}_REFUSED: { message: "Not now.", remedy: "Wait." } },
  check: () => [], serviceProvider: () => [], issuer: () => ({ kind: "open" }), open: async () => ({}),
  strategy: () => ({ authenticate() {} }), normalize: () => null, diagnose: async () => [], ${changes} })`;
const IMPORTS = 'import { defineConnectionType, setting } from "usher/contract";\n';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "usher-types-")));
  write("package.json", "{}");
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/usher"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function install(name: string, code: string, manifest: object = { exports: "./index.js" }): void {
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: "module", ...manifest }));
  write(`node_modules/${name}/index.js`, IMPORTS + code);
}

/** Runs one of Usher's programs in the folder. */
function run(program: string, packages: string) {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, "scripts/start.mjs"), program], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: "", USHER_CONNECTION_TYPES: packages },
    encoding: "utf8",
  });
  return { status, mistakes: stderr.split("\n").flatMap((line) => line.match(/^ {2}- (.*)/)?.[1] ?? []), stderr };
}

test("the schema and the guides of an installation have the types of its packages, in addition to Usher's own", () => {
  install("@acme/usher-cas", `export const connectionTypes = [${typeNamed("acme-cas")}];`);
  // The type is made from OpenID Connect, whose refusals all such types share.
  const composed = typeNamed("portal", "refusals: OIDC_REFUSALS");
  install("usher-portal", `import { OIDC_REFUSALS } from "usher/protocols/oidc";\nexport default ${composed};`);
  write("node_modules/@acme/usher-cas/guide.md", "<!-- settings:acme-cas -->\n<!-- /settings -->\n");
  expect(run("schema", "@acme/usher-cas, usher-portal")).toEqual({ status: 0, mistakes: [], stderr: "" });
  const schema = readFileSync(join(folder, "graphql/schema.graphql"), "utf8");
  expect(schema.match(/^input ConnectionSettingsInput [^]*?^}/m)?.[0].match(/^ {2}\w+(?=:)/gm)).toEqual(
    ["acmeCas", "entraId", "googleWorkspace", "oidc", "portal", "saml"].map((key) => `  ${key}`),
  );
  expect(schema).toMatch(/^ {2}ACME_CAS_REFUSED$/m);
  expect(run("guides", "@acme/usher-cas")).toMatchObject({ status: 0 });
  expect(readFileSync(join(folder, "node_modules/@acme/usher-cas/guide.md"), "utf8")).toContain("| `address` | url |");
  expect(existsSync(join(folder, "docs"))).toBe(false);
});

test("a package that is being developed loads itself by its name", () => {
  write("package.json", JSON.stringify({ name: "@acme/own", type: "module", exports: "./index.js" }));
  write("index.js", `${IMPORTS}export const connectionTypes = [${typeNamed("own")}];`);
  expect(run("schema", "@acme/own")).toEqual({ status: 0, mistakes: [], stderr: "" });
});

test("every mistake is named, with the package and what to do", () => {
  const refusing = (code: string) => `refusals: { ${code}: { message: "No.", remedy: "Wait." } }`;
  const packages: Record<string, string> = {
    "a-throws": 'import "not-there";',
    "b-exports-nothing": "export const connectionType = {};",
    "c-newer": `export default { ...${typeNamed("newer")}, contractVersion: 2 };`,
    "d-unversioned": `export default { ...${typeNamed("unversioned")}, contractVersion: undefined };`,
    "e-plain": `export default { ...${typeNamed("plain")} };`,
    "f-incomplete": `export default ${typeNamed("incomplete", "normalize: undefined, settings: null,")};`,
    "g-reserved": `export default ${typeNamed("saml")};`,
    "h-first": `export default ${typeNamed("twice")};`,
    "i-second": `export default ${typeNamed("twice")};`,
    "j-unprefixed": `export default ${typeNamed("unprefixed", refusing("REFUSED"))};`,
    "k-colliding": `export default ${typeNamed("email", refusing("EMAIL_TAKEN"))};`,
    "l-curious": 'import "usher/dist/src/app.js";',
    "m-curious": 'import "usher";',
    "n-rules": `export default ${typeNamed("rules", 'name: "", settings: { "a-b": {} },')};`,
  };
  for (const [name, code] of Object.entries(packages)) install(name, code);
  install("o-entryless", "", { exports: { "./other": "./index.js" } });
  const { status, mistakes } = run("start", ["not-installed", ...Object.keys(packages), "o-entryless"].join(","));
  expect(status).toBe(1);
  expect(mistakes).toEqual(
    [
      `not-installed is not installed in ${folder}; install it there with npm.`,
      expect.stringMatching(/a-throws cannot be loaded: Cannot find package 'not-there'/),
      "b-exports-nothing exports no connection types; it needs `export const connectionTypes = [ … ]`.",
      expect.stringMatching(/l-curious cannot be loaded: Package subpath .* is not defined by "exports"/),
      expect.stringMatching(/m-curious cannot be loaded: No "exports" main defined/),
      expect.stringMatching(/^USHER_CONNECTION_TYPES: o-entryless has no entry point that Usher can find/),
      "c-newer, type newer: it is written for version 2 of the contract, and this Usher has version 1; " +
        "install a release of the type for version 1, or an Usher with version 2.",
      "d-unversioned, type unversioned: contractVersion must be the number 1.",
      "e-plain, type plain: it must be made by this Usher's defineConnectionType; " +
        "list usher under peerDependencies of the package, so that npm installs only one copy.",
      "f-incomplete, type incomplete: settings must be an object.",
      "f-incomplete, type incomplete: normalize must be a function.",
      "g-reserved, type saml: the id belongs to a type of Usher itself; the package must choose another.",
      "i-second, type twice: the id belongs to a type of h-first; the package must choose another.",
      "j-unprefixed, type unprefixed: the refusal code REFUSED must begin with UNPREFIXED_.",
      "k-colliding, type email: the refusal code EMAIL_TAKEN is Usher's own; choose another.",
      "n-rules, type rules: name must not be empty.",
      "n-rules, type rules: setting a-b: make it with `setting.text`, `setting.url` or another factory of `setting`.",
    ].map((each) => (typeof each === "string" ? `USHER_CONNECTION_TYPES: ${each}` : each)),
  );
});
