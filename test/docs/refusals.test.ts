/** The guide to refused sign-ins has each outcome, as the code declares it. */
import "reflect-metadata";
import { expect, it } from "@jest/globals";
import { buildSchema, parse, validate } from "graphql";
import { loadConnectionTypes } from "../../src/app/load-connection-types.js";
import { PUBLIC_CLOUDS } from "../../src/app/describe-schema.js";
import { fillOutcomes, OUTCOME_GUIDE } from "../../src/app/outcome-guide.js";
import { PROVISIONING_FAILURES } from "../../src/provisioning/failures.js";
import { SIGN_IN_FAILURES } from "../../src/sign-in/failures.js";
import { findBlocks, readText } from "./markdown.js";

const guide = readText(OUTCOME_GUIDE);
const types = await loadConnectionTypes(PUBLIC_CLOUDS, []);

it("the guide to refused sign-ins has the current tables", () => {
  expect(fillOutcomes(guide, types)).toBe(guide);
});

it("the guide to refused sign-ins has each outcome once, with its remedy", () => {
  const refusals = types.flatMap((type) => Object.entries(type.refusals));
  const failures = [...SIGN_IN_FAILURES, ...PROVISIONING_FAILURES].map((failure) => [failure.code, failure] as const);
  const outcomes = new Map<string, { readonly remedy: string }>([...refusals, ...failures]);
  expect(outcomes.size).toBeGreaterThan(130);
  const rows = guide.split("\n").filter((line) => /^\| `[A-Z_]+` \|/.test(line));
  for (const [code, { remedy }] of outcomes) {
    const own = rows.filter((row) => row.startsWith(`| \`${code}\` |`));
    expect([code, own]).toEqual([code, [expect.stringMatching(/ \|$/)]]);
    expect(own[0]).toContain(`| ${remedy} |`);
  }
});

it("the guide to refused sign-ins has only valid operations", () => {
  const schema = buildSchema(readText("graphql/schema.graphql"));
  for (const { text } of findBlocks(guide)) expect([text, validate(schema, parse(text))]).toEqual([text, []]);
});

it("a mark for an unknown type is refused", () => {
  expect(() => fillOutcomes("<!-- outcomes:unknown -->\n<!-- /outcomes -->", types)).toThrow("there is no such type");
});
