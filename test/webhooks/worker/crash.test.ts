/**
 * Two workers share a database, and one of them is killed repeatedly. Many of the twenty receivers are faulty. No event is
 * lost, first attempts stay in sequence, and faulty receivers do not delay healthy ones.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { onMariaDb, testDatabaseUrl, type TestDatabaseUrl } from "../../support/database.js";
import { startProcess, type UsherProcess } from "../../support/process.js";
import { askGraphQL, findFreePort, OPERATOR_KEY, TEST_KEY_RING } from "../../support/usher.js";
import {
  startWebhookReceivers,
  type Behaviour,
  type WebhookReceiver,
  type WebhookReceivers,
} from "../../support/webhook-receiver/index.js";
import { isLong } from "../../../testing/long.js";
import { createTenant, until, type Tenant } from "../tenant.js";

const describeOnMariaDb = onMariaDb ? describe : describe.skip;
const MEMBERS = 50;
const GROUPS = isLong ? 50 : 10;
const ROUNDS = 5;
/** Creates each group, then adds each member to it and removes the member again. */
const EVENTS = MEMBERS + GROUPS * (1 + 2 * MEMBERS);
const DELIVERED_WITHIN_MS = 480_000;

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`quick-${index}`, { kind: "ok" }])),
  "slow-0": { kind: "ok", delayMs: 5 },
  "slow-1": { kind: "ok", delayMs: 10 },
  "flaky-0": { kind: "flaky", every: 3 },
  "flaky-1": { kind: "flaky", every: 3 },
  "endless-0": { kind: "endless" },
  "reset-0": { kind: "reset" },
  "hang-0": { kind: "hang" },
  "hang-1": { kind: "hang" },
  "failing-0": { kind: "status", status: 500 },
  "moved-0": { kind: "redirect", to: "http://127.0.0.1:1/" },
  "gone-0": { kind: "status", status: 410 },
};
const isHealthy = (name: string) => /^(quick|slow|flaky|endless)/.test(name);

