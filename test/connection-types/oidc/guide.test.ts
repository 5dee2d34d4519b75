/** The administrators' guide matches the code: it explains every check of the diagnosis. */
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { oidc } from "../../../src/connection-types/oidc/index.js";

const guide = readFileSync(new URL(`../../../${oidc.guide}`, import.meta.url), "utf8");

test("every check of the diagnosis is in the guide", () => {
  const source = ["diagnosis", "observe-redirect-uri"]
    .map((file) => readFileSync(new URL(`../../../src/protocols/oidc/${file}.ts`, import.meta.url), "utf8"))
    .join("");
  const checks = [...source.matchAll(/"([A-Z]+(?:_[A-Z0-9]+)+)"/g)].map(([, name = ""]) => name);
  for (const check of checks.filter((name) => !name.startsWith("OIDC_"))) expect(guide).toContain(`| \`${check}\` |`);
  expect(checks.length).toBeGreaterThan(9);
});

test("the settings' table has its place", () => {
  expect(guide).toMatch(/<!-- settings:oidc -->[^]*<!-- \/settings -->/);
});
