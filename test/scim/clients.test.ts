/**
 * What SCIM clients really send. Each test is named after a line of the sources: Microsoft's guide and validator for Entra
 * ID in both dialects, Okta's reference, and reports about Google Workspace and OneLogin.
 */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  createScimClient,
  describeUser,
  ERROR,
  GROUP,
  makeOrganization,
  USER,
  type ScimClient,
} from "../support/scim.js";
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

/** How Entra ID writes the same change: by default, and with the newer flag on the tenant URL. */
const DIALECTS = [
  {
    name: "Entra ID by default",
    replace: (path: string, value: unknown) => ({ op: "Replace", path, value }),
    add: (path: string, value: unknown) => ({ op: "Add", path, value }),
    removeMembers: (ids: readonly string[]) => [
      { op: "Remove", path: "members", value: ids.map((value) => ({ $ref: null, value })) },
    ],
    truth: (value: boolean) => (value ? "True" : "False"),
  },
  {
    name: "Entra ID with the newer flag",
    replace: (path: string, value: unknown) => ({ op: "replace", value: { [path]: value } }),
    add: (path: string, value: unknown) => ({ op: "add", path, value }),
    removeMembers: (ids: readonly string[]) =>
      ids.map((value) => ({ op: "remove", path: `members[value eq "${value}"]` })),
    truth: (value: boolean) => value,
  },
] as const;

describe.each(DIALECTS)("$name", ({ replace, add, removeMembers, truth }) => {
  it("writes op and active in its own way, in PATCH and in POST", async () => {
    const made = await scim.makeUser({ ...describeUser(), active: truth(true) });
    expect(made.active).toBe(true);
    expect((await patchUser(made.id, replace("active", truth(false)))).active).toBe(false);
    expect((await patchUser(made.id, replace("active", truth(true)))).active).toBe(true);
    expect((await scim.makeUser({ ...describeUser(), active: truth(false) })).active).toBe(false);
  });

  it("removes only the members that it names, one or several, and never all", async () => {
    const ids = await makeIds(4);
    const id = await makeGroup(`Removal ${ids[0]}`, ids);
    await patchGroup(id, ...removeMembers(ids.slice(0, 1)));
    expect(await membersOf(id)).toEqual(ids.slice(1));
    await patchGroup(id, ...removeMembers(ids.slice(1, 3)));
    expect(await membersOf(id)).toEqual(ids.slice(3));
    // Removing them again, as after a lost answer, changes nothing.
    await patchGroup(id, ...removeMembers(ids.slice(0, 3)));
    expect(await membersOf(id)).toEqual(ids.slice(3));
  });

  it("adds several members in one operation, with a null $ref", async () => {
    const ids = await makeIds(2);
    const id = await makeGroup(`Addition ${ids[0]}`);
    const operation = add(
      "members",
      ids.map((value) => ({ $ref: null, value })),
    );
    await patchGroup(id, operation);
    expect(await membersOf(id)).toEqual(ids);
    // Adding them again changes nothing.
    await patchGroup(id, operation);
    expect((await get(`/Groups/${id}`)).meta.version).toBe('W/"2"');
  });

  it("creates an e-mail entry by Add and by Replace on a value path that matches none", async () => {
    for (const write of [add, replace]) {
      const person = describeUser();
      const { id } = await scim.makeUser({ ...person, emails: undefined });
      const value = `other-${person.userName}`;
      const changed = await patchUser(id, write('emails[type eq "work"].value', value));
      expect(changed.emails).toEqual([{ type: "work", value }]);
    }
  });

  it("sends primary of an e-mail entry as it sends booleans", async () => {
    const person = describeUser();
    const { id, emails } = await scim.makeUser({
      ...person,
      emails: [
        { value: person.userName, type: "home", primary: true },
        { value: `second-${person.userName}`, type: "work" },
      ],
    });
    const changed = await patchUser(id, replace('emails[type eq "work"].primary', truth(true)));
    expect(changed.emails).toEqual([
      { ...emails[0], primary: false },
      { ...emails[1], primary: true },
    ]);
  });

  it("sends the manager as a bare id at the URN, removes it with an empty text, and finds by it", async () => {
    const [boss, id] = (await makeIds(2)) as [string, string];
    const path = `${ENTERPRISE}:manager`;
    for (const write of [add, replace])
      expect((await patchUser(id, write(path, boss)))[ENTERPRISE]).toEqual({ manager: { value: boss } });
    expect((await patchUser(id, replace(path, "")))[ENTERPRISE]).toBeUndefined();
    const asList = await patchUser(id, add(path, [{ $ref: `../Users/${boss}`, value: boss }]));
    expect(asList[ENTERPRISE].manager.value).toBe(boss);
    const found = await find("/Users", `id eq "${id}" and manager eq "${boss}"`, "&attributes=id");
    expect(found).toMatchObject({ totalResults: 1, Resources: [{ schemas: [USER, ENTERPRISE], id }] });
    expect(Object.keys(found.Resources[0])).toEqual(["schemas", "id"]);
  });

  it("clears an attribute with an empty text or null, and reads it back empty", async () => {
    const { id } = await scim.makeUser({ ...describeUser(), title: "Engineer", nickName: "E" });
    const changed = await patchUser(id, replace("title", ""), replace("nickName", null));
    expect([changed.title, changed.nickName]).toEqual([undefined, undefined]);
    expect((await find("/Users", `id eq "${id}" and title pr`)).totalResults).toBe(0);
  });

  it("answers a PATCH of a group with 204, and of a user with 200 and the user", async () => {
    const { id } = await scim.makeUser();
    expect((await scim.patch(`/Users/${id}`, replace("title", "x"))).body.title).toBe("x");
    const groupId = await makeGroup(`Answer ${id}`);
    expect((await scim.patch(`/Groups/${groupId}`, replace("displayName", `Other ${id}`))).status).toBe(204);
    expect((await get(`/Groups/${groupId}`)).displayName).toBe(`Other ${id}`);
  });

  it("still finds and reads a user that it deactivated", async () => {
    const person = describeUser();
    const { id } = await scim.makeUser(person);
    await patchUser(id, replace("active", truth(false)));
    expect(await get(`/Users/${id}`)).toMatchObject({ id, active: false });
    expect((await find("/Users", `userName eq "${person.userName}"`)).Resources).toMatchObject([{ id, active: false }]);
  });
});

