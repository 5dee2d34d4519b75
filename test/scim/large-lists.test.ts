/** A list of groups reads a bounded number of members, however large the groups of the page are. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import express from "express";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SYSTEM } from "../../src/access/caller.js";
import type { Store } from "../../src/access/store.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { createGroupResource } from "../../src/provisioning/directory/resource/group-resource.operations.js";
import { findMembersOf } from "../../src/provisioning/directory/resource/member.repository.js";
import { createUserResource } from "../../src/provisioning/directory/resource/user-resource.operations.js";
import { createDirectory } from "../../src/provisioning/directory/stored/directory.operations.js";
import { readGroup } from "../../src/scim/resource/read-group.js";
import { readUser } from "../../src/scim/resource/read-user.js";
import { createRateLimits } from "../../src/platform/http/rate-limit.js";
import { createScimRouter } from "../../src/scim/router.js";
import { MOST_LISTED_MEMBERS } from "../../src/scim/routes/groups.js";
import type { TestDatabase } from "../support/database.js";
import { openMigratedDatabase } from "../support/migrated-database.js";

const GROUPS = 200;
const USERS = MOST_LISTED_MEMBERS / GROUPS + 1;

let database: TestDatabase;
let store: Store;
let server: Server;
beforeAll(async () => {
  database = await openMigratedDatabase();
  store = { reader: database.reader, begin: createBegin(database, () => new Date()) };
  const publicUrl = "http://usher.test";
  const deletion = { guards: [], erasers: [] };
  const requestLog = { note: () => {} };
  const clock = () => new Date();
  const tokenRefusals = createRateLimits({ database, clock, enabled: false })({
    name: "",
    points: 1,
    durationSeconds: 1,
  });
  const scim = createScimRouter({
    store,
    clock,
    publicUrl,
    requestLog,
    deletion,
    fetch,
    tokenRefusals,
    logDefect: fail,
  });
  server = createServer(express().use("/scim/v2", scim)).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await database.close();
});

function fail(error: unknown): void {
  throw error;
}

it("a list of groups with more members than an answer may have is refused, and a smaller one is answered", async () => {
  const { id: organizationId } = await createOrganization(store, SYSTEM, { name: "Acme", slug: "acme" });
  const { directory, token } = await createDirectory(store, SYSTEM, { organizationId });
  for (let place = 0; place < USERS; place += 1)
    await createUserResource(store, directory, readUser({ userName: `u${place}@acme.test` }));
  const groupIds: string[] = [];
  for (let place = 0; place < GROUPS; place += 1)
    groupIds.push((await createGroupResource(store, directory, readGroup({ displayName: `Group ${place}` }), [])).id);
  await database.transact(({ execute }) =>
    execute(
      `INSERT INTO group_member (group_id, user_id, source_kind, source_id, created_at)
       SELECT g.group_id, u.user_id, 'SCIM', g.directory_id, g.created_at FROM directory_resource g
         JOIN directory_resource u ON u.kind = 'USER' AND u.directory_id = g.directory_id WHERE g.kind = 'GROUP'`,
    ),
  );
  const read = async (query: string) => {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/scim/v2/Groups?${query}`, {
      headers: { authorization: `Bearer ${token}` },
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
  expect(await findMembersOf(store.reader, directory.id, groupIds, 3)).toHaveLength(4);
});
