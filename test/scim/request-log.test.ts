/** The request log of a directory, and what it says of the directory's last activity. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { SYSTEM } from "../../src/access/caller.js";
import type { Store } from "../../src/access/store.js";
import { createBegin } from "../../src/access/unit-of-work.js";
import { createOrganization } from "../../src/people/organization/organization.operations.js";
import { startRequestLog, MOST_WAITING } from "../../src/provisioning/directory/log/request-log.js";
import { SUCCEEDED, type RequestTrace } from "../../src/provisioning/directory/log/request.js";
import { REQUEST_RETENTION_DAYS, sweepRequests } from "../../src/provisioning/directory/log/request.repository.js";
import { createUserResource } from "../../src/provisioning/directory/resource/user-resource.operations.js";
import { createDirectory, deleteDirectory } from "../../src/provisioning/directory/stored/directory.operations.js";
import { describeTarget } from "../../src/scim/describe-target.js";
import { readUser } from "../../src/scim/resource/read-user.js";
import type { TestDatabase } from "../support/database.js";
import { openMigratedDatabase } from "../support/migrated-database.js";
import { createScimClient, describeUser, GROUP, makeOrganization, type ScimClient } from "../support/scim.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

interface Logged {
  readonly reference: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly outcome: string;
  readonly scimType: string | null;
  readonly remedy: string | null;
  readonly resourceIds: readonly string[];
  readonly durationMilliseconds: number;
}

let usher: TestUsher;
let organizationId: string;
let scim: ScimClient;
beforeAll(async () => {
  usher = await startTestUsher();
  organizationId = await makeOrganization(usher);
  scim = await createScimClient(usher, organizationId);
});
afterAll(() => usher.stop());

const readLog = async (filter: object | null = null, client = scim): Promise<readonly Logged[]> => {
  const { provisioningRequests } = await usher.ask(
    `query ($id: ID!, $filter: ProvisioningRequestFilter) { provisioningRequests(directoryId: $id, filter: $filter, first: 200) { nodes {
       reference method path status outcome scimType remedy resourceIds durationMilliseconds } } }`,
    { id: client.directoryId, filter },
  );
  return provisioningRequests.nodes;
};
/** Reads again until the background work has written what the test waits for. */
const until = async <Value>(read: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value> => {
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

describe("the request log", () => {
  it("has each change at once, with the status of its answer and the resources that it touched", async () => {
    const client = await createScimClient(usher, organizationId);
    const answers: [method: string, path: string, status: number][] = [];
    const send = async (method: string, path: string, body?: unknown) => {
      const { status, body: shown } = await client.send(method, path, body);
      answers.unshift([method, path, status]);
      return shown;
    };
    const user = await send("POST", "/Users", describeUser());
    const group = await send("POST", "/Groups", {
      schemas: [GROUP],
      displayName: "Logged",
      members: [{ value: user.id }],
    });
    const operations = (path: string, value: unknown) => ({ Operations: [{ op: "replace", path, value }] });
    await send("PUT", `/Users/${user.id}`, { ...describeUser("other"), active: false });
    await send("PATCH", `/Users/${user.id}`, operations("active", true));
    await send("PATCH", `/Groups/${group.id}`, operations("displayName", "Logged again"));
    await send("PUT", `/Groups/${group.id}`, { schemas: [GROUP], displayName: "Logged" });
    await send("DELETE", `/Groups/${group.id}`);
    await send("DELETE", `/Users/${user.id}`);
    const logged = await readLog(null, client);
    expect(logged.map(({ method, path, status }) => [method, path, status])).toEqual(answers);
    expect(new Set(logged.map(({ outcome }) => outcome))).toEqual(new Set([SUCCEEDED]));
    expect(logged.map(({ resourceIds }) => resourceIds)).toEqual(
      answers.map(([, path]) => [path.startsWith("/Users") ? user.id : group.id]),
    );
    expect(new Set(logged.map(({ reference }) => reference)).size).toBe(answers.length);
  });

  it("has reads and refusals soon after, and finds the refused ones", async () => {
    const client = await createScimClient(usher, organizationId);
    await client.makeUser(describeUser("taken"));
    await client.send("GET", `/Users?filter=${encodeURIComponent('userName eq "secret@acme.test"')}&count=10`);
    await client.send("POST", "/Users", describeUser("taken"));
    await client.send("POST", "/Users", "{ no json");
    await client.send("PATCH", "/Users/secret@acme.test", { Operations: [] });
    await client.send("GET", "/Groups?filter=secret");
    await client.send("POST", "/Groups", { schemas: [GROUP], displayName: "Staff", members: [{ value: "unknown" }] });
    const all = await until(
      () => readLog(null, client),
      ({ length }) => length === 7,
    );
    const refused = await readLog({ failed: true }, client);
    expect(
      refused.map(({ method, path, status, outcome, scimType }) => [method, path, status, outcome, scimType]),
    ).toEqual([
      ["POST", "/Groups", 400, "MEMBER_UNKNOWN", "invalidValue"],
      ["GET", "/Groups?filter=…", 400, "SCIM_REQUEST_INVALID", "invalidFilter"],
      ["PATCH", "/Users/…", expect.any(Number), expect.any(String), refused[2]!.scimType],
      ["POST", "/Users", 400, "BAD_REQUEST", "invalidSyntax"],
      ["POST", "/Users", 409, "DIRECTORY_VALUE_TAKEN", "uniqueness"],
    ]);
    expect(refused.every(({ remedy }) => typeof remedy === "string")).toBe(true);
    expect((await readLog({ failed: false }, client)).map(({ path }) => path)).toEqual([
      "/Users?filter=userName eq …&count=10",
      "/Users",
    ]);
    const [{ reference }] = refused as [Logged];
    expect(await readLog({ reference: ` ${reference.toLowerCase()} ` }, client)).toEqual([refused[0]]);
    expect(JSON.stringify(all)).not.toMatch(/secret|taken|usher_scim_/);
  });

  it("has a bulk request once, with the resources that it made and the code of the first failed operation", async () => {
    const client = await createScimClient(usher, organizationId);
    const post = (bulkId: string, data: object) => ({ method: "POST", bulkId, path: "/Users", data });
    const Operations = [post("a", describeUser()), post("b", {}), { method: "DELETE", path: "/Users/unknown" }];
    const { body } = await client.send("POST", "/Bulk", { Operations });
    const [logged] = await until(
      () => readLog(null, client),
      (requests) => requests.some(({ outcome }) => outcome !== SUCCEEDED),
    );
    const id = body.Operations[0].location.split("/").at(-1);
    expect(logged).toMatchObject({
      method: "POST",
      path: "/Bulk",
      status: 200,
      outcome: "SCIM_REQUEST_INVALID",
      resourceIds: [id],
    });
    expect(await readLog(null, client)).toHaveLength(1);
  });

  it("has requests to a paused directory, and the provider's last activity", async () => {
    const client = await createScimClient(usher, organizationId);
    const show = async () =>
      (
        await usher.ask(
          `query ($id: ID!) { provisioningDirectory(id: $id) { lastRequestAt lastWriteAt counts { activeUsers inactiveUsers groups } } }`,
          { id: client.directoryId },
        )
      ).provisioningDirectory;
    expect(await show()).toEqual({
      lastRequestAt: null,
      lastWriteAt: null,
      counts: { activeUsers: 0, inactiveUsers: 0, groups: 0 },
    });
    const { id } = await client.makeUser();
    await client.makeUser();
    await client.send("POST", "/Groups", { schemas: [GROUP], displayName: "Counted" });
    await client.patch(`/Users/${id}`, { op: "replace", path: "active", value: false });
    const written = await until(show, ({ lastWriteAt }) => lastWriteAt !== null);
    expect(written).toMatchObject({ counts: { activeUsers: 1, inactiveUsers: 1, groups: 1 } });
    await usher.ask(
      `mutation ($input: UpdateProvisioningDirectoryInput!) { updateProvisioningDirectory(input: $input) { directory { state } } }`,
      { input: { id: client.directoryId, state: "PAUSED" } },
    );
    await client.send("GET", "/Users");
    expect(
      await until(
        () => readLog({ failed: true }, client),
        ({ length }) => length > 0,
      ),
    ).toMatchObject([{ method: "GET", path: "/Users", status: 503, outcome: "DIRECTORY_PAUSED" }]);
    const after = await show();
    expect(after.lastWriteAt).toBe(written.lastWriteAt);
    expect(after.lastRequestAt > written.lastRequestAt).toBe(true);
  });
});

describe("what the log keeps of a path", () => {
  it.each([
    [
      "/Users",
      { filter: 'emails[type eq "work"].value eq "ada@acme.test"' },
      "/Users?filter=emails[type eq …].value eq …",
    ],
    ["/Users", { filter: "userName eq ada" }, "/Users?filter=userName eq …"],
    ["/Users", { filter: 'userName eq "a\\"b ada' }, "/Users?filter=userName eq …"],
    [
      "/Users",
      { filter: 'not (name.familyName sw "Love") and title pr' },
      "/Users?filter=not (name.familyName sw …) and title pr",
    ],
    [
      "/Users",
      { attributes: "userName,ada", sortOrder: "ada", startIndex: "ada" },
      "/Users?attributes=userName,…&sortOrder=…&startIndex=…",
    ],
    ["/Users", { filter: ["ada"], "ada@acme.test": "" }, "/Users?filter=…&…"],
    ["/ada/Users/ada@acme.test", {}, "/…/Users/…"],
    [
      `/Groups/${"0".repeat(8)}-0000-4000-8000-${"0".repeat(12)}`,
      { excludedAttributes: "members" },
      `/Groups/${"0".repeat(8)}-0000-4000-8000-${"0".repeat(12)}?excludedAttributes=members`,
    ],
  ])("%s %j is %s", (path, query, shown) => {
    expect(describeTarget(path, query)).toBe(shown);
  });
});

describe("the size of the log", () => {
  let database: TestDatabase;
  let store: Store;
  let now = new Date();
  beforeAll(async () => {
    database = await openMigratedDatabase();
    store = { reader: database.reader, begin: createBegin(database, () => now) };
  });
  afterAll(() => database.close());

  const count = async () =>
    Number((await database.reader.row<{ n: number | string }>("SELECT COUNT(*) AS n FROM directory_request"))?.n);
  const makeTrace = (place: number): RequestTrace => ({
    id: `00000000-0000-4000-8000-${String(place).padStart(12, "0")}`,
    reference: `R${place}`,
    method: "GET",
    path: "/Users",
    arrivedAt: new Date(now.getTime() + place),
    elapsed: () => 1,
    expectedStatus: 200,
    resourceIds: new Set(),
    committed: 0,
    removalIds: [],
    ended: [],
  });
  const refused = { status: 400, outcome: "SCIM_REQUEST_INVALID", scimType: null };

  it("is bounded for each directory, in memory and on the disk, and a deleted directory does not lose the rows of others", async () => {
    const { id: organizationId } = await createOrganization(store, SYSTEM, { name: "Acme", slug: "acme" });
    const { directory } = await createDirectory(store, SYSTEM, { organizationId });
    const { directory: other } = await createDirectory(store, SYSTEM, { organizationId });
    const { directory: deleted } = await createDirectory(store, SYSTEM, { organizationId });
    const errors: unknown[] = [];
    const log = startRequestLog({ store, logError: (error) => errors.push(error), most: 100 });
    for (let place = 0; place < MOST_WAITING + 50; place += 1) log.note(directory.id, makeTrace(place), refused);
    log.note(other.id, makeTrace(5000), refused);
    log.note(deleted.id, makeTrace(5001), refused);
    await deleteDirectory(store, SYSTEM, deleted.id);
    await log.stop();
    expect(errors).toEqual([]);
    expect(await count()).toBe(100 + 1);
    // Of the requests that fitted into memory, the newest stay.
    const { reference } = (await database.reader.row<{ reference: string }>(
      "SELECT reference FROM directory_request WHERE directory_id = ? ORDER BY occurred_at DESC, id DESC LIMIT 1",
      [directory.id],
    ))!;
    expect(reference).toBe(`R${MOST_WAITING - 1}`);
  });

  it("is bounded in time", async () => {
    const sweep = () => store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, sweepRequests);
    await sweep();
    expect(await count()).toBeGreaterThan(0);
    now = new Date(now.getTime() + (REQUEST_RETENTION_DAYS + 1) * 24 * 60 * 60 * 1000);
    await sweep();
    expect(await count()).toBe(0);
  });

  it("grows by one statement for each change, in the change's own unit of work, and a failed change leaves no row", async () => {
    const { id: organizationId } = await createOrganization(store, SYSTEM, { name: "Other", slug: "other" });
    const { directory } = await createDirectory(store, SYSTEM, { organizationId });
    let units = 0;
    const counted: Store = {
      ...store,
      begin: (...given) => {
        units += 1;
        return store.begin(...given);
      },
    };
    const trace = makeTrace(1);
    const make = () => createUserResource(counted, { ...directory, trace }, readUser({ userName: "ada@acme.test" }));
    const { id } = await make();
    expect([units, trace.committed, [...trace.resourceIds], await count()]).toEqual([1, 1, [id], 1]);
    trace.committed = 0;
    await expect(make()).rejects.toThrow();
    expect([trace.committed, await count()]).toEqual([0, 1]);
  });
});
