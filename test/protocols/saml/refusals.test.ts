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
  // Checks that all protocols share leave out the prefix.
  const shared = readFileSync(new URL("src/protocols/authentication.ts", ROOT), "utf8");
  const isShared = (code: string) => shared.includes(`code: "${code.replace("SAML_", "")}",`);
  const isUsed = (code: string) => isShared(code) || sources.some((source) => source.includes(`"${code}"`));
  expect(CODES.filter((code) => !isUsed(code))).toEqual([]);
});
