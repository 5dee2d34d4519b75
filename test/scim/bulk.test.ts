/** Bulk requests (RFC 7644, section 3.7): each operation does the same as the single request. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createScimClient, describeUser, ERROR, makeOrganization, type ScimClient } from "../support/scim.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let usher: TestUsher;
let scim: ScimClient;
beforeAll(async () => {
  usher = await startTestUsher();
  scim = await createScimClient(usher, await makeOrganization(usher));
});
afterAll(() => usher.stop());

const bulk = async (operations: readonly object[], more: object = {}, client = scim) => {
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
  const { status, body } = await client.send("POST", "/Bulk", { schemas, Operations: operations, ...more });
  return { status, ...body };
};
const post = (bulkId: string, path: string, data: object) => ({ method: "POST", bulkId, path, data });
const statusesOf = ({ Operations }: { readonly Operations: readonly { readonly status: string }[] }) =>
  Operations.map(({ status }) => status);
const get = async (path: string, client = scim) => (await client.send("GET", path)).body;
const totalOf = async (client = scim) => (await get("/Users?count=0", client)).totalResults as number;

it("creates, replaces, changes and deletes, and answers each operation with its status, location and version", async () => {
  const [first, second] = [await scim.makeUser(), await scim.makeUser()];
  const answer = await bulk([
    // A reference to a later operation, and one in a path.
    post("staff", "/Groups", { displayName: "Staff", members: [{ value: "bulkId:new" }, { value: first.id }] }),
    post("new", "/Users", { ...describeUser("new"), [ENTERPRISE]: { manager: { value: "bulkId:boss" } } }),
    post("boss", "/Users", describeUser("boss")),
    {
      method: "PATCH",
      path: "/Groups/bulkId:staff",
      data: { Operations: [{ op: "add", path: "members", value: [{ value: "bulkId:boss" }] }] },
    },
    { method: "PUT", path: `/Users/${first.id}`, version: 'W/"1"', data: { ...describeUser(), title: "Put" } },
    { Method: "delete", PATH: `/Users/${second.id}` },
  ]);
  expect(answer.status).toBe(200);
  expect(answer.schemas).toEqual(["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]);
  const [group, user, boss, ...others] = answer.Operations;
  const location = expect.stringMatching(`^${scim.baseUrl}/(Users|Groups)/[0-9a-f-]{36}$`);
  expect(answer.Operations.slice(0, 3)).toEqual(
    ["staff", "new", "boss"].map((bulkId) => ({
      method: "POST",
      bulkId,
      location,
      version: 'W/"1"',
      status: "201",
    })),
  );
  expect(others).toEqual([
    { method: "PATCH", location: group.location, version: 'W/"2"', status: "204" },
    { method: "PUT", location: first.meta.location, version: 'W/"2"', status: "200" },
    { method: "delete", location: second.meta.location, status: "204" },
  ]);
  const idOf = (operation: { readonly location: string }) => operation.location.split("/").at(-1)!;
  expect((await get(`/Users/${idOf(user)}`))[ENTERPRISE]).toEqual({ manager: { value: idOf(boss) } });
  const members = (await get(`/Groups/${idOf(group)}`)).members.map(({ value }: { value: string }) => value);
  expect(new Set(members)).toEqual(new Set([idOf(user), idOf(boss), first.id]));
  expect((await get(`/Users/${first.id}`)).title).toBe("Put");
  expect((await get(`/Users/${second.id}`)).status).toBe("404");
});

it("answers a failed operation with the error of the single request, and keeps the others", async () => {
  const { id, userName } = await scim.makeUser();
  const before = await totalOf();
  const operations = [
    post("a", "/Users", { ...describeUser(), userName }),
    post("b", "/Users", { displayName: "nobody" }),
    post("c", "/Groups", { displayName: "Unknown member", members: [{ value: "unknown" }] }),
    { method: "PUT", path: `/Users/${id}`, version: 'W/"7"', data: describeUser() },
    { method: "PATCH", path: `/Users/${id}`, data: { Operations: [{ op: "replace", path: "shoeSize", value: "1" }] } },
    { method: "DELETE", path: "/Users/unknown" },
  ];
  const answer = await bulk([...operations, post("last", "/Users", describeUser())]);
  expect(statusesOf(answer)).toEqual(["409", "400", "400", "412", "400", "404", "201"]);
  for (const [place, { method, path, ...more }] of operations.entries()) {
    const { data, version } = more as { readonly data?: object; readonly version?: string };
    const single = await scim.send(method, path, data, version === undefined ? {} : { "if-match": version });
    expect(answer.Operations[place].response).toEqual(single.body);
    expect(answer.Operations[place].location).toBe(method === "POST" ? undefined : `${scim.baseUrl}${path}`);
  }
  expect(await totalOf()).toBe(before + 1);
});

it("stops after failOnErrors errors", async () => {
  const wrong = (bulkId: string) => post(bulkId, "/Users", {});
  const right = (bulkId: string) => post(bulkId, "/Users", describeUser());
  const before = await totalOf();
  const operations = [right("a"), wrong("b"), right("c"), wrong("d"), right("e")];
  expect(statusesOf(await bulk(operations, { failOnErrors: 2 }))).toEqual(["201", "400", "201", "400"]);
  expect(await totalOf()).toBe(before + 2);
  for (const failOnErrors of [0, -1, 1.5, "1"])
    expect(await bulk([right("a")], { failOnErrors })).toMatchObject({ status: "400", scimType: "invalidValue" });
  expect(await totalOf()).toBe(before + 2);
});

it("refuses references that are circular, unknown, or to an operation that failed", async () => {
  const withManager = (bulkId: string, manager: string) =>
    post(bulkId, "/Users", { ...describeUser(), [ENTERPRISE]: { manager: { value: `bulkId:${manager}` } } });
  const before = await totalOf();
  const { Operations } = await bulk([
    withManager("one", "two"),
    withManager("two", "one"),
    withManager("self", "self"),
    withManager("lost", "nobody"),
    post("wrong", "/Users", {}),
    { method: "DELETE", path: "/Users/bulkId:wrong" },
  ]);
  expect(Operations.map(({ response }: { response: object }) => response)).toMatchObject([
    { schemas: [ERROR], status: "409", detail: expect.stringContaining("failed") },
    { status: "409", detail: expect.stringContaining("refers back") },
    { status: "409", detail: expect.stringContaining("refers back") },
    { status: "400", scimType: "invalidValue" },
    { status: "400", scimType: "invalidValue" },
    { status: "409", detail: expect.stringContaining("failed") },
  ]);
  expect(await totalOf()).toBe(before);
});

it("refuses an operation that is not understood, and a request without operations or with one name twice", async () => {
  const data = describeUser();
  const { Operations } = await bulk([
    { method: "GET", path: "/Users" },
    { method: "POST", path: "/Users", data },
    { method: "POST", bulkId: "a", path: "/Users/1", data },
    { method: "POST", bulkId: "b", path: "/Roles", data },
    { method: "POST", bulkId: "c", path: "/Users?attributes=id", data },
    { method: "POST", bulkId: "d", path: "/Users" },
    { method: "DELETE", path: "/Users" },
    { method: "PUT", path: "/Users/1", version: 1, data },
  ]);
  expect(Operations.map(({ response }: { response: { scimType: string } }) => response.scimType)).toEqual([
    "invalidValue",
    "invalidValue",
    "invalidPath",
    "invalidPath",
    "invalidPath",
    "invalidSyntax",
    "invalidPath",
    "invalidValue",
  ]);
  for (const operations of [[], ["x"], "x"])
    expect((await scim.send("POST", "/Bulk", { Operations: operations })).body.scimType).toBe("invalidSyntax");
  const twice = [post("a", "/Users", describeUser()), post("a", "/Users", describeUser())];
  expect(await bulk(twice)).toMatchObject({ status: "400", scimType: "invalidValue" });
});

it("has at most 1,000 operations and 1 MB, and says so", async () => {
  const { bulk: limits } = await get("/ServiceProviderConfig");
  expect(limits).toEqual({ supported: true, maxOperations: 1_000, maxPayloadSize: 1_048_576 });
  const before = await totalOf();
  const operations = Array.from({ length: 1_001 }, (_, place) => post(`n${place}`, "/Users", describeUser()));
  expect(await bulk(operations)).toMatchObject({ status: "413", detail: expect.stringContaining("1000") });
  const large = await bulk([post("a", "/Users", { ...describeUser(), title: "x".repeat(1_048_576) })]);
  expect(large).toMatchObject({ status: "413", detail: expect.stringContaining("1048576") });
  expect(await totalOf()).toBe(before);
});

it("lets other requests run between its operations", async () => {
  const done: string[] = [];
  const operations = Array.from({ length: 60 }, (_, place) => post(`n${place}`, "/Users", describeUser()));
  const running = bulk(operations).then((answer) => (done.push("bulk"), answer));
  for (let place = 0; place < 3; place += 1) await scim.makeUser().then(() => done.push("single"));
  expect(statusesOf(await running)).toEqual(operations.map(() => "201"));
  expect(done.slice(0, 3)).toEqual(["single", "single", "single"]);
});

it("of a token of another organization neither changes a resource nor learns of it", async () => {
  const stranger = await createScimClient(usher, await makeOrganization(usher));
  const { id } = await scim.makeUser();
  const group = (await scim.send("POST", "/Groups", { displayName: "Secret", members: [{ value: id }] })).body;
  const seen = await Promise.all([get(`/Users/${id}`), get(`/Groups/${group.id}`)]);
  const probe = async (userId: string, groupId: string) => {
    const answer = await bulk(
      [
        { method: "PUT", path: `/Users/${userId}`, data: describeUser("stranger") },
        { method: "PATCH", path: `/Users/${userId}`, data: { Operations: [{ op: "add", path: "title", value: "x" }] } },
        { method: "DELETE", path: `/Users/${userId}` },
        { method: "PATCH", path: `/Groups/${groupId}`, data: { Operations: [{ op: "remove", path: "members" }] } },
        { method: "DELETE", path: `/Groups/${groupId}`, version: group.meta.version },
        post("m", "/Groups", { displayName: "Mine", members: [{ value: userId }] }),
      ],
      {},
      stranger,
    );
    return JSON.parse(JSON.stringify(answer).replaceAll(userId, "USER").replaceAll(groupId, "GROUP"));
  };
  const unknown = await probe(crypto.randomUUID(), crypto.randomUUID());
  expect(statusesOf(unknown)).toEqual(["404", "404", "404", "404", "404", "400"]);
  // Ids of another organization are answered like unknown ids.
  expect(await probe(id, group.id)).toEqual(unknown);
  expect(await Promise.all([get(`/Users/${id}`), get(`/Groups/${group.id}`)])).toEqual(seen);
});
