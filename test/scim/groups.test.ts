/** The groups of a directory over HTTP: members as rows, and what the rest of the installation sees of them. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createScimClient, describeUser, GROUP, makeOrganization, type ScimClient } from "../support/scim.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let organizationId: string;
let scim: ScimClient;
let people: readonly string[];
beforeAll(async () => {
  usher = await startTestUsher();
  organizationId = await makeOrganization(usher);
  scim = await createScimClient(usher, organizationId);
  people = [(await scim.makeUser()).id, (await scim.makeUser()).id, (await scim.makeUser()).id];
});
afterAll(() => usher.stop());

const compareTexts = (left: string, right: string) => (left < right ? -1 : 1);
const makeGroup = async (displayName: string, members: readonly (string | undefined)[] = []) => {
  const value = { schemas: [GROUP], displayName, members: members.map((id) => ({ value: id })) };
  const { status, body } = await scim.send("POST", "/Groups", value);
  expect(status).toBe(201);
  return body;
};
const membersOf = async (id: string) => {
  const { body } = await scim.send("GET", `/Groups/${id}`);
  return (body.members ?? []).map(({ value }: { value: string }) => value).toSorted(compareTexts);
};
const groupsOf = async (search: string) => {
  const { groups } = await usher.ask(
    `query ($id: ID!, $search: String) { groups(organizationId: $id, filter: { search: $search }) { nodes { id name } } }`,
    { id: organizationId, search },
  );
  return groups.nodes;
};

describe("a group of a directory", () => {
  it("is a group of the organization, with members and events of the directory", async () => {
    const made = await makeGroup("Engineers", [people[0], people[1]]);
    expect(made).toMatchObject({
      schemas: [GROUP],
      displayName: "Engineers",
      members: people
        .slice(0, 2)
        .toSorted(compareTexts)
        .map((value) => ({
          value,
          type: "User",
          $ref: `${scim.baseUrl}/Users/${value}`,
        })),
      meta: { resourceType: "Group", location: `${scim.baseUrl}/Groups/${made.id}`, version: 'W/"1"' },
    });
    expect(await groupsOf("Engineers")).toEqual([{ id: expect.any(String), name: "Engineers" }]);
    const { events } = await usher.ask(
      `query ($id: ID!) { events(organizationId: $id, types: ["group.created", "group.member_added"], first: 50) {
         nodes { type cause { kind actor } } } }`,
      { id: organizationId },
    );
    const cause = { kind: "SCIM", actor: scim.directoryId };
    expect(events.nodes).toEqual([
      { type: "group.created", cause },
      { type: "group.member_added", cause },
      { type: "group.member_added", cause },
    ]);
    const user = await scim.send("GET", `/Users/${people[0]}`);
    expect(user.body.groups).toEqual([
      { value: made.id, $ref: made.meta.location, display: "Engineers", type: "direct" },
    ]);
  });

  it("has a new ETag after a change of a member, and refuses an old one with 412", async () => {
    const { id } = await makeGroup("Versions");
    const add = { Operations: [{ op: "add", path: "members", value: [{ value: people[0] }] }] };
    const changed = await scim.send("PATCH", `/Groups/${id}`, add, { "if-match": 'W/"1"' });
    expect([changed.status, changed.headers.get("etag")]).toEqual([204, 'W/"2"']);
    const remove = { Operations: [{ op: "remove", path: "members" }] };
    const late = await scim.send("PATCH", `/Groups/${id}`, remove, { "if-match": 'W/"1"' });
    expect(late.status).toBe(412);
    expect(await membersOf(id)).toEqual([people[0]]);
    const known = await scim.send("GET", `/Groups/${id}`, undefined, { "if-none-match": 'W/"2"' });
    expect([known.status, known.body]).toEqual([304, null]);
  });

  it("loses nothing when two clients patch it at once: each adds, removes and renames", async () => {
    const ids: string[] = [];
    for (let place = 0; place < 12; place += 1) ids.push((await scim.makeUser()).id);
    const { id } = await makeGroup("At once", ids.slice(0, 6));
    const path = `/Groups/${id}`;
    const add = (value: string) => ({ op: "add", path: "members", value: [{ value }] });
    const remove = (value: string) => ({ op: "remove", path: `members[value eq "${value}"]` });
    // Two clients, each with its changes one after the other. They add and remove different members.
    const run = async (own: (place: number) => boolean, externalId: string) => {
      for (const [place, each] of ids.entries())
        if (own(place)) expect((await scim.patch(path, place < 6 ? remove(each) : add(each))).status).toBe(204);
      expect((await scim.patch(path, { op: "add", path: "externalId", value: externalId })).status).toBe(204);
    };
    await Promise.all([run((place) => place % 3 === 0, "first"), run((place) => place % 3 === 1, "second")]);
    const expected = ids.filter((_, place) => (place < 6 ? place % 3 === 2 : place % 3 !== 2));
    expect(await membersOf(id)).toEqual(expected.toSorted(compareTexts));
    const { externalId, meta } = (await scim.send("GET", path)).body;
    expect(["first", "second"]).toContain(externalId);
    // Each of the ten changes has a version.
    expect(meta.version).toBe('W/"11"');
  });

  it("changes nothing if one operation of a PATCH is wrong", async () => {
    const { id } = await makeGroup("All or nothing", [people[0]]);
    const operations = [
      { op: "replace", path: "displayName", value: "Changed" },
      { op: "remove", path: `members[value eq "${people[0]}"]` },
      { op: "add", path: "members", value: [{ value: "00000000-0000-0000-0000-000000000000" }] },
    ];
    const { status, body } = await scim.patch(`/Groups/${id}`, ...operations);
    expect([status, body.scimType]).toEqual([400, "invalidValue"]);
    expect((await scim.send("GET", `/Groups/${id}`)).body).toMatchObject({ displayName: "All or nothing" });
    expect(await membersOf(id)).toEqual([people[0]]);
  });

  it("keeps the members that an administrator added when the directory removes its own", async () => {
    const { id } = await makeGroup("Mixed", [people[0]]);
    const [{ id: groupId }] = await groupsOf("Mixed");
    const { createUser } = await usher.ask(
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
      { input: { organizationId, email: "hand@acme.test", firstName: "H", lastName: "H" } },
    );
    await usher.ask(`mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) { group { id } } }`, {
      input: { groupId, userIds: [createUser.user.id] },
    });
    // The directory does not see members that it did not give.
    expect(await membersOf(id)).toEqual([people[0]]);
    await scim.patch(`/Groups/${id}`, { op: "replace", path: "members", value: [] });
    const { users } = await usher.ask(
      `query ($id: ID!, $groupIds: [ID!]) { users(organizationId: $id, filter: { groupIds: $groupIds }) { nodes { id } } }`,
      { id: organizationId, groupIds: [groupId] },
    );
    expect(users.nodes).toEqual([createUser.user.id].map((each) => ({ id: each })));
  });

  it("is refused with 409 if the organization or the directory has one of the name", async () => {
    await usher.ask(`mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`, {
      input: { organizationId, name: "By hand" },
    });
    const { id } = await makeGroup("Taken");
    for (const displayName of ["by HAND", "TAKEN"]) {
      const { status, body } = await scim.send("POST", "/Groups", { displayName });
      expect([status, body.scimType]).toEqual([409, "uniqueness"]);
    }
    const renamed = await scim.patch(`/Groups/${id}`, { op: "replace", path: "displayName", value: "By hand" });
    expect(renamed.status).toBe(409);
  });

  it("ends with DELETE, also for the organization", async () => {
    const { id } = await makeGroup("Gone", [people[0]]);
    expect((await scim.send("DELETE", `/Groups/${id}`)).status).toBe(204);
    expect((await scim.send("GET", `/Groups/${id}`)).status).toBe(404);
    expect(await groupsOf("Gone")).toEqual([]);
    expect((await scim.send("GET", `/Users/${people[0]}`)).status).toBe(200);
  });

  it("loses a user whom the directory deletes", async () => {
    const gone = await scim.makeUser();
    const { id } = await makeGroup("Leaving", [people[0], gone.id]);
    await scim.send("DELETE", `/Users/${gone.id}`);
    expect(await membersOf(id)).toEqual([people[0]]);
    // The provider removes the member afterwards, which is not an error.
    expect((await scim.patch(`/Groups/${id}`, { op: "remove", path: `members[value eq "${gone.id}"]` })).status).toBe(
      204,
    );
  });
});

describe("a token of another organization", () => {
  it("neither sees nor changes a group, and cannot put its users into it", async () => {
    const made = await makeGroup("Secret", [people[0]]);
    const stranger = await createScimClient(usher, await makeOrganization(usher));
    const own = await stranger.makeUser(describeUser());
    const add = { Operations: [{ op: "add", path: "members", value: [{ value: own.id }] }] };
    for (const [method, body] of [["GET"], ["PATCH", add], ["PUT", { displayName: "X" }], ["DELETE"]] as const)
      expect((await stranger.send(method, `/Groups/${made.id}`, body)).status).toBe(404);
    for (const filter of [`displayName eq "Secret"`, `members eq "${people[0]}"`, `not (displayName eq "X")`]) {
      const list = await stranger.send("GET", `/Groups?filter=${encodeURIComponent(filter)}`);
      expect(list.body.totalResults).toBe(0);
    }
    const users = await stranger.send("GET", `/Users?filter=${encodeURIComponent(`groups eq "${made.id}"`)}`);
    expect(users.body.totalResults).toBe(0);
    // Nor can it name a user of the first organization as a member of its own group.
    const mine = await stranger.send("POST", "/Groups", { displayName: "Mine", members: [{ value: people[0] }] });
    expect([mine.status, mine.body.scimType]).toEqual([400, "invalidValue"]);
    expect(await membersOf(made.id)).toEqual([people[0]]);
  });
});

describe("what a provider can learn of the server", () => {
  it("is its abilities, its resource types and its schemas", async () => {
    const config = await scim.send("GET", "/ServiceProviderConfig");
    expect(config.body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true },
      sort: { supported: true },
      pagination: { cursor: true, index: true, defaultPaginationMethod: "index", maxPageSize: 200 },
      etag: { supported: true },
    });
    const types = await scim.send("GET", "/ResourceTypes");
    expect(types.body.Resources.map(({ name }: { name: string }) => name)).toEqual(["User", "Group", "Role"]);
    const schemas = await scim.send("GET", "/Schemas");
    const ids = schemas.body.Resources.map(({ id }: { id: string }) => id);
    expect(ids).toEqual([
      "urn:ietf:params:scim:schemas:core:2.0:User",
      "urn:ietf:params:scim:schemas:core:2.0:Group",
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
      "urn:ietf:params:scim:schemas:core:2.0:Role",
    ]);
    for (const id of ids) expect((await scim.send("GET", `/Schemas/${id}`)).body.id).toBe(id);
    expect((await scim.send("GET", "/ResourceTypes/User")).body.schema).toBe(ids[0]);
    expect((await scim.send("GET", "/Schemas/unknown")).status).toBe(404);
    expect((await scim.send("GET", "/Unknown")).status).toBe(404);
  });
});
