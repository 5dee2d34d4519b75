/** The list of users: its pages, filters, orders and cost. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { ANONYMOUS } from "../../../src/access/caller.js";
import { addUsersToGroup } from "../../../src/people/group/group-members.operations.js";
import { createGroup } from "../../../src/people/group/group.operations.js";
import { addMember } from "../../../src/people/membership/membership.operations.js";
import { createUser } from "../../../src/people/user/user.operations.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { keyOf, makeOrganization, makeUser, useHouse, OPERATOR, personIn } from "../../support/house.js";

const house = useHouse();
let acme: string;
let other: string;

const PEOPLE = [
  ["zoe@example.com", "Zoe", "adams", "USER"],
  ["alice@example.com", "alice", "Smith", "ADMIN"],
  ["bob@example.com", "Bob", "Smith", "MANAGER"],
  ["carl_x@example.com", "Carl", "Ünal", "USER"],
  ["dora@example.com", "Dora", "Brown", "USER"],
] as const;

beforeAll(async () => {
  acme = (await makeOrganization(house)).id;
  other = (await makeOrganization(house)).id;
  for (const [email, firstName, lastName, role] of PEOPLE)
    await makeUser(house, acme, {
      email,
      firstName,
      lastName,
      roleKeys: [role],
      authMethod: firstName === "Dora" ? "PASSWORD" : "SSO",
      employeeId: firstName === "Bob" ? "B-100%" : null,
      username: firstName === "Carl" ? "CarlTheGreat" : null,
    });
  await makeUser(house, other, { email: "foreign@example.com" });
});

const LIST = `query ($org: ID!, $filter: UserFilter, $orderBy: UserOrder, $first: Int, $after: String, $last: Int, $before: String) {
  users(organizationId: $org, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    nodes { firstName } edges { cursor } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

async function list(variables: Record<string, unknown> = {}) {
  const { data, codes } = await house.ask(keyOf(acme, "USERS_READ"), LIST, { org: acme, ...variables });
  expect(codes).toEqual([]);
  return { ...data.users, names: data.users.nodes.map((node: { firstName: string }) => node.firstName) };
}

test("shows the members of one organization in the order of creation", async () => {
  const { names, totalCount, pageInfo } = await list();
  expect(names).toEqual(["Zoe", "alice", "Bob", "Carl", "Dora"]);
  expect(totalCount).toBe(5);
  expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
});

test.each([
  [{ field: "LAST_NAME" }, ["Zoe", "Dora", "alice", "Bob", "Carl"]],
  [{ field: "LAST_NAME", direction: "DESC" }, ["Carl", "Bob", "alice", "Dora", "Zoe"]],
  [{ field: "FIRST_NAME" }, ["alice", "Bob", "Carl", "Dora", "Zoe"]],
  [{ field: "EMAIL" }, ["alice", "Bob", "Carl", "Dora", "Zoe"]],
  [{ field: "CREATED_AT", direction: "DESC" }, ["Dora", "Carl", "Bob", "alice", "Zoe"]],
])("pages forwards and backwards by %j", async (orderBy, expected) => {
  const forwards: string[] = [];
  for (let after: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof list>> = await list({ orderBy, first: 2, after });
    forwards.push(...page.names);
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  expect(forwards).toEqual(expected);

  const backwards: string[] = [];
  for (let before: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof list>> = await list({ orderBy, last: 2, before });
    backwards.unshift(...page.names);
    if (!page.pageInfo.hasPreviousPage) break;
    before = page.pageInfo.startCursor;
  }
  expect(backwards).toEqual(expected);
});

test.each([
  [{ search: "ALI" }, ["alice"]],
  [{ search: "smith bob" }, ["Bob"]],
  [{ search: "ünal" }, ["Carl"]],
  [{ search: "carlthe" }, ["Carl"]],
  [{ search: "%" }, []],
  [{ search: "100%" }, ["Bob"]],
  [{ search: "carl_" }, ["Carl"]],
  [{ search: "_" }, []],
  [{ search: "b-100" }, ["Bob"]],
  [{ search: "foreign" }, []],
  [{ search: "  " }, ["Zoe", "alice", "Bob", "Carl", "Dora"]],
  [{ status: ["ACTIVE"], authMethod: "PASSWORD" }, ["Dora"]],
  [{ status: ["DISABLED", "ARCHIVED"] }, []],
  [{ roleKeys: ["ADMIN", "MANAGER"] }, ["alice", "Bob"]],
  [{ roleKeys: [], status: [] }, ["Zoe", "alice", "Bob", "Carl", "Dora"]],
])("filters by %j", async (filter, expected) => {
  const { names, totalCount } = await list({ filter });
  expect(names).toEqual(expected);
  expect(totalCount).toBe(expected.length);
});

describe("a search splits its words like stored names, without accents", () => {
  let org: string;
  beforeAll(async () => {
    org = (await makeOrganization(house)).id;
    const people = [
      ["zoe@acme.example", "Zoë", "Müller"],
      ["ann@sub.acme.example", "Ann", "O'Neil"],
      ["ada@lovelace.example", "Ada", "Lovelace-Łukasz"],
      ["oystein@elsewhere.example", "Øystein", "Strauß 🦊"],
    ] as const;
    for (const [email, firstName, lastName] of people) await makeUser(house, org, { email, firstName, lastName });
  });

  test.each([
    ["acme.example", ["Zoë", "Ann"]],
    ["@sub.acme", ["Ann"]],
    ["@acme.example", ["Zoë", "Ann"]],
    ["sub.example", []],
    ["muller", ["Zoë"]],
    ["MU\u0308LLER zoe", ["Zoë"]],
    ["O'Neil, Ann", ["Ann"]],
    ["o\u2019neil", ["Ann"]],
    ["oneil", ["Ann"]],
    ["neil", ["Ann"]],
    ["Lovelace, Ada", ["Ada"]],
    ["Lovelace,Ada", ["Ada"]],
    ["lovelace lukasz", ["Ada"]],
    ["lovelace/łuk", ["Ada"]],
    ["oystein STRAUSS", ["Øystein"]],
    ["🦊", ["Øystein"]],
    ["😀", []],
    ["ann@sub.acme.example", ["Ann"]],
    ["zo\u200be", ["Zoë"]],
    ["@", []],
  ])("%s", async (search, expected) => {
    const { data } = await house.ask(OPERATOR, LIST, { org, filter: { search } });
    expect(data.users.nodes.map((node: { firstName: string }) => node.firstName)).toEqual(expected);
  });
});

test("role keys may be written like enum values, as in the documentation", async () => {
  const document = (keys: string) => `query ($org: ID!) {
    users(organizationId: $org, filter: { search: "ali", status: [ACTIVE], roleKeys: ${keys}, authMethod: SSO },
          orderBy: { field: LAST_NAME }, first: 100) {
      nodes { id email firstName lastName status role { key } } totalCount pageInfo { hasNextPage endCursor } } }`;
  for (const keys of ["[ADMIN]", '["ADMIN"]']) {
    const { data } = await house.ask(OPERATOR, document(keys), { org: acme });
    expect(data.users).toMatchObject({ totalCount: 1, nodes: [{ firstName: "alice", role: { key: "ADMIN" } }] });
  }
});

test("a key of another organization, a caller without permissions and an anonymous caller are refused", async () => {
  const ask = async (caller: typeof OPERATOR) => (await house.ask(caller, LIST, { org: acme })).codes;
  expect(await ask(keyOf(other, "USERS_READ"))).toEqual(["NOT_FOUND"]);
  expect(await ask(personIn(acme, "plain", []))).toEqual(["FORBIDDEN"]);
  expect(await ask(ANONYMOUS)).toEqual(["UNAUTHENTICATED"]);
});

test("a cursor is refused in a different order", async () => {
  const { pageInfo } = await list({ orderBy: { field: "EMAIL" }, first: 1 });
  const variables = { org: acme, orderBy: { field: "LAST_NAME" }, first: 1, after: pageInfo.endCursor };
  expect((await house.ask(OPERATOR, LIST, variables)).codes).toEqual(["INVALID_INPUT"]);
});

test("needs as many queries for many users as for few", async () => {
  const document = `query ($org: ID!, $first: Int) { users(organizationId: $org, first: $first) {
    nodes { id role { key } roles { key permissions } organization { slug roles { key } } } } }`;
  const count = async (first: number) => {
    const { statements } = await countQueries(() => house.ask(OPERATOR, document, { org: acme, first }));
    return statements.length;
  };
  // Statements: the page; the roles of its users; their organizations; the roles of those organizations.
  expect(await count(1)).toBe(4);
  expect(await count(5)).toBe(4);
});

test("shows roles and groups of the selected organization, in as many queries for many users as for few", async () => {
  const { id: here } = await makeOrganization(house);
  const homes: string[] = [];
  const guests: string[] = [];
  for (const word of ["one", "two", "three"]) {
    const { id: organizationId } = await makeOrganization(house);
    const person = { organizationId, email: `${word}@by-id.example`, firstName: word, lastName: "Guest" };
    const { id: userId } = await createUser(house.store, OPERATOR, { ...person, roleKeys: ["MANAGER"] });
    await addMember(house.store, OPERATOR, { organizationId: here, userId, roleKeys: ["AUDITOR"] });
    const { id: groupId } = await createGroup(house.store, OPERATOR, { organizationId: here, name: `Group ${word}` });
    await addUsersToGroup(house.store, OPERATOR, { groupId, userIds: [userId] });
    homes.push(organizationId);
    guests.push(userId);
  }
  const document = `query ($here: ID!, $home: ID!, $first: Int) { users(organizationId: $here, first: $first) { nodes { id
    role { key } groups { name }
    here: role(organizationId: $here) { key } groupsHere: groups(organizationId: $here) { name }
    first: role(organizationId: $home) { key }
    membership(organizationId: $here) { role { key } groups { name } } } } }`;
  const ask = async (caller: typeof OPERATOR, first: number) => {
    const variables = { here, home: homes[0], first };
    const { result, statements } = await countQueries(() => house.ask(caller, document, variables));
    expect(result.codes).toEqual([]);
    return { nodes: result.data.users.nodes, queries: statements.length };
  };
  const shown = (index: number, ofHome: object) => {
    const groups = [{ name: `Group ${["one", "two", "three"][index]}` }];
    const role = { key: "AUDITOR" };
    return { id: guests[index], ...ofHome, here: role, groupsHere: groups, membership: { role, groups } };
  };
  const manager = { key: "MANAGER" };
  const three = await ask(OPERATOR, 3);
  expect(three.nodes).toEqual(
    [manager, null, null].map((first, index) => shown(index, { role: manager, groups: [], first })),
  );
  const withheld = { role: null, groups: [], first: null };
  expect((await ask(keyOf(here, "USERS_READ", "GROUPS_READ"), 3)).nodes).toEqual(
    [0, 1, 2].map((index) => shown(index, withheld)),
  );
  // Statements: the page; its roles; memberships of groups, and the groups; the other roles; the other groups (two).
  expect(three.queries).toBe(7);
  expect((await ask(OPERATOR, 1)).queries).toBe(7);
});

test("reads roles with the page if a document selects them, and only then", async () => {
  const read = async (items: string, fragments = "") => {
    const document = `query ($org: ID!) { users(organizationId: $org, first: 2) { ${items} } } ${fragments}`;
    const { result, statements } = await countQueries(() => house.ask(OPERATOR, document, { org: acme }));
    expect(result.codes).toEqual([]);
    return { users: result.data.users, queries: statements.length };
  };
  const fragment = "fragment Person on User { ... on User { highest: role { key } } }";
  const roles = [{ highest: { key: "USER" } }, { highest: { key: "ADMIN" } }];
  expect(await read("nodes { ...Person }", fragment)).toEqual({ users: { nodes: roles }, queries: 2 });
  const edges = { edges: roles.map((node) => ({ node })) };
  expect(await read("edges { node { ...Person } }", fragment)).toEqual({ users: edges, queries: 2 });
  expect((await read("nodes { id organization { id } }")).queries).toBe(2);
  expect((await read("nodes { id }")).queries).toBe(1);
});
