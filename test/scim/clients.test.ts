/**
 * What SCIM clients really send. Each test is named after a line of the sources: Microsoft's guide and validator for Entra
 * ID in both dialects, Okta's reference, and reports about Google Workspace and OneLogin.
 */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createScimClient, describeUser, GROUP, makeOrganization, USER, type ScimClient } from "../support/scim.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let usher: TestUsher;
let scim: ScimClient;
beforeAll(async () => {
  usher = await startTestUsher();
  scim = await createScimClient(usher, await makeOrganization(usher));
});
afterAll(() => usher.stop());

const compareTexts = (left: string, right: string) => (left < right ? -1 : 1);
const get = async (path: string) => (await scim.send("GET", path)).body;
const find = async (path: string, filter: string, more = "") =>
  (await scim.send("GET", `${path}?filter=${encodeURIComponent(filter)}${more}`)).body;
const patchUser = async (id: string, ...operations: readonly object[]) => {
  const { status, body } = await scim.patch(`/Users/${id}`, ...operations);
  expect([status, body]).toEqual([200, await get(`/Users/${id}`)]);
  return body;
};
const makeGroup = async (displayName: string, members: readonly string[] = []) => {
  const { body } = await scim.send("POST", "/Groups", { displayName, members: members.map((value) => ({ value })) });
  return body.id as string;
};
const patchGroup = async (id: string, ...operations: readonly object[]) => {
  const { status, body } = await scim.patch(`/Groups/${id}`, ...operations);
  expect([status, body]).toEqual([204, null]);
};
const membersOf = async (id: string): Promise<readonly string[]> =>
  ((await get(`/Groups/${id}`)).members ?? []).map(({ value }: { value: string }) => value).toSorted(compareTexts);
const makeIds = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let place = 0; place < count; place += 1) ids.push((await scim.makeUser()).id);
  return ids.toSorted(compareTexts);
};

