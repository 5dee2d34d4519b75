/** The administrators' guides of connection types match the code: settings, refusals and operations. */
import { describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { createEntraIdType } from "../../src/connection-types/entra-id/index.js";
import { ENTRA_ID_REFUSALS } from "../../src/connection-types/entra-id/refusals.js";
import { createGoogleWorkspaceType } from "../../src/connection-types/google-workspace/index.js";
import { GOOGLE_WORKSPACE_REFUSALS } from "../../src/connection-types/google-workspace/refusals.js";
import { fillGuide } from "../../src/connection/settings-table.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const schema = buildSchema(read("graphql/schema.graphql"));
const codes = read("graphql/schema.graphql");

describe.each([
  [createEntraIdType("https://login.microsoftonline.com", "https://graph.microsoft.com"), ENTRA_ID_REFUSALS],
  [createGoogleWorkspaceType("https://accounts.google.com", "https://admin.googleapis.com"), GOOGLE_WORKSPACE_REFUSALS],
] as const)("the guide of a type", (type, refusals) => {
  const guide = read(type.guide);

  test("has the current table of settings", () => {
    expect(guide).toContain(`<!-- settings:${type.id} -->`);
    expect(fillGuide(guide, type)).toBe(guide);
  });

  test("explains each refusal with its remedy", () => {
    const plain = guide.replaceAll("`", "");
    for (const [code, { remedy }] of Object.entries(refusals)) expect(plain).toContain(`| ${code} | ${remedy} |`);
  });
});

const GUIDES = readdirSync(new URL("../../docs/administrators", import.meta.url));

test("administrators can send every operation of their guides as it is written", () => {
  const operations = GUIDES.flatMap((name) =>
    [...read(`docs/administrators/${name}`).matchAll(/^( *)```graphql\n([^]*?)^\1```/gm)].map(([, , text = ""]) => [
      name,
      text,
    ]),
  );
  expect(operations.length).toBeGreaterThan(40);
  for (const [name, text = ""] of operations)
    expect([name, text, validate(schema, parse(text))]).toEqual([name, text, []]);
});

test("administrators' guides link only to existing files", () => {
  for (const name of GUIDES)
    for (const [, path = ""] of read(`docs/administrators/${name}`).matchAll(/\]\((?!https:)([\w./-]+)/g))
      expect([name, path, existsSync(new URL(`../../docs/administrators/${path}`, import.meta.url))]).toEqual([
        name,
        path,
        true,
      ]);
});

describe.each(["entra-id", "entra-id-saml", "google-workspace", "okta"])("the guide %s", (name) => {
  const guide = read(`docs/administrators/${name}.md`);

  test("names only existing error codes", () => {
    const named = [...guide.matchAll(/`((?:OIDC|ENTRA|GOOGLE|SAML|SIGN_IN)_[A-Z_]+[A-Z])`/g)].map(
      ([, code = ""]) => code,
    );
    expect(named.length).toBeGreaterThan(4);
    for (const code of named) expect(codes).toMatch(new RegExp(`^  ${code}$`, "m"));
  });
});

test("the guide to writing connection types links only to existing files", () => {
  const guide = read("docs/connection-types.md");
  const paths = [...guide.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].map(([, path = ""]) => path);
  expect(paths.length).toBeGreaterThan(8);
  for (const path of paths) expect([path, existsSync(new URL(`../../${path}`, import.meta.url))]).toEqual([path, true]);
});
