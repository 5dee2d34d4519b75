/** A strategy made by `defineStrategy` ends each exchange with exactly one action. */
import { describe, expect, test } from "@jest/globals";
import type { Exchange, PendingFlow } from "../../src/protocols/exchange.js";
import { ProtocolRefusal } from "../../src/protocols/refusal.js";
import { defineStrategy, type ExchangeSteps } from "../../src/protocols/strategy.js";

const flow: PendingFlow = {
  requestId: "r1",
  secrets: { nonce: "n1" },
  startedAt: new Date(0),
  consume: () => Promise.resolve(true),
};
const START: Exchange = {
  step: "start",
  loginHint: null,
  forceAuthentication: false,
  chooseAccount: false,
  keep: ({ secrets }) => Promise.resolve(`state of ${secrets["nonce"]}`),
};
const RETURN: Exchange = { step: "return", parameters: { ticket: "t1" }, flow };
const POST: Exchange = { step: "post", parameters: { message: "m1" }, findFlow: () => Promise.resolve(flow) };
const replay = { kind: "assertion", id: "a1", expiresAt: new Date(1) } as const;

const STEPS: ExchangeSteps<string> = {
  start: async ({ keep }) => `https://idp.example/?${await keep({ requestId: null, secrets: { nonce: "n1" } })}`,
  return: ({ parameters }) => Promise.resolve(`verified ${parameters["ticket"]}`),
  post: async ({ parameters, findFlow }) => {
    const found = await findFlow("r1");
    return { verified: `verified ${parameters["message"]}`, posted: { flow: found ?? flow, replay } };
  },
};

/** Runs a strategy like sign-in: on a child object whose actions are read-only. */
async function run(exchange: Exchange, changes: Partial<ExchangeSteps<string>> = {}) {
  const strategy = defineStrategy({ ...STEPS, ...changes });
  const answers: unknown[][] = [];
  const note = (name: string) => ({ value: (value: unknown) => void answers.push([name, value]) });
  const names = ["redirect", "success", "error", "fail", "pass"];
  const child = Object.create(strategy, Object.fromEntries(names.map((name) => [name, note(name)]))) as {
    authenticate(exchange: Exchange): Promise<void>;
  };
  const before = JSON.stringify(strategy);
  await child.authenticate(exchange);
  expect(JSON.stringify(strategy)).toBe(before);
  return answers;
}

describe("a defined strategy", () => {
  test("sends the person to the address of its first step", async () => {
    expect(await run(START)).toEqual([["redirect", "https://idp.example/?state of n1"]]);
  });

  test("returns what was verified after a redirect", async () => {
    expect(await run(RETURN)).toEqual([["success", { verified: "verified t1", posted: null }]]);
  });

  test("returns what was verified of a posted message, with its flow and replay note", async () => {
    expect(await run(POST)).toEqual([["success", { verified: "verified m1", posted: { flow, replay } }]]);
  });

  test.each([
    ["a refusal", new ProtocolRefusal("TEST_TICKET_EXPIRED")],
    ["a defect", new TypeError("undefined is not a function")],
  ])("hands on %s as it was thrown, at once or later", async (_, error) => {
    expect(await run(RETURN, { return: () => Promise.reject(error) })).toEqual([["error", error]]);
    const post = () => {
      throw error;
    };
    expect(await run(POST, { post })).toEqual([["error", error]]);
  });
});
