/**
 * Compares webhook deliveries with two loops that only sign and post the same bodies over an undici pool: by its `request`,
 * the usual way, and by its `dispatch`, the least that posts at all. Measures the CPU time of this process per delivery,
 * in medians of alternating rounds; read the ratios. On SQLite, or on the MariaDB of `node test/support/mariadb/run.mjs`,
 * whose work is not counted.
 *
 *   npm run build && node bench/webhooks/run.mjs [events] [endpoints] [rounds]
 */
import "reflect-metadata";
import { fork } from "node:child_process";
import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";

const [events = 500, endpoints = 20, rounds = 5] = process.argv.slice(2).map(Number);
const ONE_BY_ONE = 50;
const CONCURRENT = Math.min(endpoints, 32);

const load = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const { migrations } = await load("migrations/index.js");
const { entities } = await load("src/entities.js");
const { createBegin } = await load("src/access/unit-of-work.js");
const { appendEvents } = await load("src/events/append-event.js");
const { EVENT_TYPES } = await load("src/app/module-lists.js");
const { createOrganization } = await load("src/people/organization/organization.operations.js");
const { createKeyRing, generateKeyRingEntry, parseKeyRing } = await load("src/platform/crypto/key-ring.js");
const { migrate } = await load("src/platform/database/migrations.js");
const { openDatabase } = await load("src/platform/database/open-database.js");
const { createGuardedFetch } = await load("src/platform/fetch/guarded-fetch.js");
const { writeMessage } = await load("src/webhooks/message.js");
const { readLog } = await load("src/events/read-log.js");
const { createWebhookEndpoint } = await load("src/webhooks/endpoint/create-endpoint.js");
const { DEFAULT_WORKER_SETTINGS } = await load("src/webhooks/worker/worker-services.js");
const { startWebhookWorker } = await load("src/webhooks/worker/worker.js");

const OPERATOR = { kind: "OPERATOR", apiKeyId: "bench" };
const CAUSE = { kind: "OPERATOR", actor: "bench" };
const clock = () => new Date();
const folder = await mkdtemp(join(tmpdir(), "usher-bench-"));
const receiver = fork(new URL("receiver.mjs", import.meta.url));
const port = await new Promise((settle) => receiver.once("message", settle));
const url = `http://127.0.0.1:${port}/`;
const server = process.env.USHER_TEST_DATABASE_URL;
const databaseUrl = server ? `${server}/${await createSchema(server)}` : `sqlite:${join(folder, "bench.sqlite")}`;
const database = await openDatabase({ url: databaseUrl, entities, migrations });
await migrate(database);
const guarded = createGuardedFetch({ allowedPrivateHosts: ["127.0.0.1"] });
const services = {
  reader: database.reader,
  begin: createBegin(database, clock),
  clock,
  keyRing: createKeyRing(parseKeyRing(generateKeyRingEntry(clock())).keys),
  outgoing: guarded,
  eventTypes: EVENT_TYPES,
};

/** On MariaDB, a database that is removed with the server. */
async function createSchema(server) {
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection(server.replace(/^mariadb:/, "mysql:"));
  await connection.query("CREATE DATABASE usher_bench CHARACTER SET utf8mb4");
  await connection.end();
  return "usher_bench";
}

/** An organization with events, and endpoints that start at the first one. */
async function prepare(round) {
  const organization = await createOrganization(services, OPERATOR, { name: "Bench", slug: `bench-${round}` });
  await append(organization.id, 0, events);
  for (let index = 0; index < endpoints; index += 1)
    await createWebhookEndpoint(services, OPERATOR, {
      organizationId: organization.id,
      url,
      startAt: { sequence: 1 },
    });
  return organization.id;
}

async function append(organizationId, from, count) {
  const type = EVENT_TYPES.find((each) => each.type === "user.created");
  await services.begin(OPERATOR, CAUSE, (unit) =>
    appendEvents(
      unit,
      organizationId,
      Array.from({ length: count }, (_, index) => ({
        type,
        subject: { id: `user-${from + index}`, version: 1 },
        data: { user: makeUser(from + index), changed: null },
      })),
    ),
  );
}

function makeUser(index) {
  return {
    id: `user-${index}`,
    email: `user${index}@acme.example`,
    username: null,
    firstName: "Ada",
    lastName: `Lovelace ${index}`,
    fullName: `Ada Lovelace ${index}`,
    employeeId: String(index),
    profile: { department: "Engineering", costCenter: "4711" },
    status: "ACTIVE",
    authMethod: "SSO",
    roles: ["USER"],
    groups: ["0193581c-0000-7000-8000-000000000001", "0193581c-0000-7000-8000-000000000002"],
  };
}

