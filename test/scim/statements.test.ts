/**
 * The number of statements of each SCIM request is bounded, and depends on what the request names, not on what is stored. A list
 * of groups reads a bounded number of members. A first synchronisation, of 10,000 users in a long run, costs the same per request.
 */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import express from "express";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SYSTEM } from "../../src/access/caller.js";
import type { Store } from "../../src/access/store.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { createRateLimits } from "../../src/platform/http/rate-limit.js";
import { countQueries } from "../../src/platform/database/query-count.js";
import { createGroupResource } from "../../src/provisioning/directory/resource/group-resource.operations.js";
import { findMembersOf } from "../../src/provisioning/directory/resource/member.repository.js";
import { createUserResource } from "../../src/provisioning/directory/resource/user-resource.operations.js";
import type { Directory } from "../../src/provisioning/directory/stored/directory.js";
import { createDirectory } from "../../src/provisioning/directory/stored/directory.operations.js";
import { runBulk } from "../../src/scim/bulk/run-bulk.js";
import { readGroup } from "../../src/scim/resource/read-group.js";
import { readUser } from "../../src/scim/resource/read-user.js";
import { createScimLimits } from "../../src/scim/limits.js";
import { createScimRouter } from "../../src/scim/router.js";
import { MOST_LISTED_MEMBERS } from "../../src/scim/routes/groups.js";
import { createUserEndpoint } from "../../src/scim/routes/users.js";
import type { ScimServices } from "../../src/scim/services.js";
import { isLong } from "../../testing/long.js";
import { LOCK_STATEMENTS, type TestDatabase } from "../support/database.js";
import { runFirstSync } from "../support/first-sync.js";
import { openMigratedDatabase } from "../support/migrated-database.js";
import { describeUser } from "../support/scim.js";

const GROUPS = 200;
const USERS = MOST_LISTED_MEMBERS / GROUPS + 1;
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let database: TestDatabase;
let services: ScimServices;
let server: Server;
let directory: Directory;
let token: string;
let counted: Promise<readonly string[]>;
beforeAll(async () => {
  database = await openMigratedDatabase();
  const store: Store = { reader: database.reader, begin: createBegin(database, () => new Date()) };
  const publicUrl = "http://usher.test";
  const deletion = { guards: [], erasers: [] };
  const requestLog = { note: () => {} };
  const clock = () => new Date();
  const enabled = false;
  const limits = createScimLimits(createRateLimits({ database, clock, enabled }), { enabled });
  services = { store, clock, publicUrl, deletion, requestLog, fetch, limits, logDefect: fail };
  const app = express().use("/scim/v2", createScimRouter(services));
  server = createServer((request, response) => {
    counted = countQueries(async () => {
      app(request, response);
      await once(response, "finish");
    }).then(({ statements }) => statements);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ directory, token } = await makeDirectory("acme"));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await database.close();
});

function fail(error: unknown): void {
  throw error;
}

async function makeDirectory(slug: string) {
  const { id: organizationId } = await createOrganization(services.store, SYSTEM, { name: slug, slug });
  return await createDirectory(services.store, SYSTEM, { organizationId });
}

