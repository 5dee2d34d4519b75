/** Lists over HTTP: orders, cursors (RFC 9865) and searches by POST, and what a token of another organization sees of them. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createScimClient, describeUser, makeOrganization, type ScimClient } from "../support/scim.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let scim: ScimClient;
let stranger: ScimClient;
beforeAll(async () => {
  usher = await startTestUsher();
  [scim, stranger] = [
    await createScimClient(usher, await makeOrganization(usher)),
    await createScimClient(usher, await makeOrganization(usher)),
  ];
  for (const [name, title] of [
    ["dora", "b"],
    ["bob", undefined],
    ["anna", "A"],
    ["carl", "a"],
  ] as const)
    await scim.makeUser({ ...describeUser(name), displayName: name, externalId: name.toUpperCase(), title });
  const { Resources } = (await scim.send("GET", "/Users")).body;
  await scim.send("POST", "/Groups", { displayName: "Bakers", members: [{ value: Resources[0].id }] });
  await stranger.makeUser({ ...describeUser("theirs"), displayName: "theirs", title: "Z" });
  await stranger.send("POST", "/Groups", { displayName: "Theirs" });
});
afterAll(() => usher.stop());

const ask = async (path: string, client = scim) => {
  const { status, body } = await client.send("GET", path);
  return { status, ...body };
};
const search = async (path: string, body: object, client = scim) => (await client.send("POST", path, body)).body;
const namesOf = ({ Resources }: { readonly Resources: readonly { readonly displayName: string }[] }) =>
  Resources.map(({ displayName }) => displayName);
/** The names of every page. */
async function walk(query: string, between: (page: number) => Promise<unknown> = async () => {}) {
  const names: string[] = [];
  let cursor: string | undefined = "";
  for (let page = 1; cursor !== undefined; page += 1) {
    const found = await ask(`/Users?${query}&cursor=${cursor}`);
    expect(found.status).toBe(200);
    expect(found.startIndex).toBeUndefined();
    names.push(...namesOf(found));
    cursor = found.nextCursor;
    if (cursor !== undefined) {
      expect(cursor).toMatch(/^[\w~.-]+$/);
      await between(page);
    }
  }
  return names;
}

describe("sortBy", () => {
  it.each([
    ["displayName", ["anna", "bob", "carl", "dora"]],
    ["displayName&sortOrder=Descending", ["dora", "carl", "bob", "anna"]],
    // The id breaks the tie of A and a. A user without a title is last, and first in descending order.
    ["title", ["anna", "carl", "dora", "bob"]],
    ["title&sortOrder=descending", ["bob", "dora", "carl", "anna"]],
    ["emails", ["anna", "bob", "carl", "dora"]],
    ["name.givenName&sortOrder=descending", ["dora", "carl", "bob", "anna"]],
    ["meta.created", ["dora", "bob", "anna", "carl"]],
    ["id&sortOrder=descending", ["carl", "anna", "bob", "dora"]],
  ])("%s", async (query, names) => {
    expect(namesOf(await ask(`/Users?sortBy=${query}`))).toEqual(names);
    expect(namesOf(await ask(`/Users?sortBy=${query}&startIndex=2&count=2`))).toEqual(names.slice(1, 3));
    expect(await walk(`sortBy=${query}&count=1`)).toEqual(names);
  });

  it.each([
    ["shoeSize", "invalidPath"],
    ["password", "invalidPath"],
    ["groups", "invalidPath"],
    ["name", "invalidPath"],
    ["title&sortBy=userName", "invalidPath"],
    ["title&sortOrder=up", "invalidValue"],
  ])("%s is refused with %s", async (query, scimType) => {
    expect(await ask(`/Users?sortBy=${query}`)).toMatchObject({ status: "400", scimType });
  });
});

