/** The rate limits of `/scim/v2`: strangers who guess tokens, and a directory that sends too much. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import express from "express";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SYSTEM } from "../../src/access/caller.js";
import type { Store } from "../../src/access/store.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { trustProxies } from "../../src/platform/http/client-address.js";
import { createRateLimits } from "../../src/platform/http/rate-limit.js";
import { createDirectory } from "../../src/provisioning/directory/stored/directory.operations.js";
import { BEARER_REFUSALS_A_MINUTE, createScimLimits, DIRECTORY_REQUESTS_A_MINUTE } from "../../src/scim/limits.js";
import { createScimRouter } from "../../src/scim/router.js";
import type { TestDatabase } from "../support/database.js";
import { openMigratedDatabase } from "../support/migrated-database.js";

const REQUESTS_A_MINUTE = 20;
let database: TestDatabase;
let store: Store;
let now = new Date();
const servers: Server[] = [];
let organizationId: string;

beforeAll(async () => {
  database = await openMigratedDatabase();
  store = { reader: database.reader, begin: createBegin(database, () => now) };
  for (let replica = 0; replica < 2; replica += 1) {
    const clock = () => now;
    const limits = createScimLimits(createRateLimits({ database, clock, enabled: true }), {
      enabled: true,
      requestsAMinute: REQUESTS_A_MINUTE,
    });
    const router = createScimRouter({
      store,
      clock,
      publicUrl: "http://usher.test",
      deletion: { guards: [], erasers: [] },
      requestLog: { note: () => {} },
      fetch: () => Promise.reject(new Error("nothing is fetched")),
      limits,
      logDefect: (error) => {
        throw error;
      },
    });
    const app = express().use("/scim/v2", router);
    trustProxies(app, [], "x-forwarded-for");
    const server = createServer(app).listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
  }
  ({ id: organizationId } = await createOrganization(store, SYSTEM, { name: "Acme", slug: "acme" }));
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await database.close();
});

const send = async (token: string | null, path: string, replica: number, request: RequestInit = {}) => {
  const { port } = servers[replica]!.address() as AddressInfo;
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return await fetch(`http://127.0.0.1:${port}/scim/v2${path}`, { ...request, headers });
};
const ask = async (token: string | null, replica = 0) => {
  const response = await send(token, "/Users", replica);
  await response.arrayBuffer();
  return response;
};

it("requests without a valid token are limited by address over all replicas, and a valid token still works", async () => {
  const { token } = await createDirectory(store, SYSTEM, { organizationId });
  for (let count = 0; count < BEARER_REFUSALS_A_MINUTE; count += 1)
    expect((await ask(count % 2 === 0 ? null : `usher_scim_${count}`, count % 2)).status).toBe(401);
  const count = async () => (await database.reader.rows("SELECT points FROM rate_limit"))[0];
  const used = await count();
  for (const replica of [0, 1]) {
    const limited = await ask("usher_scim_guess", replica);
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask(null, replica)).status).toBe(429);
  }
  // Above the limit, nothing is written.
  expect(await count()).toEqual(used);
  expect((await ask(token)).status).toBe(200);
  now = new Date(now.getTime() + 61_000);
  expect((await ask(null)).status).toBe(401);
});

it("the requests of one directory are limited, and take nothing from another directory", async () => {
  expect(DIRECTORY_REQUESTS_A_MINUTE).toBeGreaterThan(25 * 60);
  const [first, second] = [
    await createDirectory(store, SYSTEM, { organizationId }),
    await createDirectory(store, SYSTEM, { organizationId }),
  ];
  for (let count = 0; count < REQUESTS_A_MINUTE; count += 1) expect((await ask(first.token)).status).toBe(200);
  const limited = await ask(first.token);
  expect(limited.status).toBe(429);
  expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await ask(second.token)).status).toBe(200);
});

it("each operation of a bulk request counts as a request", async () => {
  const { token } = await createDirectory(store, SYSTEM, { organizationId });
  const operations = Array.from({ length: REQUESTS_A_MINUTE + 1 }, () => ({
    method: "DELETE",
    path: "/Users/unknown",
  }));
  const body = JSON.stringify({ Operations: operations });
  const answer = await send(token, "/Bulk", 0, { method: "POST", body });
  const { Operations } = (await answer.json()) as { readonly Operations: readonly { readonly status: string }[] };
  expect(Operations.map(({ status }) => status)).toEqual([
    // The bulk request itself counted too.
    ...operations.slice(2).map(() => "404"),
    "429",
    "429",
  ]);
  expect((await ask(token)).status).toBe(429);
});
