/** The mass-removal brake: a provider cannot end the access of a whole company by mistake. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { SYSTEM } from "../../src/access/caller.js";
import type { Store } from "../../src/access/store.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { actOnUser } from "../../src/people/user/status/status.operations.js";
import { createUser } from "../../src/people/user/user.operations.js";
import { FEWEST_REMOVALS } from "../../src/provisioning/directory/brake/removal-brake.js";
import { sweepRemovals } from "../../src/provisioning/directory/brake/removal.repository.js";
import type { Resource } from "../../src/provisioning/directory/resource/resource.js";
import {
  changeUserResource,
  createUserResource,
  removeUserResource,
} from "../../src/provisioning/directory/resource/user-resource.operations.js";
import {
  createDirectory,
  readDirectory,
  releasePausedDirectory,
  updateDirectory,
} from "../../src/provisioning/directory/stored/directory.operations.js";
import type { DeprovisionAction, Directory } from "../../src/provisioning/directory/stored/directory.js";
import { readUser } from "../../src/scim/resource/read-user.js";
import type { Document } from "../../src/scim/resource/read-document.js";
import type { TestDatabase } from "../support/database.js";
import { openMigratedDatabase } from "../support/migrated-database.js";
import { createScimClient, describeUser, makeOrganization } from "../support/scim.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const HOUR = 60 * 60 * 1000;
const PARTS = { guards: [], erasers: [] };

let database: TestDatabase;
let now: Date;
let store: Store;
let organizationId: string;
let directory: Directory;
let users: Resource[];
let word = 0;

beforeAll(async () => {
  database = await openMigratedDatabase();
  store = { reader: database.reader, begin: createBegin(database, () => now) };
});
afterAll(() => database.close());

const makeUsers = async (count: number, of = directory) => {
  const made: Resource[] = [];
  for (let place = 0; place < count; place += 1)
    made.push(await createUserResource(store, of, readUser({ userName: `u${(word += 1)}@acme.test` })));
  return made;
};
const start = async (count: number, deprovisionAction: DeprovisionAction = "ARCHIVE") => {
  now = new Date("2026-11-30T12:00:00Z");
  const slug = `brake-${(word += 1)}`;
  ({ id: organizationId } = await createOrganization(store, SYSTEM, { name: "Acme", slug }));
  await createUser({ ...store }, SYSTEM, {
    organizationId,
    email: `admin@${slug}.test`,
    firstName: "Ada",
    lastName: "Admin",
    authMethod: "SSO",
    roleKeys: ["ADMIN"],
  });
  ({ directory } = await createDirectory(store, SYSTEM, { organizationId, deprovisionAction }));
  users = await makeUsers(count);
};
beforeEach(() => start(12));

/** The outcome of a removal: `ok`, or the code of the failure. */
const outcomeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "ok";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
const setActive = (user: Resource, active: boolean) =>
  changeUserResource(store, directory, { id: user.id, expected: null }, (before) => ({
    was: readUser(before.document as Document),
    is: readUser({ ...before.document, active }),
  }));
const deactivate = (user: Resource) => outcomeOf(setActive(user, false));
const remove = (user: Resource) =>
  outcomeOf(removeUserResource(store, directory, { id: user.id, expected: null }, PARTS));
const repeat = async (some: readonly Resource[], work: (user: Resource) => Promise<string>) => {
  const outcomes: string[] = [];
  for (const user of some) outcomes.push(await work(user));
  return outcomes;
};
const passed = (count: number) => Array.from({ length: count }, () => "ok");
const show = () => readDirectory(store, SYSTEM, directory.id);
const countOf = async (sql: string) =>
  Number((await database.reader.row<{ n: number | string }>(`SELECT COUNT(*) AS n ${sql}`, [organizationId]))?.n);
const countEvents = (type: string) => countOf(`FROM event WHERE type = '${type}' AND organization_id = ?`);
const countMails = () => countOf("FROM mail_message WHERE template = 'directory-paused' AND organization_id = ?");
const countActive = () => countOf("FROM app_user WHERE status = 'ACTIVE' AND home_organization_id = ?");