describe("a cursor", () => {
  it("leads through the whole list while users are added and removed", async () => {
    const added = await scim.makeUser({ ...describeUser("early"), displayName: "aaron" });
    const removed: string[] = [];
    const names = await walk("sortBy=displayName&count=2&filter=displayName+pr", async (page) => {
      // Removes a user before the place, where a page by index would skip a user, and adds one after it.
      if (page === 1) await scim.send("DELETE", `/Users/${added.id}`);
      if (page === 2) removed.push((await scim.makeUser({ ...describeUser("late"), displayName: "zoe" })).id);
    });
    expect(names).toEqual(["aaron", "anna", "bob", "carl", "dora", "zoe"]);
    await scim.send("DELETE", `/Users/${removed[0]}`);
  });

  it("belongs to one filter and one order, and to one kind of resource", async () => {
    const ofUsers = (await ask("/Users?cursor=&count=1")).nextCursor;
    const { nextCursor, totalResults } = await ask("/Users?cursor=&count=1&sortBy=title");
    expect(totalResults).toBe(4);
    for (const path of [
      `/Users?count=1&sortBy=title&sortOrder=descending&cursor=${nextCursor}`,
      `/Users?count=1&sortBy=title&filter=title+pr&cursor=${nextCursor}`,
      `/Users?count=1&cursor=${nextCursor}`,
      `/Groups?count=1&cursor=${ofUsers}`,
      "/Users?cursor=unknown",
      `/Users?cursor=${"x".repeat(5_000)}`,
      "/Users?cursor=&cursor=",
      "/Users?cursor=&startIndex=1",
    ])
      expect(await ask(path)).toMatchObject({ status: "400", scimType: "invalidCursor" });
    for (const count of ["0", "-1"])
      expect(await ask(`/Users?cursor=&count=${count}`)).toMatchObject({ scimType: "invalidCount" });
  });

  it("expires a day after its page", async () => {
    const { nextCursor } = await ask("/Users?cursor=&count=1");
    const [list, madeAt, ...place] = JSON.parse(Buffer.from(nextCursor, "base64url").toString());
    const age = (seconds: number) =>
      Buffer.from(JSON.stringify([list, madeAt - seconds * 1_000, ...place])).toString("base64url");
    expect((await ask(`/Users?cursor=${age(86_000)}`)).status).toBe(200);
    expect(await ask(`/Users?cursor=${age(86_401)}`)).toMatchObject({ status: "400", scimType: "expiredCursor" });
  });
});

describe("a search by POST", () => {
  it("takes what a GET takes, at Users, Groups and the root", async () => {
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"];
    const first = await search("/Users/.search", {
      schemas,
      attributes: ["displayName", "title"],
      filter: "displayName pr",
      sortBy: "displayName",
      sortOrder: "descending",
      count: 3,
      cursor: "",
    });
    expect(first).toMatchObject({ totalResults: 4, itemsPerPage: 3, nextCursor: expect.any(String) });
    expect(Object.keys(first.Resources[0])).toEqual(["schemas", "id", "displayName", "title"]);
    expect(namesOf(first)).toEqual(["dora", "carl", "bob"]);
    expect(namesOf(await search("/Groups/.search", { Filter: 'displayName eq "bakers"', startindex: 1 }))).toEqual([
      "Bakers",
    ]);
    const both = await search("/.search", { sortBy: "displayName", excludedAttributes: ["members"], count: 3 });
    expect(namesOf(both)).toEqual(["anna", "Bakers", "bob"]);
    expect(both).toMatchObject({ totalResults: 5, startIndex: 1 });
    expect(both.Resources[1]).toMatchObject({ meta: { resourceType: "Group" } });
    expect(both.Resources[1].members).toBeUndefined();
  });

  it("at the root treats an attribute that a type lacks as empty, and refuses one that every type lacks", async () => {
    const find = async (filter: string) => namesOf(await search("/.search", { filter, sortBy: "displayName" }));
    expect(await find('userName sw "a"')).toEqual(["anna"]);
    expect(await find('not (userName sw "a") and displayName sw "b"')).toEqual(["Bakers", "bob"]);
    expect(await find('userName eq null or title eq "B"')).toEqual(["Bakers", "dora"]);
    expect(await find('emails[type eq "work"] and meta.resourceType ne "Group"')).toHaveLength(4);
    expect(await find('meta.resourceType eq "Group"')).toEqual(["Bakers"]);
    expect(await search("/.search", { filter: "shoeSize pr" })).toMatchObject({ scimType: "invalidFilter" });
    expect(await search("/.search", { filter: ["title pr"] })).toMatchObject({ scimType: "invalidFilter" });
    expect(await search("/.search", { count: "many" })).toMatchObject({ scimType: "invalidValue" });
  });
});

describe("a token of another organization", () => {
  it("finds its own resources alone by searches, orders and cursors, also by a cursor that it forged", async () => {
    for (const body of [{}, { sortBy: "title" }, { filter: 'not (displayName eq "x")', cursor: "" }])
      expect(namesOf(await search("/.search", body, stranger)).toSorted()).toEqual(["Theirs", "theirs"]);
    expect(namesOf(await search("/Users/.search", { filter: "displayName pr or title pr" }, stranger))).toEqual([
      "theirs",
    ]);
    await stranger.makeUser({ ...describeUser("second"), displayName: "second" });
    const query = "/Users?sortBy=title&count=1&cursor=";
    const mine = (await ask(query)).nextCursor;
    const own = (await ask(query, stranger)).nextCursor;
    expect(await ask(`${query}${mine}`, stranger)).toMatchObject({ status: "400", scimType: "invalidCursor" });
    const parse = (cursor: string) => JSON.parse(Buffer.from(cursor, "base64url").toString());
    const forged = Buffer.from(JSON.stringify([parse(own)[0], ...parse(mine).slice(1)])).toString("base64url");
    const found = await ask(`${query}${forged}`, stranger);
    expect([namesOf(found), found.totalResults]).toEqual([["theirs"], 2]);
  });
});
