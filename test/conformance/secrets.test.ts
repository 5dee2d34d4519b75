/** The conformance suite finds every kind of setting that decides where a secret is sent. */
import { describe, expect, test } from "@jest/globals";
import { setting, type Fetch, type SettingsDeclaration } from "../../src/connection/contract/index.js";
import { findMisleadingSettings } from "../../testing/conformance/secrets.js";

const words = { label: "Label", help: "Help." };
const secret = setting.secret(words);
const PROVIDER = "acme.id.example:8443";

/** A provider that answers only with the address of its token endpoint. */
const fetch: Fetch = async (url) =>
  new Response(JSON.stringify({ tokens: new URL("/tokens", `https://${new URL(url).host}`).href }));

const check = (
  settings: SettingsDeclaration,
  values: Record<string, unknown>,
  send: (values: Record<string, any>, fetch: Fetch) => Promise<unknown>, // any: values of made-up declarations
) =>
  findMisleadingSettings({
    type: { settings: { secret, ...settings } },
    settings: { secret: "s3cret value", ...values },
    fetch,
    exercise: async (given, recorded) => void (await send(given, recorded)),
  });

const post = (recorded: Fetch, url: string, values: Record<string, unknown>) =>
  recorded(url, { method: "POST", body: new URLSearchParams({ secret: String(values["secret"]) }) });

describe("a secret that goes to a host made of", () => {
  const url = (receivesSecrets: boolean) => setting.url({ ...words, reach: "server", receivesSecrets });
  const text = (receivesSecrets: boolean) => setting.text({ ...words, receivesSecrets });

  test.each<[string, (declared: boolean) => SettingsDeclaration, Record<string, unknown>, Parameters<typeof check>[2]]>(
    [
      [
        "an address",
        (declared) => ({ a: url(declared) }),
        { a: `https://${PROVIDER}/tokens` },
        (values, recorded) => post(recorded, values["a"], values),
      ],
      [
        "a text that is a host",
        (declared) => ({ a: text(declared) }),
        { a: PROVIDER },
        (values, recorded) => post(recorded, `https://${values["a"]}/tokens`, values),
      ],
      [
        "a text that is a part of a host",
        (declared) => ({ a: text(declared) }),
        { a: "acme" },
        (values, recorded) => post(recorded, `https://${values["a"]}.id.example:8443/tokens`, values),
      ],
      [
        "a choice",
        (declared) => ({ a: { ...setting.choice(["acme", "other"], words), receivesSecrets: declared } }),
        { a: "acme" },
        (values, recorded) => post(recorded, `https://${values["a"]}.id.example:8443/tokens`, values),
      ],
      [
        "a number",
        (declared) => ({ a: setting.integer({ ...words, minimum: 1, maximum: 65_535, receivesSecrets: declared }) }),
        { a: 8443 },
        (values, recorded) => post(recorded, `https://acme.id.example:${values["a"]}/tokens`, values),
      ],
      [
        "a list",
        (declared) => ({ a: setting.list({ ...words, receivesSecrets: declared }) }),
        { a: ["first", PROVIDER] },
        (values, recorded) => post(recorded, `https://${values["a"][1]}/tokens`, values),
      ],
      [
        "a document",
        (declared) => ({ a: setting.document({ ...words, receivesSecrets: declared }) }),
        { a: JSON.stringify({ host: PROVIDER }) },
        (values, recorded) => post(recorded, `https://${JSON.parse(values["a"]).host}/tokens`, values),
      ],
      [
        "what a document at an address names",
        (declared) => ({ a: url(declared) }),
        { a: `https://${PROVIDER}` },
        async (values, recorded) => {
          const { tokens } = (await (await recorded(values["a"])).json()) as { tokens: string };
          await post(recorded, tokens, values);
        },
      ],
    ],
  )("%s is found, unless the setting says so", async (_name, declare, values, send) => {
    expect(await check(declare(false), values, send)).toEqual(["a"]);
    expect(await check(declare(true), values, send)).toEqual([]);
  });

  test("finds an undeclared setting next to a declared one, and ignores settings with the same host", async () => {
    const values = { a: `https://${PROVIDER}`, b: PROVIDER };
    const declared = { a: url(true), b: text(false) };
    expect(await check(declared, values, (given, recorded) => post(recorded, given["a"], given))).toEqual([]);
    expect(await check(declared, values, (given, recorded) => post(recorded, `https://${given["b"]}`, given))).toEqual([
      "b",
    ]);
  });

  test("finds a secret in a header, and allows requests without secrets to any host", async () => {
    const declared = { a: url(false) };
    const values = { a: `https://${PROVIDER}` };
    const basic = (given: Record<string, unknown>) => `Basic ${btoa(`usher:${String(given["secret"])}`)}`;
    for (const headerOf of [basic, (given: Record<string, unknown>) => `Bearer ${String(given["secret"])}`])
      expect(
        await check(declared, values, (given, recorded) =>
          recorded(given["a"], { headers: { authorization: headerOf(given) } }),
        ),
      ).toEqual(["a"]);
    expect(await check(declared, values, (given, recorded) => recorded(given["a"]))).toEqual([]);
  });
});
