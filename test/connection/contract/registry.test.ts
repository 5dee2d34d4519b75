/** The registry refuses wrong declarations when the process starts, not at the first sign-in. */
import { describe, expect, test } from "@jest/globals";
import { setting, type AnyConnectionType } from "../../../src/connection/contract/index.js";
import { createRegistry, keyOf } from "../../../src/connection/registry.js";
import { createSpecimen, PLAIN_TYPE } from "../support/specimen.js";

const { type: specimen } = createSpecimen();
const like = (changes: object): AnyConnectionType => ({ ...PLAIN_TYPE, ...changes });
const text = (changes: object = {}) => setting.text({ label: "Label", help: "Help.", ...changes });

describe("the registry of connection types", () => {
  test("finds types by id and by the camel case of the id, and keeps their order", () => {
    const registry = createRegistry([specimen, PLAIN_TYPE]);
    expect(registry.get("made-up")).toBe(specimen);
    expect(registry.findByKey("madeUp")).toBe(specimen);
    expect(registry.findByKey("made-up")).toBeNull();
    expect(registry.types.map(keyOf)).toEqual(["madeUp", "plain"]);
    expect(() => registry.get("nothing")).toThrow(expect.objectContaining({ code: "UNKNOWN_CONNECTION_TYPE" }));
  });

  test.each([
    ["entra-id", "entraId"],
    ["google-workspace", "googleWorkspace"],
    ["oidc", "oidc"],
    ["a-1", "a1"],
  ])("the key of %s is %s", (id, key) => {
    expect(keyOf({ id })).toBe(key);
  });

  test("lists every refusal once, with its text", () => {
    const registry = createRegistry([specimen, PLAIN_TYPE]);
    expect(registry.refusals).toEqual([
      {
        code: "MADE_UP_UNREACHABLE",
        status: 403,
        message: "The provider does not answer.",
        remedy: "Look at its address.",
      },
    ]);
  });

  test.each<[string, AnyConnectionType[], RegExp]>([
    ["the same id twice", [PLAIN_TYPE, like({})], /plain: another connection type has the same id/],
    ["the same key twice", [like({ id: "a-1" }), like({ id: "a1" })], /GraphQL key a1 is also that of a-1/],
    ["a type of another version", [like({ contractVersion: 2 })], /plain: it is written for version 2 of the contract/],
    ["a type without a version", [like({ contractVersion: undefined })], /contractVersion must be the number 1/],
    ["a type without a function", [like({ diagnose: undefined })], /diagnose must be a function/],
    ["a type without settings", [like({ settings: null })], /settings must be an object/],
    ["an id that is not a name", [like({ id: "Entra ID" })], /id must be lower-case words/],
    ["the id of the union", [like({ id: "connection" })], /reserved for Usher/],
    ["no name", [like({ name: " " })], /name must not be empty/],
    ["a version of zero", [like({ settingsVersion: 0 })], /settingsVersion/],
    ["no settings", [like({ settings: {} })], /it has no settings/],
    ["a setting that is not camel case", [like({ settings: { "client-id": text() } })], /setting client-id: .*camel/],
    ["a setting named like the prototype", [like({ settings: { ["__proto__x"]: text() } })], /camel case/],
    ["a setting without help", [like({ settings: { word: text({ help: "" }) } })], /label and a help/],
    [
      "a default that its own parser refuses",
      [like({ settings: { word: text({ default: "" }) } })],
      /its own default must not be empty/,
    ],
    [
      "an option that is not an enum value",
      [like({ settings: { word: setting.choice(["a-b"], { label: "L", help: "H." }) } })],
      /option a-b cannot be/,
    ],
    [
      "a secret with a default",
      [like({ settings: { word: setting.secret({ label: "L", help: "H.", default: "x" }) } })],
      /secret can neither/,
    ],
    [
      "a refusal code in lower case",
      [like({ refusals: { nope: { message: "m", remedy: "r" } } })],
      /refusal code nope/,
    ],
    ["a refusal without a remedy", [like({ refusals: { PLAIN_NO: { message: "m" } } })], /PLAIN_NO needs a message/],
    ["a setting made by hand", [like({ settings: { word: { label: "Word" } } })], /setting word: make it with/],
    [
      "two texts for one refusal",
      [specimen, like({ refusals: { MADE_UP_UNREACHABLE: { message: "Other.", remedy: "Other." } } })],
      /differs from another/,
    ],
  ])("refuses %s", (_, types, message) => {
    expect(() => createRegistry(types)).toThrow(message);
  });

  test("names every mistake at once", () => {
    expect(() => createRegistry([like({ name: "", settingsVersion: 0.5 })])).toThrow(/name must[^]*settingsVersion/);
  });

  test("closes its types", async () => {
    let closed = 0;
    await createRegistry([like({ close: async () => void (closed += 1) }), specimen]).close();
    expect(closed).toBe(1);
  });
});
