/** Sharing work between workers: leases, the outcomes written under a lease, capacity, and the delays of retries. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { readConfiguration } from "../../../src/config/configuration.js";
import { readLog } from "../../../src/events/read-log.js";
import { findDueRetries } from "../../../src/webhooks/delivery/delivery.repository.js";
import { chooseDelaySeconds, readRetryAfter } from "../../../src/webhooks/delivery/retry-after.js";
import { insertEndpoint } from "../../../src/webhooks/endpoint/endpoint.repository.js";
import { claimEndpoints, endLeasesOfDeadProcess, type Lease } from "../../../src/webhooks/worker/claim.js";
import { createMessageReader } from "../../../src/webhooks/worker/message-reader.js";
import { createOutcomeWriter, type TurnOutcome } from "../../../src/webhooks/worker/outcome-writer.js";
import { startWebhookWorker } from "../../../src/webhooks/worker/worker.js";
import { DEFAULT_WORKER_SETTINGS, type WorkerServices } from "../../../src/webhooks/worker/worker-services.js";
import { onMariaDb } from "../../support/database.js";
import { makeOrganization, makeUser, useHouse } from "../../support/house.js";

const CAPACITY = { endpoints: 100, failing: 100, forOrganization: () => 100 };

const house = useHouse();
let services: WorkerServices;
beforeAll(async () => {
  const unused = () => {
    throw new Error("nothing is sent here");
  };
  services = {
    ...house.store,
    clock: () => house.clock.now,
    keyRing: { seal: unused, open: unused, needsReseal: unused },
    outgoing: { post: unused, rules: { serverUrl: unused, browserUrl: unused } },
    eventTypes: [],
    logger: { debug() {}, info() {}, warn() {}, error() {} } as unknown as WorkerServices["logger"],
    retryDelaysSeconds: [5],
    settings: DEFAULT_WORKER_SETTINGS,
  };
});

let endpoints = 0;
/** An organization with one event and endpoints that have not received it. */
async function makeEndpoints(count: number, changes: { failures?: number } = {}) {
  const { id: organizationId } = await makeOrganization(house);
  await makeUser(house, organizationId, { email: `ada@${organizationId}.example` });
  const ids: string[] = [];
  const now = house.clock.now;
  for (let index = 0; index < count; index += 1) {
    const id = `endpoint-${String((endpoints += 1)).padStart(4, "0")}`;
    ids.push(id);
    await house.inUnit(async (unit) => {
      await insertEndpoint(
        unit,
        {
          id,
          organizationId,
          url: "https://receiver.example/",
          eventTypes: null,
          state: "ACTIVE",
          disabledReason: null,
          disabledAt: null,
          secret: "sealed",
          secretSetAt: now,
          previousSecret: null,
          previousSecretEndsAt: null,
          concurrency: 1,
          timeoutSeconds: 15,
          version: 1,
          createdAt: now,
          updatedAt: now,
        },
        0,
      );
      await unit.execute("UPDATE webhook_cursor SET consecutive_failures = ? WHERE endpoint_id = ?", [
        changes.failures ?? 0,
        id,
      ]);
    });
  }
  const [event] = await readLog(house.database.reader, { organizationId, after: 0, upTo: 1 }, 1);
  return { organizationId, ids, event: event! };
}

const claim = async (ids: readonly string[], capacity = CAPACITY) =>
  (await claimEndpoints(services, capacity)).filter(({ endpointId }) => ids.includes(endpointId));
const pass = (milliseconds: number) => (house.clock.now = new Date(house.clock.now.getTime() + milliseconds));

function outcomeOf(lease: Lease, event: { id: string; type: string }, changes: Partial<TurnOutcome> = {}): TurnOutcome {
  return {
    lease,
    position: 1,
    attempts: [
      {
        kind: "FIRST",
        number: 1,
        event: { id: event.id, sequence: 1, type: event.type },
        retryAt: house.clock.now,
        result: {
          succeeded: false,
          status: 500,
          failure: "The receiver answered with the status 500.",
          answer: "",
          retryAfterSeconds: null,
          startedAt: house.clock.now,
          durationMs: 1,
        },
      },
    ],
    missingEventIds: [],
    redeliveries: [],
    consecutiveFailures: 1,
    pausedUntil: null,
    releaseLease: true,
    ...changes,
  };
}