describe("a directory of more than 10 users", () => {
  it("ends the access of 9 by PUT, PATCH or DELETE, and is paused by the tenth, of which nothing remains", async () => {
    expect(await repeat(users.slice(0, 5), deactivate)).toEqual(passed(5));
    expect(await repeat(users.slice(5, 9), remove)).toEqual(passed(4));
    const active = await countActive();
    expect(await deactivate(users[9]!)).toBe("MASS_REMOVAL_STOPPED");
    expect(await countActive()).toBe(active);
    expect(await show()).toMatchObject({ state: "PAUSED", pauseReason: "MASS_REMOVAL" });
    expect([await countEvents("directory.paused"), await countMails()]).toEqual([1, 1]);
    expect(await repeat(users.slice(9, 12), remove)).toEqual([
      "DIRECTORY_PAUSED",
      "DIRECTORY_PAUSED",
      "DIRECTORY_PAUSED",
    ]);
    expect(await countActive()).toBe(active);
    expect([await countEvents("directory.paused"), await countMails()]).toEqual([1, 1]);
  });

  it("is paused by a tenth DELETE, and by one that deletes the account", async () => {
    for (const action of ["ARCHIVE", "DISABLE", "DELETE"] as const) {
      await start(12, action);
      expect(await repeat(users.slice(0, 10), remove)).toEqual([...passed(9), "MASS_REMOVAL_STOPPED"]);
    }
  });

  it("stops at the same number if all removals come at once, with one event and one mail", async () => {
    await start(20);
    const outcomes = await Promise.all(users.map((user, place) => (place % 2 === 0 ? deactivate(user) : remove(user))));
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(9);
    expect(outcomes).toContain("MASS_REMOVAL_STOPPED");
    expect(["ok", "MASS_REMOVAL_STOPPED", "DIRECTORY_PAUSED"]).toEqual(expect.arrayContaining([...new Set(outcomes)]));
    expect([await countEvents("directory.paused"), await countMails()]).toEqual([1, 1]);
    expect(await countEvents("user.archived")).toBe(9);
  });

  it("counts from zero after a release, and lets everything through for an hour if the administrator says so", async () => {
    await start(31);
    await repeat(users.slice(0, 10), deactivate);
    expect(await releasePausedDirectory(store, SYSTEM, { id: directory.id })).toMatchObject({
      state: "ACTIVE",
      pauseReason: null,
      removalsAllowedUntil: null,
    });
    now = new Date(now.getTime() + 1000);
    expect(await repeat(users.slice(9, 19), deactivate)).toEqual([...passed(9), "MASS_REMOVAL_STOPPED"]);
    const released = await releasePausedDirectory(store, SYSTEM, { id: directory.id, allowRemovals: true });
    expect(released.removalsAllowedUntil).toEqual(new Date(now.getTime() + HOUR));
    expect(await repeat(users.slice(18, 20), deactivate)).toEqual(passed(2));
    now = new Date(now.getTime() + HOUR + 1000);
    expect(await repeat(users.slice(20), deactivate)).toEqual([
      ...passed(9),
      "MASS_REMOVAL_STOPPED",
      "DIRECTORY_PAUSED",
    ]);
    expect([await countEvents("directory.paused"), await countEvents("directory.released")]).toEqual([3, 2]);
    // An active directory is not released again.
    await releasePausedDirectory(store, SYSTEM, { id: directory.id });
    await releasePausedDirectory(store, SYSTEM, { id: directory.id });
    expect(await countEvents("directory.released")).toBe(3);
  });

  it("forgets removals after an hour", async () => {
    await start(15);
    await repeat(users.slice(0, 9), deactivate);
    now = new Date(now.getTime() + HOUR - 1);
    expect(await deactivate(users[9]!)).toBe("MASS_REMOVAL_STOPPED");
    await releasePausedDirectory(store, SYSTEM, { id: directory.id });
    now = new Date(now.getTime() + HOUR);
    expect(await repeat(users.slice(9, 15), deactivate)).toEqual(passed(6));
  });

  it("does not count users who have their access again, or had none", async () => {
    await start(14);
    await repeat(users.slice(0, 9), deactivate);
    for (const user of users.slice(0, 3)) await setActive(user, true);
    await actOnUser(store, SYSTEM, "RESTORE", users[3]!.subjectId);
    // These have no access. Their deletion ends none.
    expect(await repeat(users.slice(4, 9), remove)).toEqual(passed(5));
    expect(await repeat(users.slice(9, 14), deactivate)).toEqual([...passed(4), "MASS_REMOVAL_STOPPED"]);
  });

  it("does not count the removals of another directory", async () => {
    const { directory: other } = await createDirectory(store, SYSTEM, { organizationId });
    const others = await makeUsers(12, other);
    await repeat(users.slice(0, 9), deactivate);
    const removeOther = (user: Resource) =>
      outcomeOf(removeUserResource(store, other, { id: user.id, expected: null }, PARTS));
    expect(await repeat(others.slice(0, 10), removeOther)).toEqual([...passed(9), "MASS_REMOVAL_STOPPED"]);
    expect((await show()).state).toBe("ACTIVE");
  });
});

it("a directory of 50 users ends the access of 10, which is a fifth, and is paused by the eleventh", async () => {
  await start(50);
  expect(await repeat(users.slice(0, 11), deactivate)).toEqual([...passed(10), "MASS_REMOVAL_STOPPED"]);
});