const send = async (method: string, path: string, data?: object) => {
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/scim/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(data && { body: JSON.stringify(data) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
  const statements = await counted;
  // any: the request decides the shape
  const body: any = text === "" ? null : JSON.parse(text);
  return { body, statements, count: statements.length };
};
const patch = (path: string, ...operations: readonly object[]) => send("PATCH", path, { Operations: operations });
const addMember = (...ids: readonly string[]) => ({
  op: "add",
  path: "members",
  value: ids.map((value) => ({ value })),
});
const makeIds = async (count: number) => {
  const ids: string[] = [];
  for (let place = 0; place < count; place += 1) ids.push((await send("POST", "/Users", describeUser())).body.id);
  return ids;
};
/** A user with a value for each field of the account. */
const describeFully = () => ({
  ...describeUser(),
  displayName: "Full Name",
  title: "Engineer",
  locale: "en",
  timezone: "Europe/Zurich",
  phoneNumbers: [{ value: "1" }],
  addresses: [{ streetAddress: "1 Way", locality: "Bern", region: "BE", postalCode: "3000" }],
  [ENTERPRISE]: { employeeNumber: crypto.randomUUID(), department: "A", division: "B", costCenter: "C" },
});

it("a request has at most the statements of its kind, also for a user with every field", async () => {
  const most = async (request: ReturnType<typeof send>, limit: number) => {
    const { body, count, statements } = await request;
    if (count > limit + LOCK_STATEMENTS) throw new Error(`${count} statements:\n${statements.join("\n")}`);
    return body;
  };
  const { id } = await most(send("POST", "/Users", describeUser()), 28);
  await most(send("POST", "/Users", describeFully()), 28);
  await most(send("GET", `/Users/${id}`), 5);
  await most(send("PUT", `/Users/${id}`, describeFully()), 39);
  await most(patch(`/Users/${id}`, { op: "replace", path: "title", value: "Other" }), 25);
  await most(patch(`/Users/${id}`, { op: "replace", path: "active", value: false }), 33);
  await most(patch(`/Users/${id}`, { op: "replace", path: "active", value: true }), 29);
  const group = await most(send("POST", "/Groups", { displayName: "Group", members: [{ value: id }] }), 24);
  await most(send("PUT", `/Groups/${group.id}`, { displayName: "Renamed", members: [{ value: id }] }), 24);
  await most(send("DELETE", `/Groups/${group.id}`), 14);
  await most(send("DELETE", `/Users/${id}`), 31);
});

it("a list has the same statements for few and for many resources, in any order, by index and by cursor", async () => {
  await makeIds(12);
  const members = (await send("GET", "/Users?count=12")).body.Resources.map(({ id }: { id: string }) => ({
    value: id,
  }));
  for (let place = 0; place < 6; place += 1) await send("POST", "/Groups", { displayName: `List ${place}`, members });
  for (const path of ["/Users", "/Groups"])
    for (const query of ["", "&cursor=", "&sortBy=displayName", "&cursor=&sortBy=meta.lastModified&filter=id+pr"]) {
      const [few, many] = [await send("GET", `${path}?count=2${query}`), await send("GET", `${path}?count=5${query}`)];
      expect(many.statements.length).toBe(few.statements.length);
      expect(many.count).toBeLessThanOrEqual(6);
    }
  expect((await send("POST", "/.search", { sortBy: "displayName" })).count).toBeLessThanOrEqual(7);
});

it("one member is added and removed by the same statements in a group of 2 and of 40, which name no other member", async () => {
  const [one, ...others] = (await makeIds(41)) as [string, ...string[]];
  const change = async (size: number) => {
    const members = others.slice(0, size).map((value) => ({ value }));
    const { id } = (await send("POST", "/Groups", { displayName: `Of ${size}`, members })).body;
    const added = await patch(`/Groups/${id}`, addMember(one));
    return [added, await patch(`/Groups/${id}`, { op: "remove", path: `members[value eq "${one}"]` })];
  };
  const [small, large] = [await change(2), await change(40)];
  expect(large.map(({ statements }) => statements)).toEqual(small.map(({ statements }) => statements));
  // No statement reads the members of the whole group.
  for (const statement of large.flatMap(({ statements }) => statements).filter((sql) => sql.includes("group_member")))
    expect(statement).toMatch(/user_id IN \(\?\)|INSERT INTO/);
  expect(Math.max(...large.map(({ count }) => count))).toBeLessThanOrEqual(18 + LOCK_STATEMENTS);
});

it("forty members are added and removed by as many statements as one, in one operation and in forty", async () => {
  const ids = await makeIds(40);
  const remove = (id: string) => ({ op: "remove", path: `members[value eq "${id}"]` });
  const { id } = (await send("POST", "/Groups", { displayName: "Many" })).body;
  const counts = [];
  for (const operations of [
    [addMember(ids[0]!)],
    [remove(ids[0]!)],
    [addMember(...ids)],
    ids.map(remove),
    ids.map((each) => addMember(each)),
    [{ op: "replace", path: "members", value: [] }],
  ])
    counts.push((await patch(`/Groups/${id}`, ...operations)).count);
  const [one, ...others] = counts as [number, ...number[]];
  // A replacement reads the members before.
  for (const count of others) expect(count).toBeLessThanOrEqual(one + 2);
});

it("a bulk request has the statements of its operations, and ends when its client has left", async () => {
  const operations = (count: number) =>
    Array.from({ length: count }, (_, place) => ({
      method: "POST",
      bulkId: `n${place}`,
      path: "/Users",
      data: describeUser(),
    }));
  const single = await send("POST", "/Users", describeUser());
  const [few, many] = [
    await send("POST", "/Bulk", { Operations: operations(2) }),
    await send("POST", "/Bulk", { Operations: operations(7) }),
  ];
  expect((many.count - few.count) / 5).toBeLessThanOrEqual(single.count);
  let answers = 0;
  const endpoints = [createUserEndpoint(services, "")];
  const note = () => {};
  const place = { endpoints, baseUrl: "", directory, note, isAwaited: () => (answers += 1) <= 3 };
  expect(await runBulk(services, place, { Operations: operations(9) })).toMatchObject({
    Operations: { length: 3 },
  });
});

it("a list of groups with more members than an answer may have is refused, and a smaller one is answered", async () => {
  const { store } = services;
  const { directory: large, token: tokenOfLarge } = await makeDirectory("large");
  for (let place = 0; place < USERS; place += 1)
    await createUserResource(store, large, readUser({ userName: `u${place}@acme.test` }));
  const groupIds: string[] = [];
  for (let place = 0; place < GROUPS; place += 1)
    groupIds.push((await createGroupResource(store, large, readGroup({ displayName: `Group ${place}` }), [])).id);
  await database.transact(({ execute }) =>
    execute(
      `INSERT INTO group_member (group_id, user_id, source_kind, source_id, created_at)
       SELECT g.group_id, u.user_id, 'SCIM', g.directory_id, g.created_at FROM directory_resource g
         JOIN directory_resource u ON u.kind = 'USER' AND u.directory_id = g.directory_id WHERE g.kind = 'GROUP' AND g.directory_id = ?`,
      [large.id],
    ),
  );
  const read = async (query: string) => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/scim/v2/Groups?${query}`, {
      headers: { authorization: `Bearer ${tokenOfLarge}` },
    });
    return { status: response.status, body: await response.json() };
  };
  expect(await read("count=200")).toMatchObject({ status: 400, body: { scimType: "tooMany" } });
  expect(await read("count=200&excludedAttributes=members")).toMatchObject({
    status: 200,
    body: { itemsPerPage: 200 },
  });
  expect((await read("count=2")).body.Resources[1].members).toHaveLength(USERS);
  // The database sends one row too many at most.
  expect(await findMembersOf(store.reader, large.id, groupIds, 3)).toHaveLength(4);
});

it(
  "a first synchronisation arrives in full, and its last request has the statements of its first",
  async () => {
    ({ directory, token } = await makeDirectory("first"));
    const counts = new Map<string, Set<number>>();
    const sync = isLong
      ? { users: 10_000, groups: 200, largestGroup: 10_000 }
      : { users: 60, groups: 4, largestGroup: 60 };
    const { groupIds } = await runFirstSync(async (method, path, body) => {
      const answer = await send(method, path, body);
      const kind = `${method} ${/^\/\w+/.exec(path)?.[0]}`;
      counts.set(kind, (counts.get(kind) ?? new Set()).add(answer.count));
      return answer.body;
    }, sync);
    expect(Object.fromEntries([...counts].map(([kind, numbers]) => [kind, numbers.size]))).toEqual({
      "GET /Users": 1,
      "POST /Users": 1,
      "GET /Groups": 1,
      "POST /Groups": 1,
      "PATCH /Groups": 1,
    });
    expect(Math.max(...counts.get("GET /Users")!)).toBeLessThanOrEqual(3);
    expect(Math.max(...counts.get("PATCH /Groups")!)).toBeLessThanOrEqual(18 + LOCK_STATEMENTS);
    expect((await send("GET", "/Users?count=0")).body.totalResults).toBe(sync.users);
    expect((await send("GET", "/Groups?count=0")).body.totalResults).toBe(sync.groups);
    expect((await send("GET", `/Groups/${groupIds[0]}`)).body.members).toHaveLength(sync.largestGroup);
  },
  isLong ? 1_800_000 : undefined,
);
