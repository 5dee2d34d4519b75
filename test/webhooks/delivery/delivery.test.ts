/** Delivery from a change to a receiver over HTTP: in sequence, signed, and with retries. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startTestUsher, type TestUsher } from "../../support/usher.js";
import { startWebhookReceivers, type WebhookReceivers } from "../../support/webhook-receiver/index.js";
import { createTenant, until } from "../tenant.js";

let usher: TestUsher;
let receivers: WebhookReceivers;
beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_WEBHOOK_RETRY_SECONDS: "0.05,0.1,0.2" } });
  receivers = await startWebhookReceivers();
});
afterAll(async () => {
  await usher.stop();
  await receivers.close();
});

describe("an endpoint", () => {
  it("gets every event in sequence, signed, in the form of the contract", async () => {
    const tenant = await createTenant(usher);
    const receiver = receivers.add("quick");
    const id = await tenant.addEndpoint(receiver);
    await tenant.makeUsers(20);
    const events = await tenant.events();
    await until("all events", () => receiver.events().length >= events.length);
    expect(receiver.events().map((each) => each.id)).toEqual(events.map((event) => event.id));
    expect(receiver.events().every(({ verifiedBy }) => verifiedBy.length === 1)).toBe(true);
    const [{ body, headers, message }] = receiver.events() as [(typeof receiver.received)[0]];
    expect(Object.keys(message)).toEqual(["type", "timestamp", "data"]);
    expect(Object.keys(message.data)).toEqual([
      "id",
      "sequence",
      "organizationId",
      "subject",
      "cause",
      "user",
      "changed",
    ]);
    expect(message).toMatchObject({
      type: "user.created",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      data: {
        id: headers["webhook-id"],
        sequence: 1,
        organizationId: tenant.organizationId,
        subject: { type: "user", version: 1 },
        cause: { kind: "OPERATOR", actor: expect.any(String) },
        user: { email: expect.any(String), status: "ACTIVE", roles: ["USER"], groups: [] },
        changed: null,
      },
    });
    expect(body).toBe(JSON.stringify(message));
    await until("the log of deliveries", async () => (await tenant.attempts(id)).length === events.length + 1);
    expect((await tenant.attempts(id)).map(({ kind, number, status }) => ({ kind, number, status }))).toEqual([
      { kind: "TEST", number: 1, status: 204 },
      ...events.map(() => ({ kind: "FIRST", number: 1, status: 200 })),
    ]);
  });

  it("gets failed events again, and later events do not wait for them", async () => {
    const tenant = await createTenant(usher);
    const receiver = receivers.add("flaky", { kind: "flaky", every: 3 });
    const id = await tenant.addEndpoint(receiver);
    await tenant.makeUsers(9);
    const events = await tenant.events();
    await until(
      "all events",
      () =>
        new Set(
          receiver
            .events()
            .filter((each) => each.isTaken)
            .map((each) => each.id),
        ).size === 9,
    );
    const firsts = [...new Set(receiver.events().map((each) => each.id))];
    expect(firsts).toEqual(events.map((event) => event.id));
    const refused = receiver.events().filter(({ isTaken }) => !isTaken);
    expect(refused).toHaveLength(3);
    await until("no retries", async () => (await tenant.endpoint(id)).progress.pendingRetries === 0);
    const retries = (await tenant.attempts(id)).filter(({ kind }) => kind === "RETRY");
    // The delays are random, so a later failure may be retried first.
    const inSequence = retries.toSorted((one, other) => one.sequence - other.sequence);
    expect(inSequence.map(({ sequence, number }) => [sequence, number])).toEqual([
      [3, 2],
      [6, 2],
      [9, 2],
    ]);
    expect((await tenant.endpoint(id)).state).toBe("ACTIVE");
  });
});