it("a directory of 9 users ends the access of all", async () => {
  await start(FEWEST_REMOVALS - 1);
  expect(await repeat(users, remove)).toEqual(passed(9));
});

it("a directory that an administrator pauses and activates has the events, and no mail", async () => {
  await updateDirectory(store, SYSTEM, { id: directory.id, state: "PAUSED" });
  expect(await show()).toMatchObject({ state: "PAUSED", pauseReason: "ADMINISTRATOR" });
  await updateDirectory(store, SYSTEM, { id: directory.id, state: "ACTIVE" });
  expect(await show()).toMatchObject({ state: "ACTIVE", pauseReason: null });
  expect([await countEvents("directory.paused"), await countEvents("directory.released"), await countMails()]).toEqual([
    1, 1, 0,
  ]);
});

it("old removals are deleted", async () => {
  const count = () =>
    countOf(
      "FROM directory_removal WHERE directory_id IN (SELECT id FROM provisioning_directory WHERE organization_id = ?)",
    );
  await repeat(users.slice(0, 3), deactivate);
  expect(await count()).toBe(3);
  now = new Date(now.getTime() + 31 * 24 * HOUR);
  await store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, sweepRemovals);
  expect(await count()).toBe(0);
});

describe("over HTTP", () => {
  let usher: TestUsher;
  beforeAll(async () => {
    usher = await startTestUsher();
  });
  afterAll(() => usher.stop());

  it("the request that the brake stops gets 503 with Retry-After, and so does every later one until the release", async () => {
    const scim = await createScimClient(usher, await makeOrganization(usher));
    const ids: string[] = [];
    for (let place = 0; place < 12; place += 1) ids.push((await scim.makeUser()).id);
    const end = async (id: string, place: number) => {
      if (place % 3 === 0) return await scim.patch(`/Users/${id}`, { op: "Replace", path: "active", value: "False" });
      if (place % 3 === 1) return await scim.send("DELETE", `/Users/${id}`);
      return await scim.send("PUT", `/Users/${id}`, { ...describeUser(), active: false });
    };
    const statuses: number[] = [];
    for (const [place, id] of ids.slice(0, 9).entries()) statuses.push((await end(id, place)).status);
    expect(new Set(statuses)).toEqual(new Set([200, 204]));
    const stopped = await end(ids[9]!, 0);
    expect([stopped.status, stopped.headers.get("retry-after")]).toEqual([503, "300"]);
    expect(stopped.body.detail).toMatch(/more than 20 %/);
    const after = await scim.send("GET", `/Users/${ids[9]}`);
    expect([after.status, after.headers.get("retry-after")]).toEqual([503, "300"]);
    const { releaseProvisioningDirectory } = await usher.ask(
      `mutation ($input: ReleaseProvisioningDirectoryInput!) {
         releaseProvisioningDirectory(input: $input) { directory { state pauseReason removalsAllowedUntil } } }`,
      { input: { id: scim.directoryId, allowRemovals: true } },
    );
    expect(releaseProvisioningDirectory.directory).toEqual({
      state: "ACTIVE",
      pauseReason: null,
      removalsAllowedUntil: expect.any(String),
    });
    expect((await scim.send("GET", `/Users/${ids[9]}`)).body.active).toBe(true);
    for (const id of ids.slice(9)) expect((await end(id, 0)).status).toBe(200);
  });

  it("the operations of a bulk request count, and the log shows the request among the failed ones", async () => {
    const scim = await createScimClient(usher, await makeOrganization(usher));
    const ids: string[] = [];
    for (let place = 0; place < 12; place += 1) ids.push((await scim.makeUser()).id);
    const { status, body } = await scim.send("POST", "/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: ids.map((id) => ({ method: "DELETE", path: `/Users/${id}` })),
    });
    expect(status).toBe(200);
    expect(body.Operations.map((operation: { status: string }) => operation.status)).toEqual([
      ...Array.from({ length: 9 }, () => "204"),
      ...Array.from({ length: 3 }, () => "503"),
    ]);
    const readLog = async () =>
      (
        await usher.ask(
          `query ($id: ID!) { provisioningRequests(directoryId: $id, filter: { failed: true }) { nodes { path status outcome resourceIds } } }`,
          { id: scim.directoryId },
        )
      ).provisioningRequests.nodes;
    let logged = await readLog();
    while (logged.length === 0) logged = await readLog();
    expect(logged).toEqual([
      { path: "/Bulk", status: 200, outcome: "MASS_REMOVAL_STOPPED", resourceIds: ids.slice(0, 10) },
    ]);
  });
});
