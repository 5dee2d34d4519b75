/** The code that frontends generate from the committed schema and the documented operations, compiled in strict mode. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { codegen } from "@graphql-codegen/core";
import { preset } from "@graphql-codegen/client-preset";
import { buildSchema, isObjectType, parse } from "graphql";
import { findExample, readText, ROOT } from "./markdown.js";

const GUIDE = readText("docs/frontend.md");

/** The types of the clients' packages that the guide's caches use. This project does not depend on these packages. */
const CLIENTS = `
declare module "@apollo/client" {
  export class HttpLink { constructor(options: { uri: string; credentials: "include" | "omit" | "same-origin" }); }
  export class InMemoryCache {
    constructor(config: { typePolicies?: Record<string, { merge?: boolean; keyFields?: readonly string[] | false }> });
  }
  export class ApolloClient { constructor(options: { link: HttpLink; cache: InMemoryCache }); }
}
declare module "@urql/core" {
  export type Exchange = (input: { client: Client }) => unknown;
  export const fetchExchange: Exchange;
  export class Client {
    constructor(options: { url: string; preferGetMethod?: boolean; fetchOptions?: RequestInit; exchanges: Exchange[] });
  }
}
declare module "@urql/exchange-graphcache" {
  import type { Exchange } from "@urql/core";
  export function cacheExchange(options: { keys?: Record<string, (data: object) => string | null> }): Exchange;
}
`;

let project: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

/** Compiles the project and returns the compiler's messages. */
function compile(): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", project],
    { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } },
  );
  return status === 0 ? "" : `${stdout}${stderr}`;
}

beforeAll(async () => {
  project = realpathSync(mkdtempSync(join(tmpdir(), "usher-client-")));
  symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
  const settings = JSON.parse(findExample(GUIDE, "codegen")) as {
    schema: string;
    documents: string;
    generates: Record<string, { presetConfig: object; config: object }>;
  };
  const schema = readText(settings.schema);
  const folder = dirname(settings.documents);
  for (const [baseOutputDir, { presetConfig, config }] of Object.entries(settings.generates)) {
    const files = await preset.buildGeneratesSection({
      baseOutputDir,
      presetConfig,
      config,
      schema: parse(schema),
      schemaAst: buildSchema(schema),
      documents: readdirSync(join(ROOT, folder)).map((file) => {
        const rawSDL = readText(`${folder}/${file}`);
        return { location: file, rawSDL, document: parse(rawSDL) };
      }),
      plugins: [],
      pluginMap: {},
    });
    for (const file of files) write(file.filename, await codegen(file));
  }
  write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        target: "ES2022",
        module: "ESNext",
        moduleResolution: "bundler",
        lib: ["ES2022", "DOM"],
        types: [],
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: true,
      },
      include: ["src"],
    }),
  );
  write("src/page.ts", findExample(GUIDE, "typed"));
  write("src/clients.d.ts", CLIENTS);
  for (const [file, example] of [
    ["parts", "cache-parts"],
    ["apollo", "cache-apollo"],
    ["urql", "cache-urql"],
  ] as const)
    write(`src/${file}.ts`, findExample(GUIDE, example));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test("the documents of every operation and the guide's examples compile in strict TypeScript", () => {
  expect(compile()).toBe("");
});

test("a field that was not selected, a missing variable and an unknown code do not compile", () => {
  write(
    "src/mistakes.ts",
    [
      'import { ask } from "./page";',
      'import { UsersDocument, type ErrorCode } from "./usher/graphql";',
      "export const missing = ask(UsersDocument, {});",
      'export const users = ask(UsersDocument, { organizationId: "1" }).then((data) => data.users.nodes[0]?.phone);',
      'export const code: ErrorCode = "NO_SUCH_CODE";',
    ].join("\n"),
  );
  const said = compile().match(/mistakes\.ts\((\d+)/g);
  rmSync(join(project, "src/mistakes.ts"));
  expect(said).toEqual(["mistakes.ts(3", "mistakes.ts(4", "mistakes.ts(5"]);
});

test("the guide names every type without an id for caches, and no others", () => {
  const types = Object.values(buildSchema(readText("graphql/schema.graphql")).getTypeMap())
    .filter(isObjectType)
    .filter((type) => type.getFields()["id"] === undefined);
  const names = new Set(types.map(({ name }) => name));
  // Caches recognize pages by their type names.
  const isPage = (name: string) => name.endsWith("Connection") && names.has(name.replace(/Connection$/, "Edge"));
  const parts = [...names].filter(
    (name) => !/^(__|Query$|Mutation$|PageInfo$)|(Payload|Edge)$/.test(name) && !isPage(name),
  );
  const told = /`([^`]*)`/.exec(findExample(GUIDE, "cache-parts"))?.[1]?.trim().split(/\s+/);
  expect(told).toEqual(parts.toSorted());
});
