/** On both databases, a process is killed around a commit, and between sending a message and writing its outcome. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { testDatabaseUrl, type TestDatabaseUrl } from "../../support/database.js";
import { startProcess, type UsherProcess } from "../../support/process.js";
import { askGraphQL, findFreePort, OPERATOR_KEY, TEST_KEY_RING } from "../../support/usher.js";
import {
  startWebhookReceivers,
  type WebhookReceiver,
  type WebhookReceivers,
} from "../../support/webhook-receiver/index.js";
import { createTenant, until, type Tenant } from "../tenant.js";

let folder: string;
let database: TestDatabaseUrl;
let receivers: WebhookReceivers;
let receiver: WebhookReceiver;
let running: UsherProcess | null = null;
let tenant: Tenant;
let endpointId: string;

async function start(): Promise<void> {
  const port = await findFreePort();
  running = await startProcess({
    NODE_ENV: "test",
    PORT: String(port),
    USHER_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: database.url,
    USHER_DATA_DIR: folder,
    USHER_KEY_RING: TEST_KEY_RING,
    USHER_OPERATOR_KEY: OPERATOR_KEY,
    USHER_ALLOWED_PRIVATE_HOSTS: "127.0.0.1",
    USHER_LOG_LEVEL: "error",
  });
}

async function stop(): Promise<void> {
  const stopping = running;
  running = null;
  expect(await stopping?.stop()).toMatchObject({ code: 0, stderr: "" });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-webhooks-"));
  database = await testDatabaseUrl();
  receivers = await startWebhookReceivers();
  receiver = receivers.add("survivor");
  await start();
  // Sends requests to the process that is running then.
  const graphql = (query: string, variables?: Record<string, unknown>) =>
    askGraphQL(running!.url, query, variables, OPERATOR_KEY);
  tenant = await createTenant({
    graphql,
    ask: async (query, variables) => {
      const { data, errors } = await graphql(query, variables);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
  });
  endpointId = await tenant.addEndpoint(receiver);
}, 120_000);
afterAll(async () => {
  await running?.stop();
  await receivers?.close();
  await database?.remove();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const sequences = () => receiver.events().map(({ message }) => message.data.sequence as number);

describe("a process that is killed", () => {
  it("after the commit: the next process delivers the event; before the commit: there is no event", async () => {
    await stop();
    for (const moment of ["before", "after"]) {
      const script = join(import.meta.dirname, "kill-around-commit.mjs");
      const email = `${moment}@killed.example`;
      const child = spawn(process.execPath, [script, moment, database.url, tenant.organizationId, email], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    }
    expect(receiver.events()).toHaveLength(0);
    await start();
    await until("the event", () => receiver.events().length > 0);
    await until("the outcome is written", async () => (await tenant.endpoint(endpointId)).progress.lastSequence === 1);
    expect(receiver.events()).toMatchObject([
      { verifiedBy: [0], message: { type: "user.created", data: { user: { email: "after@killed.example" } } } },
    ]);
    expect((await tenant.events()).map(({ id }) => id)).toEqual([receiver.events()[0]?.id]);
    const { users } = await tenant.usher.ask(
      `query ($id: ID!) { users(organizationId: $id, first: 10) { nodes { email } } }`,
      { id: tenant.organizationId },
    );
    expect(users.nodes).toEqual([{ email: "after@killed.example" }]);
  }, 120_000);

  it("between sending and writing the outcome: the next process sends the event again, under the same id", async () => {
    receiver.behaviour = { kind: "hang" };
    await tenant.makeUsers(2, "hanging");
    await until("the first of two is in flight", () => sequences().includes(2));
    running!.signal("SIGKILL");
    expect((await running!.ended).signal).toBe("SIGKILL");
    receiver.behaviour = { kind: "ok" };
    await start();
    await until("both events", () => sequences().includes(3));
    expect(sequences()).toEqual([1, 2, 2, 3]);
    const [, sent, again] = receiver.events();
    expect(again).toMatchObject({ id: sent?.id, body: sent?.body, verifiedBy: [0], isTaken: true });
    await until("the outcome is written", async () => (await tenant.endpoint(endpointId)).progress.lastSequence === 3);
    const attempts = (await tenant.attempts(endpointId)).filter(({ kind }) => kind !== "TEST");
    expect(attempts.map(({ kind, sequence, number, succeeded }) => [kind, sequence, number, succeeded])).toEqual([
      ["FIRST", 1, 1, true],
      ["FIRST", 2, 1, true],
      ["FIRST", 3, 1, true],
    ]);
  }, 120_000);
});