describeOnMariaDb("two workers, one of which is killed (MariaDB; a SQLite file belongs to one process)", () => {
  let folder: string;
  let database: TestDatabaseUrl;
  let receivers: WebhookReceivers;
  let steady: UsherProcess;
  let mortal: UsherProcess;
  let tenant: Tenant;
  const endpoints = new Map<string, { readonly id: string; readonly receiver: WebhookReceiver }>();

  const start = async () => {
    const port = await findFreePort();
    return await startProcess({
      NODE_ENV: "test",
      PORT: String(port),
      USHER_URL: `http://127.0.0.1:${port}`,
      DATABASE_URL: database.url,
      USHER_DATA_DIR: join(folder, String(port)),
      USHER_KEY_RING: TEST_KEY_RING,
      USHER_OPERATOR_KEY: OPERATOR_KEY,
      USHER_ALLOWED_PRIVATE_HOSTS: "127.0.0.1",
      USHER_WEBHOOK_RETRY_SECONDS: "0.2,0.5,1,2",
      USHER_LOG_LEVEL: "error",
    });
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "usher-webhooks-"));
    database = await testDatabaseUrl();
    receivers = await startWebhookReceivers({ isLean: true });
    steady = await start();
    mortal = await start();
    const graphql = (query: string, variables?: Record<string, unknown>) =>
      askGraphQL(steady.url, query, variables, OPERATOR_KEY);
    tenant = await createTenant({
      graphql,
      ask: async (query, variables) => {
        const { data, errors } = await graphql(query, variables);
        if (errors) throw new Error(JSON.stringify(errors));
        return data;
      },
    });
    for (const [name, behaviour] of Object.entries(BEHAVIOURS)) {
      const receiver = receivers.add(name, behaviour);
      const id = await tenant.addEndpoint(receiver, {
        timeoutSeconds: name.startsWith("hang") ? 2 : 15,
        ...(name === "quick-8" ? { concurrency: 4 } : {}),
      });
      endpoints.set(name, { id, receiver });
    }
  }, 120_000);
  afterAll(async () => {
    const endings = await Promise.all([steady, mortal].map((each) => each?.stop()));
    await receivers?.close();
    await database?.remove();
    await rm(folder, { recursive: true, force: true });
    expect(endings.map((ending) => ending?.stderr)).toEqual(["", ""]);
  }, 60_000);

  /** Every event of the log, page by page. */
  const readAll = async () => {
    const events: { readonly id: string; readonly sequence: number }[] = [];
    for (let after: string | null = null; ;) {
      const { events: page }: any = await tenant.usher.ask(
        `query ($id: ID!, $after: String) { events(organizationId: $id, first: 200, after: $after) {
           nodes { id sequence type } pageInfo { hasNextPage endCursor } } }`,
        { id: tenant.organizationId, after },
      );
      events.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) return events;
      after = page.pageInfo.endCursor;
    }
  };
  const readAttempts = async (id: string) => {
    const attempts: any[] = [];
    for (let after: string | null = null; ;) {
      const { webhookDeliveries: page }: any = await tenant.usher.ask(
        `query ($id: ID!, $after: String) { webhookDeliveries(endpointId: $id, first: 200, after: $after) {
           nodes { eventId sequence kind number succeeded startedAt durationMs } pageInfo { hasNextPage endCursor } } }`,
        { id, after },
      );
      attempts.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) return attempts.filter(({ kind }) => kind !== "TEST").toReversed();
      after = page.pageInfo.endCursor;
    }
  };
  const memberGroups = async (count: number, userIds: readonly string[], prefix: string) => {
    for (let number = 0; number < count; number += 1) {
      const { createGroup } = await tenant.usher.ask(
        `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`,
        { input: { organizationId: tenant.organizationId, name: `${prefix} ${number}` } },
      );
      const input = { groupId: createGroup.group.id, userIds };
      for (const field of ["addUsersToGroup", "removeUsersFromGroup"])
        await tenant.usher.ask(
          `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { group { id } } }`,
          { input },
        );
    }
  };

  it(
    `deliver ${EVENTS} events to ${Object.keys(BEHAVIOURS).length} endpoints`,
    async () => {
      await tenant.makeUsers(MEMBERS);
      const { users } = await tenant.usher.ask(
        `query ($id: ID!) { users(organizationId: $id, first: 200) { nodes { id } } }`,
        { id: tenant.organizationId },
      );
      const userIds = users.nodes.map(({ id }: { id: string }) => id);
      for (let round = 0; round < ROUNDS; round += 1) {
        await memberGroups(GROUPS / ROUNDS, userIds, `Round ${round}`);
        // Each round kills it at a different moment of its work.
        await pause(200 + 150 * round);
        mortal.signal("SIGKILL");
        expect((await mortal.ended).signal).toBe("SIGKILL");
        mortal = await start();
      }
      const events = await readAll();
      expect(events.map(({ sequence }) => sequence).slice(0, EVENTS)).toEqual(
        Array.from({ length: EVENTS }, (_, index) => index + 1),
      );

      const healthy = [...endpoints].filter(([name]) => isHealthy(name)).map(([, endpoint]) => endpoint);
      await until(
        "every healthy endpoint has received every event",
        async () => {
          for (const { id } of healthy) {
            const { progress } = await tenant.endpoint(id);
            if (progress.lastSequence < EVENTS || progress.pendingRetries > 0) return false;
          }
          return true;
        },
        DELIVERED_WITHIN_MS,
      );

      const expected = events.slice(0, EVENTS).map(({ id }) => id);
      for (const [name, { id, receiver }] of endpoints) {
        if (!isHealthy(name)) continue;
        const received = receiver.events().filter(({ message }) => message.data.sequence <= EVENTS);
        const firsts = [...new Set(received.map((each) => each.id))];
        if (name === "quick-8") expect([name, firsts.toSorted()]).toEqual([name, expected.toSorted()]);
        else expect([name, firsts]).toEqual([name, expected]);
        expect([name, received.filter(({ verifiedBy }) => verifiedBy.length === 0)]).toEqual([name, []]);
        const succeeded = new Set(
          (await readAttempts(id)).filter((each) => each.succeeded).map((each) => each.eventId),
        );
        expect([name, expected.filter((each) => !succeeded.has(each))]).toEqual([name, []]);
      }
    },
    DELIVERED_WITHIN_MS + 120_000,
  );

  it("log an attempt to deliver each event to the faulty endpoints", async () => {
    for (const name of ["reset-0", "failing-0", "moved-0", "gone-0"]) {
      const { id } = endpoints.get(name)!;
      await until(`${name} is disabled`, async () => (await tenant.endpoint(id)).state === "DISABLED");
    }
    expect((await tenant.endpoint(endpoints.get("gone-0")!.id)).disabledReason).toBe("GONE");
    expect((await tenant.endpoint(endpoints.get("failing-0")!.id)).disabledReason).toBe("RETRIES_EXHAUSTED");
    for (const [name, { id }] of endpoints) {
      if (isHealthy(name)) continue;
      const { progress } = await tenant.endpoint(id);
      const tried = new Set((await readAttempts(id)).map(({ sequence }) => sequence));
      const unlogged = Array.from({ length: progress.lastSequence }, (_, index) => index + 1).filter(
        (sequence) => !tried.has(sequence),
      );
      expect([name, unlogged, tried.size > 0]).toEqual([name, [], true]);
    }
  }, 120_000);

  it("serve healthy endpoints while they wait for hanging ones", async () => {
    const quick = await readAttempts(endpoints.get("quick-0")!.id);
    const timeOf = (moment: string) => new Date(moment).getTime();
    const hanging = await readAttempts(endpoints.get("hang-0")!.id);
    const passing = hanging.map(({ sequence, startedAt, durationMs }) => {
      const [from, to] = [timeOf(startedAt), timeOf(startedAt) + durationMs];
      return quick.filter(
        (each) => each.sequence > sequence && timeOf(each.startedAt) > from && timeOf(each.startedAt) < to,
      ).length;
    });
    // While one attempt waits for a silent endpoint, later events reach a healthy endpoint.
    expect(Math.max(...passing)).toBeGreaterThan(2);
  }, 60_000);
});