async function look(endpointId: string) {
  const count = async (table: string) =>
    (await house.database.reader.rows(`SELECT endpoint_id FROM ${table} WHERE endpoint_id = ?`, [endpointId])).length;
  const cursor = await house.database.reader.row<{ last_sequence: number; lease_id: string | null }>(
    "SELECT last_sequence, lease_id FROM webhook_cursor WHERE endpoint_id = ?",
    [endpointId],
  );
  return {
    position: cursor?.last_sequence,
    leaseId: cursor?.lease_id,
    attempts: await count("webhook_attempt"),
    retries: await count("webhook_retry"),
  };
}

describe("a lease", () => {
  it("is held by one worker until it expires, also when several claim at once", async () => {
    const { ids } = await makeEndpoints(6);
    const claimed = await Promise.all(Array.from({ length: 4 }, () => claim(ids)));
    expect(
      claimed
        .flat()
        .map(({ endpointId }) => endpointId)
        .toSorted(),
    ).toEqual(ids);
    pass(DEFAULT_WORKER_SETTINGS.leaseMs - 1);
    expect(await claim(ids)).toEqual([]);
    pass(1);
    expect(await claim(ids)).toHaveLength(6);
  });

  it("that another worker has taken over writes nothing but the log of attempts", async () => {
    const { ids, event } = await makeEndpoints(1);
    const [id = ""] = ids;
    const [lost] = await claim(ids);
    pass(DEFAULT_WORKER_SETTINGS.leaseMs);
    const [present] = await claim(ids);
    const writeOutcome = createOutcomeWriter(services);
    expect(await writeOutcome(() => outcomeOf(lost!, event))).toBe(false);
    expect(await look(id)).toEqual({ position: 0, leaseId: present!.id, attempts: 1, retries: 0 });
    expect(await writeOutcome(() => outcomeOf(present!, event))).toBe(true);
    expect(await look(id)).toEqual({ position: 1, leaseId: null, attempts: 2, retries: 1 });
  });

  it("of a dead process ends when the next one starts on SQLite, where one process owns the file", async () => {
    const { ids } = await makeEndpoints(1);
    expect(await claim(ids)).toHaveLength(1);
    await endLeasesOfDeadProcess(services);
    expect(await claim(ids)).toHaveLength(onMariaDb ? 0 : 1);
  });
});

describe("a clock that was ahead and is set back", () => {
  const DAY_MS = 86_400_000;
  /** The outcome of a failed attempt whose retry is due in an hour. */
  const failAt = (lease: Lease, event: { id: string; type: string }, changes: Partial<TurnOutcome> = {}) => {
    const outcome = outcomeOf(lease, event, changes);
    const retryAt = new Date(house.clock.now.getTime() + 3_600_000);
    return { ...outcome, attempts: outcome.attempts.map((each) => ({ ...each, retryAt })) };
  };
  const dueOf = async (id: string) =>
    (await findDueRetries(house.database.reader, id, house.clock.now, 10)).map(({ attempts }) => attempts);

  it("does not hold up the retries that it scheduled: they are due at once, and then follow the present clock", async () => {
    const { ids, event } = await makeEndpoints(1);
    const [id = ""] = ids;
    const writeOutcome = createOutcomeWriter(services);
    pass(DAY_MS);
    const [ahead] = await claim(ids);
    await writeOutcome(() => failAt(ahead!, event));
    pass(-DAY_MS);
    const [lease] = await claim(ids);
    expect(lease).toMatchObject({ endpointId: id, hasRetries: true });
    expect(await dueOf(id)).toEqual([1]);
    await writeOutcome(() => failAt(lease!, event));
    expect(await claim(ids)).toEqual([]);
    expect(await dueOf(id)).toEqual([]);
    pass(3_600_001);
    expect(await claim(ids)).toHaveLength(1);
    expect(await dueOf(id)).toEqual([1]);
  });

  it("during an attempt does not hold up its retry", async () => {
    const { ids, event } = await makeEndpoints(1);
    const [lease] = await claim(ids);
    pass(DAY_MS);
    const outcome = failAt(lease!, event);
    pass(-DAY_MS);
    await createOutcomeWriter(services)(() => outcome);
    expect(await claim(ids)).toEqual([expect.objectContaining({ hasRetries: true })]);
    expect(await dueOf(ids[0]!)).toEqual([1]);
  });

  it("does not change the times of a worker whose clock is ahead by less than a lease", async () => {
    const { ids, event } = await makeEndpoints(1);
    pass(DEFAULT_WORKER_SETTINGS.leaseMs);
    const [ahead] = await claim(ids);
    pass(-DEFAULT_WORKER_SETTINGS.leaseMs);
    expect(await claim(ids)).toEqual([]);
    pass(DEFAULT_WORKER_SETTINGS.leaseMs);
    const pausedUntil = new Date(house.clock.now.getTime() + 60_000);
    await createOutcomeWriter(services)(() => failAt(ahead!, event, { position: 0, pausedUntil }));
    pass(-DEFAULT_WORKER_SETTINGS.leaseMs);
    expect(await claim(ids)).toEqual([]);
    pass(DEFAULT_WORKER_SETTINGS.leaseMs + 60_000);
    expect(await claim(ids)).toEqual([expect.objectContaining({ hasRetries: false })]);
    expect(await dueOf(ids[0]!)).toEqual([]);
  });

  it("ends the leases and pauses that it wrote, and does not put an endpoint last", async () => {
    const { ids, event } = await makeEndpoints(2);
    const [id = "", other = ""] = ids;
    pass(DAY_MS);
    const [, second] = await claim(ids);
    const pausedUntil = new Date(house.clock.now.getTime() + 60_000);
    await createOutcomeWriter(services)(() => outcomeOf(second!, event, { position: 0, attempts: [], pausedUntil }));
    pass(-DAY_MS);
    expect((await claim(ids)).map(({ endpointId }) => endpointId)).toEqual([id, other]);
    pass(DEFAULT_WORKER_SETTINGS.leaseMs);
    const endTurn = async (endpointId: string, at: Date) =>
      await house.inUnit((unit) =>
        unit.execute("UPDATE webhook_cursor SET paused_until = NULL, turn_ended_at = ? WHERE endpoint_id = ?", [
          at,
          endpointId,
        ]),
      );
    await endTurn(id, new Date(house.clock.now.getTime() + DAY_MS));
    await endTurn(other, house.clock.now);
    expect((await claim(ids)).map(({ endpointId }) => endpointId)).toEqual([id, other]);
  });
});