describe("Entra ID", () => {
  it("removes an attribute by Remove", async () => {
    const { id } = await scim.makeUser({ ...describeUser(), displayName: "Shown" });
    expect((await patchUser(id, { op: "Remove", path: "displayName" })).displayName).toBeUndefined();
  });

  it("with the newer flag replaces without a path, by dotted keys, value paths and keys with a URN", async () => {
    const person = describeUser();
    const { id } = await scim.makeUser(person);
    const changed = await patchUser(id, {
      op: "replace",
      value: {
        active: false,
        "name.givenName": "New",
        displayName: "New Name",
        'emails[type eq "work"].value': `new-${person.userName}`,
        [`${ENTERPRISE}:department`]: "Sales",
        [ENTERPRISE]: { costCenter: "7" },
      },
    });
    expect(changed).toMatchObject({
      active: false,
      name: { givenName: "New", familyName: "Tester" },
      displayName: "New Name",
      emails: [{ value: `new-${person.userName}`, type: "work", primary: true }],
      [ENTERPRISE]: { department: "Sales", costCenter: "7" },
    });
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

  it("gets application/scim+json on every answer, startIndex back, and the schemas of users and groups", async () => {
    const { Resources } = await get("/Schemas");
    expect(Resources.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining([USER, GROUP]));
    for (const path of ["/Users?startIndex=2&count=1", "/Groups", "/Schemas", "/Users/unknown", "/Unknown"])
      expect((await scim.send("GET", path)).headers.get("content-type")).toBe("application/scim+json; charset=utf-8");
    expect(await get("/Users?startIndex=2&count=1")).toMatchObject({ startIndex: 2, itemsPerPage: 1 });
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

  it("gets 409 with an Error body for a duplicate, and never an empty body", async () => {
    const person = describeUser();
    await scim.makeUser(person);
    const { status, body } = await scim.send("POST", "/Users", { ...person, password: "1mz050nq", groups: [] });
    expect([status, body]).toMatchObject([409, { schemas: [ERROR], status: "409", scimType: "uniqueness" }]);
  });

  it("never deletes users, so one that it deactivated is reactivated by PUT", async () => {
    const person = describeUser();
    const { id } = await scim.makeUser(person);
    for (const active of [false, true])
      expect((await scim.send("PUT", `/Users/${id}`, { ...person, active })).body).toMatchObject({ id, active });
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

  it("OneLogin sends PUT for users", async () => {
    const person = describeUser();
    const { id } = await scim.makeUser(person);
    const { status, body } = await scim.send("PUT", `/Users/${id}`, { ...person, title: "Put", active: false });
    expect([status, body]).toMatchObject([200, { id, title: "Put", active: false }]);
  });

  it("OneLogin sends PATCH for groups", async () => {
    const ids = await makeIds(3);
    const id = await makeGroup("OneLogin");
    const add = (value: string) => ({ op: "add", path: "members", value: [{ value }] });
    await patchGroup(id, ...ids.map(add));
    expect(await membersOf(id)).toEqual(ids);
    await patchGroup(id, { op: "replace", path: "members", value: ids.slice(1).map((value) => ({ value })) });
    await patchGroup(id, { op: "replace", path: "displayName", value: "OneLogin renamed" });
    await patchGroup(id, { op: "remove", path: `members[value eq "${ids[1]}"]` });
    expect((await get(`/Groups/${id}`)).displayName).toBe("OneLogin renamed");
    expect(await membersOf(id)).toEqual(ids.slice(2));
  });

  it("OneLogin sends the schema URNs of SCIM 1", async () => {
    const former = "urn:scim:schemas:extension:enterprise:1.0";
    const made = await scim.makeUser({
      ...describeUser(),
      schemas: ["urn:scim:schemas:core:1.0", former],
      [former]: { department: "Sales" },
      "urn:scim:schemas:core:1.0:title": "Engineer",
    });
    expect(made).toMatchObject({
      schemas: [USER, ENTERPRISE],
      title: "Engineer",
      [ENTERPRISE]: { department: "Sales" },
    });
    const changed = await patchUser(made.id, { op: "replace", path: `${former}:department`, value: "Support" });
    expect(changed[ENTERPRISE].department).toBe("Support");
  });
});

describe("what is not understood", () => {
  it.each([
    ["a path that names nothing", { op: "replace", path: "shoeSize", value: "42" }, "invalidPath"],
    [
      "a value path on an unknown part",
      { op: "replace", path: 'emails[size eq "x"].value', value: "x" },
      "invalidPath",
    ],
    ["a value without attributes", { op: "replace", value: {} }, "invalidValue"],
    ["a value of the wrong type", { op: "replace", path: "title", value: {} }, "invalidValue"],
    ["no answer to whether a user is active", { op: "replace", path: "active", value: "" }, "invalidValue"],
    ["the removal of whether a user is active", { op: "remove", path: "active" }, "invalidValue"],
    [
      "a value path that matches nothing and describes nothing",
      { op: "replace", path: 'ims[value co "x"].type', value: "x" },
      "noTarget",
    ],
    ["a removal without a path", { op: "remove" }, "noTarget"],
  ])("is 400 in a PATCH of a user: %s", async (_what, operation, scimType) => {
    const made = await scim.makeUser();
    const { status, body } = await scim.patch(`/Users/${made.id}`, { op: "add", path: "title", value: "x" }, operation);
    expect([status, body.scimType]).toEqual([400, scimType]);
    expect(await get(`/Users/${made.id}`)).toEqual(made);
  });

  it.each([
    ["a filter on a part that members lack", { op: "remove", path: 'members[display eq "x"]' }, "invalidPath"],
    ["a filter that would read all members", { op: "remove", path: 'members[type eq "User"]' }, "invalidPath"],
    [
      "a replacement of one member",
      { op: "replace", path: 'members[value eq "x"]', value: { value: "y" } },
      "invalidPath",
    ],
    ["a member without an id", { op: "add", path: "members", value: [{ display: "x" }] }, "invalidValue"],
    ["a member that the directory lacks", { op: "add", path: "members", value: [{ value: "x" }] }, "invalidValue"],
    ["a group in a group", { op: "add", path: "members", value: [{ value: "x", type: "Group" }] }, "invalidValue"],
    ["no name", { op: "remove", path: "displayName" }, "invalidValue"],
    ["a path that names nothing", { op: "replace", value: { shoeSize: "42" } }, "invalidPath"],
  ])("is 400 in a PATCH of a group: %s", async (_what, operation, scimType) => {
    const ids = await makeIds(2);
    const id = await makeGroup(`Kept ${ids[0]}`, ids.slice(0, 1));
    const before = await get(`/Groups/${id}`);
    const others = [
      { op: "add", path: "members", value: [{ value: ids[1] }] },
      { op: "replace", path: "externalId", value: id },
    ];
    const { status, body } = await scim.patch(`/Groups/${id}`, ...others, operation);
    expect([status, body.scimType]).toEqual([400, scimType]);
    expect(await get(`/Groups/${id}`)).toEqual(before);
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