describe("Entra ID by default", () => {
  it("capitalises op, and sends active as a text in PATCH and POST", async () => {
    const made = await scim.makeUser({ ...describeUser(), active: "True" });
    expect(made.active).toBe(true);
    expect((await patchUser(made.id, { op: "Replace", path: "active", value: "False" })).active).toBe(false);
    expect((await patchUser(made.id, { op: "Add", path: "active", value: "true" })).active).toBe(true);
    expect((await patchUser(made.id, { op: "Remove", path: "displayName" })).displayName).toBeUndefined();
    expect((await scim.makeUser({ ...describeUser(), active: "false" })).active).toBe(false);
  });

  it("removes only the members that the value of Remove names", async () => {
    const ids = await makeIds(3);
    const id = await makeGroup("Entra removal", ids);
    await patchGroup(id, { op: "Remove", path: "members", value: [{ $ref: null, value: ids[0] }] });
    expect(await membersOf(id)).toEqual(ids.slice(1));
  });

  it("adds several members in one operation, with a null $ref", async () => {
    const ids = await makeIds(2);
    const id = await makeGroup("Entra addition");
    await patchGroup(id, { op: "Add", path: "members", value: ids.map((value) => ({ $ref: null, value })) });
    expect(await membersOf(id)).toEqual(ids);
    // Adding them again changes nothing.
    await patchGroup(id, { op: "Add", path: "members", value: ids.map((value) => ({ $ref: null, value })) });
    expect((await get(`/Groups/${id}`)).meta.version).toBe('W/"2"');
  });

  it("creates an e-mail entry by Add and by Replace on a value path that matches none", async () => {
    for (const op of ["Add", "Replace"]) {
      const person = describeUser();
      const { id } = await scim.makeUser({ ...person, emails: undefined });
      const value = `other-${person.userName}`;
      const changed = await patchUser(id, { op, path: 'emails[type eq "work"].value', value });
      expect(changed.emails).toEqual([{ type: "work", value }]);
    }
  });

  it("sends primary of an e-mail entry as a text", async () => {
    const { id, emails } = await scim.makeUser();
    const changed = await patchUser(id, { op: "Replace", path: 'emails[type eq "work"].primary', value: "true" });
    expect(changed.emails).toEqual(emails);
  });

  it("sends nulls, empty roles and meta in POST, and the ADSCIM schema with groups", async () => {
    const person = describeUser();
    const made = await scim.makeUser({
      ...person,
      displayName: null,
      roles: [],
      meta: { resourceType: "User" },
      [ENTERPRISE]: { department: null },
    });
    expect(Object.keys(made)).toEqual(["schemas", "id", "externalId", "userName", "name", "active", "emails", "meta"]);
    const group = await scim.send("POST", "/Groups", {
      schemas: [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
      externalId: "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
      displayName: "Entra group",
      members: [],
      meta: { resourceType: "Group" },
    });
    expect([group.status, group.body.schemas]).toEqual([201, [GROUP]]);
  });

  it("sends the manager as a bare id, and removes it with an empty text", async () => {
    const [boss, id] = await makeIds(2);
    const path = `${ENTERPRISE}:manager`;
    expect((await patchUser(id!, { op: "Add", path, value: boss }))[ENTERPRISE]).toEqual({ manager: { value: boss } });
    expect((await patchUser(id!, { op: "Replace", path, value: "" }))[ENTERPRISE]).toBeUndefined();
    const asList = await patchUser(id!, { op: "Add", path, value: [{ $ref: `../Users/${boss}`, value: boss }] });
    expect(asList[ENTERPRISE].manager.value).toBe(boss);
    const found = await find("/Users", `id eq "${id}" and manager eq "${boss}"`, "&attributes=id");
    expect(found).toMatchObject({ totalResults: 1, Resources: [{ schemas: [USER, ENTERPRISE], id }] });
    expect(Object.keys(found.Resources[0])).toEqual(["schemas", "id"]);
  });

  it("clears an attribute with an empty text or null, and reads it back empty", async () => {
    const { id } = await scim.makeUser({ ...describeUser(), title: "Engineer", nickName: "E" });
    const changed = await patchUser(
      id,
      { op: "Replace", path: "title", value: "" },
      { op: "Replace", path: "nickName", value: null },
    );
    expect([changed.title, changed.nickName]).toEqual([undefined, undefined]);
    expect((await find("/Users", `id eq "${id}" and title pr`)).totalResults).toBe(0);
  });

  it("tests the connection with a filter on an unknown user: 200 with an empty list", async () => {
    const { status, body } = await scim.send("GET", `/Users?filter=userName+eq+%22${crypto.randomUUID()}%22`);
    expect([status, body.totalResults, body.Resources]).toEqual([200, 0, []]);
  });

  it("filters with eq and and on userName, externalId and an e-mail value path", async () => {
    const person = describeUser();
    const { id } = await scim.makeUser(person);
    for (const filter of [
      `userName eq "${person.userName}"`,
      `externalId eq "${String(person["externalId"])}"`,
      `emails[type eq "work"].value eq "${person.userName}"`,
      `emails[type eq "work" and value eq "${person.userName}"]`,
      `userName eq "${person.userName}" and externalId eq "${String(person["externalId"])}"`,
    ])
      expect((await find("/Users", filter)).Resources).toEqual([expect.objectContaining({ id })]);
    // externalId is compared exactly.
    expect((await find("/Users", `externalId eq "${String(person["externalId"]).toUpperCase()}"`)).totalResults).toBe(
      0,
    );
  });

  it("finds groups by displayName without members, and a membership by id and members", async () => {
    const ids = await makeIds(2);
    const id = await makeGroup("Entra found", ids.slice(0, 1));
    const found = await find("/Groups", 'displayName eq "entra FOUND"', "&excludedAttributes=members");
    expect(found.Resources).toEqual([expect.objectContaining({ id })]);
    expect(found.Resources[0].members).toBeUndefined();
    expect((await find("/Groups", `id eq "${id}" and members eq "${ids[0]}"`)).totalResults).toBe(1);
    expect((await find("/Groups", `id eq "${id}" and members eq "${ids[1]}"`)).totalResults).toBe(0);
  });

  it("gets application/scim+json on every answer, and startIndex back", async () => {
    for (const path of ["/Users?startIndex=2&count=1", "/Groups", "/Schemas", "/Users/unknown", "/Unknown"])
      expect((await scim.send("GET", path)).headers.get("content-type")).toBe("application/scim+json; charset=utf-8");
    expect(await get("/Users?startIndex=2&count=1")).toMatchObject({ startIndex: 2, itemsPerPage: 1 });
  });
});

describe("Entra ID with the newer flag", () => {
  it("replaces without a path, by dotted keys and by keys with a URN", async () => {
    const { id } = await scim.makeUser();
    const changed = await patchUser(id, {
      op: "replace",
      value: {
        active: false,
        "name.givenName": "New",
        displayName: "New Name",
        [`${ENTERPRISE}:department`]: "Sales",
        [ENTERPRISE]: { costCenter: "7" },
      },
    });
    expect(changed).toMatchObject({
      active: false,
      name: { givenName: "New", familyName: "Tester" },
      displayName: "New Name",
      [ENTERPRISE]: { department: "Sales", costCenter: "7" },
    });
  });

  it("removes a member by a value path", async () => {
    const ids = await makeIds(2);
    const id = await makeGroup("Entra value path", ids);
    await patchGroup(id, { op: "remove", path: `members[value eq "${ids[0]}"]` });
    expect(await membersOf(id)).toEqual(ids.slice(1));
  });
});

describe("Okta", () => {
  it("looks for a user with startIndex and count, in any case, and gets numbers and a stable order", async () => {
    const person = describeUser();
    const { id } = await scim.makeUser(person);
    const found = await find("/Users", `userName eq "${person.userName.toUpperCase()}"`, "&startIndex=1&count=100");
    expect(found).toMatchObject({ totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [{ id }] });
    const all = (await get("/Users?count=200")).Resources.map((each: { id: string }) => each.id);
    const paged: string[] = [];
    for (let start = 1; start <= all.length; start += 3)
      paged.push(...(await get(`/Users?startIndex=${start}&count=3`)).Resources.map((each: { id: string }) => each.id));
    expect(paged).toEqual(all);
  });

  it("sends a password and empty groups in POST, and gets a body without the password", async () => {
    const { status, body } = await scim.send("POST", "/Users", { ...describeUser(), password: "1mz050nq", groups: [] });
    expect(status).toBe(201);
    expect(JSON.stringify(body)).not.toContain("1mz050nq");
  });

  it("does everything by PUT in custom apps, active false included", async () => {
    const person = describeUser();
    const { id } = await scim.makeUser(person);
    const changed = { ...person, name: { givenName: "Put", familyName: "Tester" }, active: false, id, groups: [] };
    const { status, body } = await scim.send("PUT", `/Users/${id}`, changed);
    expect([status, body]).toMatchObject([200, { active: false, name: { givenName: "Put" } }]);
  });

  it("deactivates without a path in catalogue apps", async () => {
    const { id } = await scim.makeUser();
    expect((await patchUser(id, { op: "replace", value: { active: false } })).active).toBe(false);
  });

  it("renames a pushed group without a path, with its id, which keeps the members", async () => {
    const ids = await makeIds(2);
    const id = await makeGroup("Okta push", ids);
    await patchGroup(id, { op: "replace", value: { id, displayName: "Okta renamed" } });
    expect(await get(`/Groups/${id}`)).toMatchObject({ displayName: "Okta renamed" });
    expect(await membersOf(id)).toEqual(ids);
    // OneLogin and others rename by PUT, without members.
    await scim.send("PUT", `/Groups/${id}`, { schemas: [GROUP], displayName: "Okta put" });
    expect(await membersOf(id)).toEqual(ids);
  });

  it("removes and adds members in one PATCH", async () => {
    const ids = await makeIds(3);
    const id = await makeGroup("Okta both", ids.slice(0, 2));
    await patchGroup(
      id,
      { op: "remove", path: `members[value eq "${ids[0]}"]` },
      { op: "add", path: "members", value: [{ value: ids[2], display: "somebody" }] },
    );
    expect(await membersOf(id)).toEqual(ids.slice(1));
  });

  it("replaces members with a list or with none, also without a path, and without their type", async () => {
    const ids = await makeIds(2);
    const id = await makeGroup("Okta replace", ids.slice(0, 1));
    await patchGroup(id, { op: "replace", path: "members", value: [{ value: ids[1] }] });
    expect(await membersOf(id)).toEqual(ids.slice(1));
    await patchGroup(id, { op: "replace", value: { displayName: "Okta replace", members: [{ value: ids[0] }] } });
    expect(await membersOf(id)).toEqual(ids.slice(0, 1));
    await patchGroup(id, { op: "replace", path: "members", value: [] });
    expect(await membersOf(id)).toEqual([]);
  });

  it("reads errors as JSON with the status as a text", async () => {
    const { body } = await scim.send("GET", "/Users/00919288221112222");
    expect(body).toMatchObject({ status: "404", detail: expect.any(String) });
  });
});

describe("other providers", () => {
  it("Google Workspace sends application/json", async () => {
    const headers = { "content-type": "application/json; charset=UTF-8" };
    expect((await scim.send("POST", "/Users", describeUser(), headers)).status).toBe(201);
  });

  it("OneLogin sends + for spaces, and a trailing & or ?", async () => {
    const { id, userName } = await scim.makeUser();
    expect((await get(`/Users?filter=userName+eq+%22${userName}%22&`)).Resources[0].id).toBe(id);
    expect((await get(`/Users/${id}?`)).id).toBe(id);
  });

  it("OneLogin sends the schema URNs of SCIM 1", async () => {
    const made = await scim.makeUser({ ...describeUser(), schemas: ["urn:scim:schemas:core:1.0"] });
    expect(made.schemas).toEqual([USER]);
  });
});

describe("what is not understood", () => {
  it("is 400 in a PATCH, which then changes nothing", async () => {
    const made = await scim.makeUser();
    const operations = [
      { op: "add", path: "title", value: "x" },
      { op: "replace", path: "shoeSize", value: "42" },
    ];
    const { status, body } = await scim.patch(`/Users/${made.id}`, ...operations);
    expect([status, body.scimType]).toEqual([400, "invalidPath"]);
    expect(await get(`/Users/${made.id}`)).toEqual(made);
  });

  it("is 400 in a filter", async () => {
    const { status, body } = await scim.send("GET", "/Users?filter=shoeSize+eq+42");
    expect([status, body.scimType]).toEqual([400, "invalidFilter"]);
  });

  it("is 400 for a body that is not an object of JSON, or too deep, and 413 for one that is too large", async () => {
    for (const body of ["{", "[]", '"text"', `${'{"a":'.repeat(50)}1${"}".repeat(50)}`])
      expect((await scim.send("POST", "/Users", body)).body).toMatchObject({
        status: "400",
        scimType: "invalidSyntax",
      });
    const large = await scim.send("POST", "/Users", { ...describeUser(), title: "x".repeat(1_100_000) });
    expect([large.status, large.body.status]).toEqual([413, "413"]);
  });
});
