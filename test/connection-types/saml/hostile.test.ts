/** Every message of the hostile provider gets its expected refusal, and does not consume the pending request. */
import { SAML } from "@node-saml/passport-saml";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { SAML_REFUSALS } from "../../../src/protocols/saml/refusals.js";
import { forgeMessages, type HostileMessage } from "../../support/providers/hostile-saml/index.js";
import { PUBLISHED } from "../../support/providers/hostile-saml/wrapping.js";
import { createProviderKey, startSamlProvider, type SamlProvider } from "../../support/providers/saml/index.js";
import { openDriver, ownKeys } from "./driver.js";

let provider: SamlProvider;
let driver: Awaited<ReturnType<typeof openDriver>>;
let requestUrl: string;
let messages: ReadonlyMap<string, HostileMessage>;
const libraryCalls = jest.spyOn(SAML.prototype, "validatePostResponseAsync");

beforeAll(async () => {
  provider = await startSamlProvider();
  const keys = await ownKeys();
  driver = await openDriver(provider, { keys });
  requestUrl = await driver.start();
  const [victim, , attacker] = provider.people;
  messages = forgeMessages({
    provider,
    request: provider.readRequest(requestUrl),
    attacker: attacker!,
    victim: victim!,
    foreignKey: createProviderKey(),
    encryptionCertificate: keys.decryption[0]!.certificate,
    now: new Date(),
  });
});
afterAll(() => provider.close());

/** Posts one message. Returns the outcome and the number of calls of the verifying library. */
async function judge(message: HostileMessage) {
  libraryCalls.mockClear();
  const outcome = await driver.post(message.fields);
  return {
    came: outcome.action === "error" ? outcome.code : outcome.action,
    detail: outcome.action === "error" ? outcome.detail : null,
    libraryCalls: libraryCalls.mock.calls.length,
  };
}

/** The messages of a family that did not get their expected refusal. */
async function findWrongs(family: RegExp) {
  const wrongs: Record<string, unknown> = {};
  let tried = 0;
  for (const [name, message] of messages) {
    if (!family.test(name)) continue;
    tried++;
    const judged = await judge(message);
    const isRight = judged.came === message.code && (!message.isRefusedEarly || judged.libraryCalls === 0);
    if (!isRight) wrongs[name] = { ...judged, deserved: message.code };
  }
  return { wrongs, tried };
}

describe("every hostile message is refused as it deserves", () => {
  test.each([
    ["the eight published wrappings", /^XSW/, 8],
    ["every other wrapping", /^wrapping\//, 130],
    ["markup that two readers may understand differently", /^markup\//, 30],
    ["documents that are too large", /^size\//, 5],
    ["signatures", /^signature\//, 50],
    ["messages of other kinds and statuses", /^(kind|status)\//, 19],
    ["what the provider signed for another place, moment or person", /^profile\//, 40],
    ["encryption", /^encryption\//, 32],
  ] as const)("%s", async (_, family, atLeast) => {
    const { wrongs, tried } = await findWrongs(family);
    expect(wrongs).toEqual({});
    expect(tried).toBeGreaterThanOrEqual(atLeast);
  });

  test("and the eight published signature wrappings are among them", () => {
    expect(Object.keys(PUBLISHED)).toHaveLength(8);
    for (const name of Object.keys(PUBLISHED)) expect(messages.has(name)).toBe(true);
  });

  test("each refusal has a sentence for the person and a remedy for the administrator", () => {
    for (const { code } of messages.values()) {
      const text = SAML_REFUSALS[code as keyof typeof SAML_REFUSALS];
      expect(text.message).toMatch(/^[A-Z].*\.$/);
      expect(text.remedy.length).toBeGreaterThan(40);
    }
  });

  test("and after all of them the request can be answered once", async () => {
    expect([...driver.flows.values()].every(({ isConsumed }) => !isConsumed)).toBe(true);
    const { fields } = provider.answer(requestUrl, "p-1003");
    libraryCalls.mockClear();
    expect(await driver.post(fields)).toMatchObject({ action: "profile", profile: { subject: "p-1003" } });
    // Shows that the counter works. Without this, "zero calls" above would prove nothing.
    expect(libraryCalls).toHaveBeenCalledTimes(1);
    expect(await driver.post(fields)).toMatchObject({ action: "error", code: "SAML_UNKNOWN_REQUEST" });
  });
});

describe("a connection that lets a portal begin sign-ins", () => {
  test("verifies none of the messages without a request", async () => {
    const keys = await ownKeys();
    const open = await openDriver(provider, { keys, settings: { allowIdpInitiated: true } });
    const [victim, , attacker] = provider.people;
    const forged = forgeMessages({
      provider,
      request: { ...provider.readRequest(await open.start()), id: null as unknown as string },
      attacker: attacker!,
      victim: victim!,
      foreignKey: createProviderKey(),
      encryptionCertificate: keys.decryption[0]!.certificate,
      now: new Date(),
    });
    const results = new Set<string>();
    for (const [, { fields }] of forged) {
      const outcome = await open.verify(fields);
      results.add(outcome.action === "success" ? Object.keys(outcome.verification).join() : outcome.action);
    }
    expect([...results].toSorted()).toEqual(["error", "unsolicited,target"]);
    expect(forged.size).toBeGreaterThan(300);
  });
});
