/** The published refusals: the code uses each one. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { SAML_REFUSALS } from "../../../src/protocols/saml/refusals.js";

const ROOT = new URL("../../../", import.meta.url);
const CODES = Object.keys(SAML_REFUSALS);

test("every code is used by the protocol or its connection type", () => {
  const sources = ["src/protocols/saml/", "src/connection-types/saml/"].flatMap((folder) =>
    readdirSync(new URL(folder, ROOT))
      .filter((name) => name !== "refusals.ts")
      .map((name) => readFileSync(new URL(`${folder}${name}`, ROOT), "utf8")),
  );
  expect(CODES.filter((code) => !sources.some((source) => source.includes(`"${code}"`)))).toEqual([]);
});