async function measure(work, count = events * endpoints) {
  const began = process.cpuUsage();
  const from = performance.now();
  await work();
  const { user, system } = process.cpuUsage(began);
  return { cpu: (user + system) / count, wall: ((performance.now() - from) * 1000) / count };
}

function startWorker() {
  const logger = { debug() {}, info() {}, warn: console.error, error: console.error };
  return startWebhookWorker({ ...services, logger, retryDelaysSeconds: [5], settings: DEFAULT_WORKER_SETTINGS });
}

/** Waits until every endpoint has got the events up to a position. */
async function waitFor(organizationId, sequence) {
  for (;;) {
    const { behind } = await database.reader.row(
      "SELECT COUNT(*) AS behind FROM webhook_cursor WHERE organization_id = ? AND last_sequence < ?",
      [organizationId, sequence],
    );
    if (Number(behind) === 0) break;
    await new Promise((settle) => setTimeout(settle, 20));
  }
}

async function deliver(organizationId) {
  const worker = startWorker();
  await waitFor(organizationId, events);
  await worker.stop();
}

/** Events one by one, each delivered before the next, so that batches contain one event. */
async function deliverOneByOne(organizationId) {
  const worker = startWorker();
  for (let index = 0; index < ONE_BY_ONE; index += 1) {
    await append(organizationId, index, 1);
    worker.wake();
    await waitFor(organizationId, events + index + 1);
  }
  await worker.stop();
}

const agent = new Agent({ connections: CONCURRENT, pipelining: 1 });
const key = createSecretKey(randomBytes(32));

function sign({ id, body }) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}

async function postByRequest(message) {
  const { body } = message;
  const answer = await request(url, { method: "POST", dispatcher: agent, body, headers: sign(message) });
  await answer.body.text();
}

function postByDispatch(message) {
  const { body } = message;
  return new Promise((settle, fail) => {
    agent.dispatch(
      { origin: url.slice(0, -1), path: "/", method: "POST", body, headers: sign(message) },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => settle(),
        onResponseError: (_controller, error) => fail(error),
      },
    );
  });
}

/** Posts every message to every endpoint. */
async function postBare(messages, post) {
  let left = endpoints;
  const loop = async () => {
    while (left > 0) {
      left -= 1;
      for (const message of messages) await post(message);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, loop));
}

const median = (numbers) => numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)];
const results = { request: [], dispatch: [], usher: [], onebyone: [] };
try {
  for (let round = 0; round <= rounds; round += 1) {
    const organizationId = await prepare(round);
    const stored = await readLog(database.reader, { organizationId, after: 0, upTo: events }, events);
    const bodies = stored.map((event) => ({ id: event.id, body: writeMessage(event).body }));
    const measured = {
      request: await measure(() => postBare(bodies, postByRequest)),
      dispatch: await measure(() => postBare(bodies, postByDispatch)),
      usher: await measure(() => deliver(organizationId)),
      onebyone: await measure(() => deliverOneByOne(organizationId), ONE_BY_ONE * endpoints),
    };
    // The first round is the warm-up.
    if (round > 0) for (const [name, each] of Object.entries(measured)) results[name].push(each);
  }
  const show = (name) => {
    const [cpu, wall] = [median(results[name].map((each) => each.cpu)), median(results[name].map((each) => each.wall))];
    console.log(`${name.padEnd(8)} ${cpu.toFixed(0).padStart(5)} µs CPU  ${wall.toFixed(0).padStart(5)} µs elapsed`);
    return cpu;
  };
  console.log(
    `${events} events to ${endpoints} endpoints on ${server ? "MariaDB" : "SQLite"}, medians of ${rounds} rounds, per delivery`,
  );
  const [byRequest, byDispatch, usher] = ["request", "dispatch", "usher"].map(show);
  console.log(`ratio ${(usher / byRequest).toFixed(2)} (aim 1.3); beside dispatch ${(usher / byDispatch).toFixed(2)}`);
  console.log(
    `where events come one by one, with appending and looking: ratio ${(show("onebyone") / byRequest).toFixed(2)}`,
  );
} finally {
  await agent.close();
  await guarded.close();
  await database.close();
  receiver.disconnect();
  await rm(folder, { recursive: true, force: true });
}
