/** Imports only go down in this tree, and the rules find each violation in a tree that contains all of them. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { cruise, listFiles, ROOT, type Findings } from "./cruise.js";

describe("in this tree", () => {
  let found: Findings;
  beforeAll(() => {
    found = cruise(ROOT);
  });

  test("every import goes down, without cycles", () => {
    expect(found.violations).toEqual([]);
  });

  test("every file was read", () => {
    const files = [...listFiles(ROOT, "src", ".ts"), ...listFiles(ROOT, "migrations", ".ts")];
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !found.imports.has(file))).toEqual([]);
  });

  test("every relative import was read, in any form", () => {
    const written = /\b(?:from|import)\s*\(?\s*["'`](\.[^"'`]+)["'`]/g;
    const unseen = listFiles(ROOT, "src", ".ts").flatMap((file) =>
      [...readFileSync(join(ROOT, file), "utf8").matchAll(written)]
        .map(([, specifier = ""]) => specifier)
        .filter((specifier) => !found.imports.get(file)?.includes(specifier))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(unseen).toEqual([]);
  });
});

/** Imports that must be found: from, to, the rule, and the statement if it is not a plain import. */
const FORBIDDEN: readonly (readonly [from: string, to: string, rule: string, text?: string])[] = [
  ["config/configuration", "platform/clock", "config-imports-downwards"],
  ["platform/mail/send", "access/caller", "platform-imports-downwards", 'import type { a } from "SPECIFIER";'],
  ["access/caller", "audit/record", "access-imports-downwards", 'export type { a } from "SPECIFIER";'],
  ["events/append", "audit/record", "events-imports-downwards", 'export * from "SPECIFIER";'],
  ["audit/read", "events/append", "audit-imports-downwards", 'import { type a } from "SPECIFIER";'],
  ["people/user/user", "connection/stored/row", "people-imports-downwards"],
  ["people/role/role", "sign-in/start", "people-imports-downwards"],
  ["connection/activate", "provisioning/apply", "connection-imports-downwards"],
  ["connection/diagnose", "connection-types/oidc/index", "connection-imports-downwards"],
  ["connection/health", "protocols/refusal", "connection-imports-downwards"],
  ["connection/contract/registry", "connection-types/index", "contract-imports-downwards"],
  ["connection/contract/profile", "protocols/oidc/discover", "contract-imports-downwards"],
  ["provisioning/apply", "sign-in/start", "provisioning-imports-downwards"],
  ["sign-in/pages", "scim/users", "sign-in-imports-downwards"],
  ["scim/users", "webhooks/deliver", "scim-imports-downwards"],
  ["imports/read", "training/course/course", "imports-imports-downwards"],
  ["training/course/assign", "sign-in/start", "training-imports-downwards"],
  ["webhooks/sign", "imports/read", "webhooks-imports-downwards"],
  ["sign-in/open", "connection-types/oidc/index", "sign-in-imports-downwards"],
  ["sign-in/verify", "protocols/saml/verify", "sign-in-imports-downwards"],
  ["sign-in/serve", "app", "sign-in-imports-downwards"],
  ["scim/serve", "app/context", "scim-imports-downwards"],
  ["app/wire", "main", "app-imports-downwards"],
  ["connection-types/saml/index", "connection-types/oidc/index", "connection-type-imports-contract-and-protocols"],
  ["connection-types/oidc/groups", "connection/stored/row", "connection-type-imports-contract-and-protocols"],
  ["connection-types/oidc/clock", "platform/clock", "connection-type-imports-contract-and-protocols"],
  ["connection-types/index", "people/user/rules", "list-of-connection-types-imports-them"],
  ["protocols/oidc/verify", "platform/clock", "protocols-import-libraries"],
  ["protocols/saml/types", "connection/contract/settings", "protocols-import-libraries"],
  ["provisioning/decide", "people/user/rules", "decisions-are-pure"],
  ["provisioning/mappings/roles", "platform/database/database", "decisions-are-pure"],
  ["attic/box", "platform/clock", "every-folder-has-a-layer"],
  ["access/round-one", "access/round-two", "no-cycle", 'import type { a } from "SPECIFIER";'],
  ["access/round-two", "access/round-one", "no-cycle"],
  ["people/group/group", "people/group/gone", "everything-is-found"],
  ["people/group/mock", "../testing/browser", "nothing-of-the-tests"],
  ["people/group/bench", "../bench/lists", "nothing-of-the-tests"],
  ["people/group/demo", "../demo/main", "nothing-of-the-tests"],
];

/** Imports that are allowed. */
const ALLOWED: readonly (readonly [from: string, to: string])[] = [
  ["main", "app"],
  ["main", "config/read"],
  ["app", "connection-types/index"],
  ["app/catalogue", "protocols/saml/verify"],
  ["app/migrate", "../migrations/1-create-tables"],
  ["entities", "people/user/row"],
  ["sign-in/provision-and-sign-in", "provisioning/apply-all"],
  ["training/result/record", "events/append"],
  ["provisioning/load", "audit/record"],
  ["connection/store", "people/user/rules"],
  ["connection/contract/connection-type", "protocols/refusal"],
  ["connection-types/index", "connection-types/oidc/index"],
  ["connection-types/oidc/index", "connection/contract/settings"],
  ["connection-types/oidc/index", "protocols/oidc/discover"],
  ["people/user/rules", "people/user/row"],
  ["people/user/row", "platform/database/database"],
  ["access/begin", "platform/database/database"],
  ["platform/clock", "config/read"],
  ["protocols/oidc/discover", "protocols/refusal"],
];

describe("in a tree that breaks the rules", () => {
  let tree: string;
  let found: Findings;

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  /** Both lists name modules relative to `src`, without `.ts`. */
  const locate = (module: string) => (module.startsWith("../") ? `${module.slice(3)}.ts` : `src/${module}.ts`);

  beforeAll(() => {
    tree = realpathSync(mkdtempSync(join(tmpdir(), "usher-architecture-")));
    const imports = new Map<string, string[]>();
    for (const [from, to, , text = 'import { a } from "SPECIFIER";'] of [
      ...FORBIDDEN,
      ...ALLOWED,
    ] as typeof FORBIDDEN) {
      const up = "../".repeat(from.split("/").length - 1) || "./";
      const list = imports.get(locate(from)) ?? [];
      imports.set(locate(from), [...list, text.replace("SPECIFIER", `${up}${to}.js`)]);
      if (!to.endsWith("gone") && !imports.has(locate(to))) imports.set(locate(to), []);
    }
    for (const [file, lines] of imports) write(file, `${lines.join("\n")}\nexport const a = 1;\n`);
    write("package.json", JSON.stringify({ type: "module", dependencies: {}, devDependencies: { jest: "1" } }));
    write("node_modules/jest/package.json", JSON.stringify({ name: "jest", main: "index.js" }));
    write("node_modules/jest/index.js", "");
    write("src/platform/mock.ts", 'import "jest";\n');
    found = cruise(tree);
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  test.each(FORBIDDEN)("%s may not import %s (%s)", (from, _to, rule) => {
    const about = found.violations.filter(
      (violation) => violation.startsWith(`${rule}: `) && violation.includes(locate(from)),
    );
    expect(about).toHaveLength(1);
  });

  test("published code may not import a development dependency", () => {
    expect(found.violations).toContain("nothing-of-development: src/platform/mock.ts → node_modules/jest/index.js");
  });

  test.each(ALLOWED)("%s may import %s", (from, to) => {
    const about = `: ${locate(from)} → ${locate(to)}`;
    expect(found.violations.filter((violation) => violation.endsWith(about))).toEqual([]);
  });
});