describe("a batch of outcomes", () => {
  it("is written one by one when one outcome cannot be written", async () => {
    const { ids, event } = await makeEndpoints(3);
    const leases = await claim(ids);
    const writeOutcome = createOutcomeWriter(services);
    const outcomes = await Promise.allSettled(
      leases.map((lease, index) => {
        const outcome = outcomeOf(lease, event);
        const [attempt] = outcome.attempts;
        // No database accepts this number.
        const faulty = [{ ...attempt!, result: { ...attempt!.result, durationMs: Number.NaN } }];
        return writeOutcome(() => (index === 1 ? { ...outcome, attempts: faulty } : outcome));
      }),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const found = await Promise.all(leases.map(({ endpointId }) => look(endpointId)));
    expect(found.map(({ position, attempts }) => [position, attempts])).toEqual([
      [1, 1],
      [0, 0],
      [1, 1],
    ]);
  });

  it("skips an endpoint that was deleted meanwhile", async () => {
    const { ids, event } = await makeEndpoints(2);
    const leases = await claim(ids);
    await house.inUnit((unit) => unit.execute("DELETE FROM webhook_endpoint WHERE id = ?", [ids[0]!]));
    const writeOutcome = createOutcomeWriter(services);
    expect(await Promise.all(leases.map((lease) => writeOutcome(() => outcomeOf(lease, event))))).toEqual([
      false,
      true,
    ]);
    expect(await look(ids[1]!)).toMatchObject({ position: 1, attempts: 1 });
  });
});

describe("a worker that stops while a receiver is slow", () => {
  /** A worker with one endpoint, whose receiver answers when the test allows it. */
  async function startSlow(stopMs: number) {
    await house.inUnit((unit) => unit.execute("UPDATE webhook_endpoint SET state = 'DISABLED'"));
    const { ids, organizationId } = await makeEndpoints(1);
    const asked: { readonly url: string; readonly answer: () => void }[] = [];
    let isAsked = () => {};
    const first = new Promise<void>((resolve) => (isAsked = resolve));
    const post: WorkerServices["outgoing"]["post"] = async (url, _request, abortGroup) =>
      await new Promise((resolve, reject) => {
        abortGroup?.add(reject);
        asked.push({ url, answer: () => resolve({ status: 200, text: "", retryAfter: null }) });
        isAsked();
      });
    const worker = startWebhookWorker({
      ...services,
      keyRing: { ...services.keyRing, open: () => `whsec_${"A".repeat(32)}` },
      outgoing: { ...services.outgoing, post },
      settings: { ...DEFAULT_WORKER_SETTINGS, pollMs: 5, stopMs },
    });
    await first;
    // The stopping worker must not attempt this event.
    await makeUser(house, organizationId, { email: `grace@${organizationId}.example` });
    return { worker, asked, id: ids[0]! };
  }

  it("waits for the answer, writes the outcome, releases the lease and starts no more attempts", async () => {
    const { worker, asked, id } = await startSlow(60_000);
    const stopped = worker.stop();
    asked[0]!.answer();
    await stopped;
    expect(asked).toHaveLength(1);
    expect(await look(id)).toEqual({ position: 1, leaseId: null, attempts: 1, retries: 0 });
  });

  it("stops waiting after a while: the attempt has no result, and another worker repeats it", async () => {
    const { worker, asked, id } = await startSlow(5);
    await worker.stop();
    expect(asked).toHaveLength(1);
    expect(await look(id)).toEqual({ position: 0, leaseId: null, attempts: 0, retries: 0 });
  });
});

describe("the capacity of a worker", () => {
  it("is limited for the endpoints of one organization and for failing endpoints", async () => {
    const many = await makeEndpoints(5);
    const few = await makeEndpoints(2);
    const failing = await makeEndpoints(3, { failures: 3 });
    const wavering = await makeEndpoints(3, { failures: 2 });
    const all = [...many.ids, ...few.ids, ...failing.ids, ...wavering.ids];
    const claimed = await claim(all, { endpoints: 100, failing: 1, forOrganization: () => 2 });
    const count = ({ ids }: { ids: string[] }) => claimed.filter(({ endpointId }) => ids.includes(endpointId)).length;
    expect([count(many), count(few), count(failing), count(wavering)]).toEqual([2, 2, 1, 2]);
    expect(await claim(all, { ...CAPACITY, endpoints: 1 })).toHaveLength(1);
  });
});

describe("the message reader that endpoints share", () => {
  it("answers each range as the database does, while the log grows", async () => {
    const { organizationId } = await makeEndpoints(0);
    const { reader } = house.database;
    const readMessages = createMessageReader(reader);
    const check = async (upTo: number) => {
      for (const after of [0, 1, 2, 3, 0])
        for (const types of [null, ["user.created"], ["user.updated"]]) {
          const { messages, upTo: reached } = await readMessages({ organizationId, after, upTo, types });
          const expected = await readLog(reader, { organizationId, after, upTo, types }, 100);
          expect(messages.map(({ event }) => event)).toEqual(expected);
          expect(reached).toBe(upTo);
        }
    };
    await check(1);
    await makeUser(house, organizationId, { email: `grace@${organizationId}.example` });
    await check(1);
    await check(2);
    await makeUser(house, organizationId, { email: `alan@${organizationId}.example` });
    await check(3);
    const other = await makeEndpoints(0);
    expect((await readMessages({ ...other, after: 0, upTo: 1, types: null })).messages).toHaveLength(1);
  });
});

describe("a delivery that failed", () => {
  const delays = (environment: Record<string, string> = {}) =>
    readConfiguration(
      { DATABASE_URL: "sqlite:./x.sqlite", ...environment },
      { databaseUrl: () => null, keyRing: () => null },
    ).webhookRetrySeconds;

  it("is retried at growing intervals for three days, unless the installation sets other delays", () => {
    const usual = delays();
    expect(usual).toEqual(usual.toSorted((left, right) => left - right));
    const days = usual.reduce((sum, each) => sum + each, 0) / 86_400;
    expect(days).toBeGreaterThan(2.9);
    expect(days).toBeLessThan(3.1);
    expect(delays({ USHER_WEBHOOK_RETRY_SECONDS: "0.5, 7" })).toEqual([0.5, 7]);
    for (const wrong of ["0", "-1", "soon", "604801"])
      expect(() => delays({ USHER_WEBHOOK_RETRY_SECONDS: wrong })).toThrow("USHER_WEBHOOK_RETRY_SECONDS");
  });

  it("waits a little longer at random, and at least as long as the receiver asks", () => {
    expect([0, 0.5, 1].map((random) => chooseDelaySeconds([10, 100], 1, null, random))).toEqual([10, 11, 12]);
    expect(chooseDelaySeconds([10, 100], 2, 30, 0)).toBe(100);
    expect(chooseDelaySeconds([10, 100], 1, 30, 1)).toBe(30);
    expect(chooseDelaySeconds([10, 100], 3, 30, 0)).toBeNull();
  });

  it.each([
    ["120", 120],
    [" 0 ", 0],
    ["Mon, 23 Nov 2026 09:01:00 GMT", 60],
    ["Mon, 23 Nov 2026 08:00:00 GMT", 0],
    ["9999999999", 86_400],
    ["soon", null],
    ["-5", 0],
    ["", null],
    [null, null],
  ])("reads Retry-After %j as %j", (header, seconds) => {
    expect(readRetryAfter(header, new Date("2026-11-23T09:00:00Z"))).toBe(seconds);
  });
});
