/**
 * The cost of a list of users: the index of each plan, and the rows that it reads in organizations of 1,000 and of 100,000
 * people.
 */
import { beforeAll, describe, expect, test } from "@jest/globals";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import { listUsers, type UsersQuery } from "../../../src/people/user/list/list-users.js";
import { conditionsOf } from "../../../src/people/user/list/user-conditions.js";
import type { Reader, SqlValue } from "../../../src/platform/database/database.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { insertRows } from "../../../src/platform/database/statements.js";
import { countRowsLookedAt } from "../../support/count-rows.js";
import { onMariaDb } from "../../support/database.js";
import { keyOf, makeOrganization, makeUser, useHouse, OPERATOR } from "../../support/house.js";

const SMALL = 1000;
const LARGE = 100_000;

/** An organization of the named size, with a group of all its members. */
interface Organization {
  readonly id: string;
  readonly groupId: string;
}

const house = useHouse();
let small: Organization;
let large: Organization;

beforeAll(async () => {
  small = await fill("s", SMALL);
  large = await fill("l", LARGE);
}, 120_000);

/** SQL that concatenates its parts. */
const joined = (...parts: readonly string[]) => (onMariaDb ? `CONCAT(${parts.join(", ")})` : parts.join(" || "));
const padded = (number: string) => (onMariaDb ? `LPAD(${number}, 12, '0')` : `printf('%012d', ${number})`);
/** SQL for all numbers below a power of ten, in ascending order. */
function numbersBelow(size: number): string {
  const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS d`).join(" UNION ALL ");
  const places = Array.from({ length: Math.log10(size) }, (_, place) => place);
  const terms = places.map((place) => `${10 ** place} * d${place}.d`);
  const tables = places.map((place) => `(${digits}) d${place}`);
  return `(SELECT ${terms.join(" + ")} AS i FROM ${tables.join(" CROSS JOIN ")}) n`;
}

/** An organization of any size has 10 administrators, 20 disabled users, 25 users named "needle…" and 5 in the group. */
async function fill(letter: string, size: number): Promise<Organization> {
  const { id } = await makeOrganization(house);
  const groupId = `${letter}-group`;
  // The steps go through all members, so that the few matches are scattered.
  const every = (index: string, count: number) => `(${index}) % ${size / count} = 0`;
  const index = "CAST(SUBSTR(u.id, 3) AS UNSIGNED)";
  await house.inUnit(async (unit) => {
    const roles = await unit.rows<{ id: string; role_key: string }>(
      "SELECT id, role_key FROM role WHERE organization_id = ?",
      [id],
    );
    const roleId = (key: string) => roles.find(({ role_key }) => role_key === key)?.id ?? "";
    await unit.execute(
      `INSERT INTO user_group (id, organization_id, name, name_hash, name_key, version, created_at, updated_at)
       VALUES (?, ?, 'Group', ?, 'group', 1, ?, ?)`,
      [groupId, id, groupId, unit.now, unit.now],
    );
    // The order of names differs from the order of ids.
    const email = joined("'u'", padded("n.i"), "'@example.com'");
    const first = joined("'first'", padded(`(n.i * 104729) % ${size}`));
    const last = `CASE WHEN ${every("n.i", 25)} THEN ${joined("'needle'", "n.i")}
                       ELSE ${joined("'name'", padded(`(n.i * 7919) % ${size}`))} END`;
    await unit.execute(
      `INSERT INTO app_user (id, home_organization_id, email, email_key, first_name, first_name_key, last_name,
         last_name_key, full_name, status, auth_method, version, created_at, updated_at, username)
       SELECT ${joined("?", "'-'", padded("n.i"))}, ?, ${email}, ${email}, ${first}, ${first}, ${last}, ${last}, 'First Last',
         CASE WHEN ${every("n.i + 1", 20)} THEN 'DISABLED' ELSE 'ACTIVE' END, 'SSO', 1, ?, ?,
         CASE WHEN n.i % 2 = 0 THEN 'named' END
         FROM ${numbersBelow(size)} ORDER BY n.i`,
      [letter, id, unit.now, unit.now],
    );
    const ofAll = async (
      table: string,
      columns: string,
      values: string,
      parameters: readonly SqlValue[],
      where = "1 = 1",
    ) =>
      await unit.execute(
        `INSERT INTO ${table} (${columns})
         SELECT ${values} FROM app_user u WHERE u.home_organization_id = ? AND ${where} ORDER BY u.id`,
        [...parameters, id],
      );
    await ofAll(
      "membership",
      "organization_id, user_id, created_at, last_name_key, first_name_key, email_key, status",
      "u.home_organization_id, u.id, u.created_at, u.last_name_key, u.first_name_key, u.email_key, u.status",
      [],
    );
    for (const term of ["u.last_name_key", "'example'"])
      await ofAll("membership_term", "organization_id, term, user_id", `u.home_organization_id, ${term}, u.id`, []);
    await ofAll(
      "membership_role",
      "organization_id, user_id, role_id, source_kind, created_at",
      `u.home_organization_id, u.id, CASE WHEN ${every(`${index} + 2`, 10)} THEN ? ELSE ? END, 'DEFAULT', u.created_at`,
      [roleId("ADMIN"), roleId("USER")],
    );
    await ofAll(
      "group_member",
      "group_id, user_id, source_kind, source_id, created_at",
      "?, u.id, 'ADMIN', '', u.created_at",
      [groupId],
      every(index, 5),
    );
    for (const set of ["last_signed_in_at = u.created_at", `manager_user_id = '${letter}-manager'`])
      await unit.execute(
        `UPDATE app_user AS u SET ${set.replace("u.created_at", "created_at")} WHERE home_organization_id = ? AND ${every("CAST(SUBSTR(id, 3) AS UNSIGNED)", 10)}`,
        [id],
      );
    await ofAll(
      "user_field",
      "user_id, field, source, source_id, value, given_at",
      "u.id, 'costCenter', 'SSO', NULL, '4711', u.created_at",
      [],
      "u.username IS NOT NULL",
    );
  });
  return { id, groupId };
}

/** A query with its parameters and the database's plan. */
interface Made {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** Reads a page. Returns every statement, and how many rows the database read for them. */
async function measure(query: Omit<UsersQuery, "organizationId">, { id }: Organization) {
  return await house.inUnit(async (unit) => {
    const made: Made[] = [];
    const counting = countRowsLookedAt(unit, house.database.url, touchMembers);
    const rows = async <Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> => {
      made.push({ sql, parameters });
      return await counting.rows<Row>(sql, parameters);
    };
    const row = async <Row>(sql: string, parameters?: readonly SqlValue[]) => (await rows<Row>(sql, parameters))[0];
    const reader: Reader = { dialect: unit.dialect, rows, row };
    const page = await listUsers({ ...house.store, reader }, OPERATOR, { ...query, organizationId: id });
    const examined = await counting.finish();
    return { nodes: page.nodes, made, examined, plan: await explain(unit, made.at(-1)) };
  });
}

/** Adds a function call for each membership that a statement reads, so that a test can count them. */
const touchMembers = (sql: string) =>
  sql.includes("app_user u")
    ? sql.replace("m.organization_id = ?", "m.organization_id = ? AND touch(m.user_id) = 1")
    : sql;

async function explain(unit: UnitOfWork, made: Made | undefined): Promise<readonly string[]> {
  const { sql = "", parameters = [] } = made ?? {};
  if (!onMariaDb) {
    const steps = await unit.rows<{ detail: string; parent: number }>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    // Sorting inside a probe is cheap, because a probe reads only the rows of one member.
    return steps
      .filter(({ parent, detail }) => parent === 0 || !detail.includes("TEMP B-TREE"))
      .map(({ detail }) => detail);
  }
  const steps = await unit.rows<{ table: string; type: string; key: string | null; Extra: string }>(
    `EXPLAIN ${sql}`,
    parameters,
  );
  return steps.map(({ table, type, key, Extra }) => `${table} ${type} ${key} ${Extra}`);
}

const page = { first: 50 };
const after = async (query: Omit<UsersQuery, "organizationId">, organization: Organization) => {
  const first = await listUsers(house.store, OPERATOR, { ...query, organizationId: organization.id });
  return { ...query, page: { first: 50, after: first.pageInfo().endCursor } };
};

describe("along the order, in organizations of any size", () => {
  const WALKS: readonly (readonly [string, Omit<UsersQuery, "organizationId">, string])[] = [
    ["by last name", { orderBy: { field: "LAST_NAME" }, page }, "ix_membership_last_name"],
    [
      "by last name, backwards",
      { orderBy: { field: "LAST_NAME", direction: "DESC" }, page },
      "ix_membership_last_name",
    ],
    ["by first name", { orderBy: { field: "FIRST_NAME" }, page }, "ix_membership_first_name"],
    ["by address", { orderBy: { field: "EMAIL" }, page }, "ix_membership_email"],
    ["by creation", { page }, onMariaDb ? "PRIMARY" : "sqlite_autoindex_membership"],
    [
      "active ones, by last name",
      { filter: { status: ["ACTIVE"] }, orderBy: { field: "LAST_NAME" }, page },
      "ix_membership_last_name",
    ],
    [
      "with a role of many",
      { filter: { roleKeys: ["USER"] }, orderBy: { field: "EMAIL" }, page },
      "ix_membership_email",
    ],
    [
      "with a word of all",
      { filter: { search: "exam" }, orderBy: { field: "LAST_NAME" }, page },
      "ix_membership_last_name",
    ],
    [
      "without a cost center",
      { filter: { missing: ["costCenter"] }, orderBy: { field: "EMAIL" }, page },
      "ix_membership_email",
    ],
    [
      "who never signed in",
      { filter: { neverSignedIn: true }, orderBy: { field: "EMAIL" }, page },
      "ix_membership_email",
    ],
    [
      "who have not signed in since",
      { filter: { notSignedInSince: new Date("2020-01-01") }, orderBy: { field: "EMAIL" }, page },
      "ix_membership_email",
    ],
    ["without a seat", { filter: { hasSeat: false }, orderBy: { field: "EMAIL" }, page }, "ix_membership_email"],
    [
      "without a username",
      { filter: { missing: ["username"] }, orderBy: { field: "EMAIL" }, page },
      "ix_membership_email",
    ],
  ];

  test.each(WALKS)("%s", async (_, query, index) => {
    for (const both of [async () => query, async (of: Organization) => await after(query, of)]) {
      const inLarge = await measure(await both(large), large);
      expect(inLarge.nodes).toHaveLength(50);
      const [members = "", ...others] = inLarge.plan;
      expect(members).toContain(index);
      expect(inLarge.plan.join("\n")).not.toMatch(/^[mu] .*(filesort|temporary)|TEMP B-TREE|SCAN m/m);
      expect(others.join("\n")).not.toMatch(/SCAN|ALL/);
      // In the small organization, no condition has 1,000 matches, so it reads sources.
      expect(inLarge.examined).toBeLessThan(onMariaDb ? 2600 : 1600);
    }
  });

  test("a page without filters reads as many rows in a large organization as in a small one", async () => {
    for (const field of ["LAST_NAME", "FIRST_NAME", "EMAIL", "CREATED_AT"] as const) {
      const query = { orderBy: { field }, page };
      const [inSmall, inLarge] = [await measure(query, small), await measure(query, large)];
      expect(inLarge.examined).toBe(inSmall.examined);
      const next = [await measure(await after(query, small), small), await measure(await after(query, large), large)];
      expect(Math.abs((next[1]?.examined ?? 0) - (next[0]?.examined ?? 0))).toBeLessThanOrEqual(2);
    }
  });
});

describe("by the matches of a selective condition, in organizations of any size", () => {
  const FEW: readonly (readonly [string, (of: Organization) => UsersQuery["filter"], number])[] = [
    ["who begin with a word", () => ({ search: "NEEDLE" }), 25],
    ["who have a role", () => ({ roleKeys: ["ADMIN"] }), 10],
    ["in a group", ({ groupId }) => ({ groupIds: [groupId] }), 5],
    ["with a status", () => ({ status: ["DISABLED"] }), 20],
    ["nobody", () => ({ search: "nobody" }), 0],
    ["who signed in", () => ({ neverSignedIn: false }), 10],
    ["who report to a manager", ({ groupId }) => ({ managerIds: [groupId.replace("group", "manager")] }), 10],
    ["linked through a connection", () => ({ connectionIds: ["none"] }), 0],
    ["who gave an answer", () => ({ answers: ["none"] }), 0],
    ["who hold a seat", () => ({ hasSeat: true }), 0],
    ["break-glass accounts", () => ({ breakGlass: true }), 0],
    [
      "with a selective word and a common one",
      () => ({ search: "exam needle", status: ["ACTIVE"], roleKeys: ["USER"] }),
      25,
    ],
  ];

  test.each(FEW)("%s", async (_, filterOf, found) => {
    const read = (of: Organization) => measure({ filter: filterOf(of), orderBy: { field: "LAST_NAME" }, page }, of);
    const [inSmall, inLarge] = [await read(small), await read(large)];
    expect(inSmall.nodes).toHaveLength(found);
    expect(inLarge.nodes).toHaveLength(found);
    expect(inLarge.plan.join("\n")).not.toMatch(/SCAN m|\bm (ALL|index) /);
    // A source with many matches is tried first, but only up to its limit.
    expect(inLarge.examined).toBeLessThanOrEqual(inSmall.examined + 10);
  });
});

test("a filter has the same matches when read from its source or probed along the order", async () => {
  const { id } = await makeOrganization(house);
  for (const [index, name] of ["Ann", "Anna", "Bea", "Cem", "Änne"].entries())
    await makeUser(house, id, {
      email: `p${index}@example.com`,
      firstName: name,
      lastName: "Berg-Anders",
      username: index === 2 ? "bea" : null,
      profile: index < 2 ? { costCenter: index === 0 ? "1" : null } : null,
    });
  const ask = async (filter: UsersQuery["filter"]) =>
    (
      await listUsers(house.store, keyOf(id, "USERS_READ"), {
        organizationId: id,
        filter,
        page: { first: 10 },
      })
    ).nodes.map(({ firstName }) => firstName);
  expect(await ask({ search: "ann" })).toEqual(["Ann", "Anna", "Änne"]);
  expect(await ask({ search: "nn" })).toEqual([]);
  expect(await ask({ search: "ÄNNE" })).toEqual(["Änne"]);
  expect(await ask({ search: "anders" })).toHaveLength(5);
  expect(await ask({ search: "berg-and" })).toHaveLength(5);
  expect(await ask({ search: "anna p1@ex" })).toEqual(["Anna"]);
  expect(await ask({ search: " reports to " })).toEqual([]);
  expect(await ask({ missing: ["costCenter"] })).toEqual(["Anna", "Bea", "Cem", "Änne"]);
  expect(await ask({ missing: ["username", "costCenter"], search: "be" })).toHaveLength(5);
  expect(await ask({ missing: ["username"] })).toEqual(["Ann", "Anna", "Cem", "Änne"]);
  expect(await ask({ missing: ["employeeId"], search: "bea" })).toEqual(["Bea"]);
});

describe("by connection, answer, manager, sign-in and seat", () => {
  let org: string;
  let ids: string[];
  beforeAll(async () => {
    org = (await makeOrganization(house)).id;
    const { id: other } = await makeOrganization(house);
    ids = [];
    for (const name of ["ann", "bob", "cem", "dan"])
      ids.push((await makeUser(house, org, { email: `${name}@example.com`, firstName: name })).id);
    const [ann, bob, cem, dan] = ids as [string, string, string, string];
    await house.inUnit(async (unit) => {
      const { now } = unit;
      const insert = (table: string, columns: string, rows: readonly (readonly SqlValue[])[]) =>
        insertRows(unit, table, columns.split(" "), rows);
      await insert(
        "sso_connection",
        "id organization_id display_name type state settings secrets settings_version policies version trust_version created_at updated_at",
        [
          ["c-own", org],
          ["c-other", other],
        ].map(([id, organization]) => [id!, organization!, "C", "oidc", "ACTIVE", "{}", "{}", 1, "{}", 1, 1, now, now]),
      );
      await insert(
        "identity",
        "id key_hash connection_id user_id issuer subject link_kind retired_at created_at",
        [
          ["i1", "c-own", ann, null],
          ["i2", "c-own", bob, now],
          ["i3", "c-other", cem, null],
        ].map(([id, connection, user, retired]) => [id!, id!, connection!, user!, "i", id!, "OWN", retired!, now]),
      );
      await insert("filter", "id organization_id question question_hash position version created_at updated_at", [
        ["f", org, "Q", "q", 1, 1, now, now],
      ]);
      await insert("filter_answer", "id filter_id text position", [["a", "f", "A", 1]]);
      await insert("user_answer", "user_id filter_id answer_id organization_id", [[bob, "f", "a", org]]);
      await insert("seat", "id organization_id user_id active_key assigned_at released_at", [
        ["s1", org, cem, "k1", now, null],
        ["s2", org, dan, null, now, now],
        ["s3", other, ann, "k3", now, null],
      ]);
      await unit.execute("UPDATE app_user SET is_break_glass = TRUE WHERE id = ?", [bob]);
      await unit.execute("UPDATE app_user SET manager_user_id = ? WHERE id = ?", [ann, dan]);
      await unit.execute("UPDATE app_user SET last_signed_in_at = ? WHERE id = ?", [new Date("2026-01-01"), ann]);
      await unit.execute("UPDATE app_user SET last_signed_in_at = ? WHERE id = ?", [new Date("2026-06-01"), bob]);
    });
  });

  test.each<[string, () => UsersQuery["filter"], string[]]>([
    ["connection", () => ({ connectionIds: ["c-own"] }), ["ann"]],
    ["a connection of another organization", () => ({ connectionIds: ["c-other"] }), []],
    ["answer", () => ({ answers: ["a"] }), ["bob"]],
    ["manager", () => ({ managerIds: [ids[0]!] }), ["dan"]],
    ["never signed in", () => ({ neverSignedIn: true }), ["cem", "dan"]],
    ["signed in", () => ({ neverSignedIn: false }), ["ann", "bob"]],
    ["not since", () => ({ notSignedInSince: new Date("2026-03-01") }), ["ann", "cem", "dan"]],
    ["seat", () => ({ hasSeat: true }), ["cem"]],
    ["no seat", () => ({ hasSeat: false }), ["ann", "bob", "dan"]],
    ["break-glass account", () => ({ breakGlass: true }), ["bob"]],
    ["no break-glass account", () => ({ breakGlass: false }), ["ann", "cem", "dan"]],
  ])("users are found: %s", async (_, filterOf, expected) => {
    const caller = keyOf(org, "USERS_READ", "TRAINING_READ");
    const read = async (filter: UsersQuery["filter"]) =>
      (await listUsers(house.store, caller, { organizationId: org, filter, page: { first: 10 } })).nodes.map(
        ({ firstName }) => firstName,
      );
    expect(await read(filterOf())).toEqual(expected);
    // The word is more selective, so the other condition is probed.
    expect(await read({ ...filterOf(), search: "example" })).toEqual(expected);
  });

  test("a filter by answers needs TRAINING_READ", async () => {
    const read = listUsers(house.store, keyOf(org, "USERS_READ"), {
      organizationId: org,
      filter: { answers: ["a"] },
      page: { first: 10 },
    });
    await expect(read).rejects.toMatchObject({ code: "FORBIDDEN", details: { permission: "TRAINING_READ" } });
  });
});

test("an empty value of the source with the highest precedence is a missing value", async () => {
  const { id } = await makeOrganization(house);
  const user = await makeUser(house, id, { profile: { costCenter: "4711" } });
  const lacking = async () =>
    (
      await listUsers(house.store, OPERATOR, {
        organizationId: id,
        filter: { missing: ["costCenter"] },
        page: { first: 10 },
      })
    ).nodes.length;
  expect(await lacking()).toBe(0);
  await house.inUnit(async (unit) => {
    await insertRows(
      unit,
      "user_field",
      ["user_id", "field", "source", "source_id", "value", "given_at"],
      [[user.id, "costCenter", "SCIM", null, "", unit.now]],
    );
  });
  expect(await lacking()).toBe(1);
});

test("counts without reading accounts, and needs one query for a page, one more for a source", async () => {
  const ask = async (filter: string) => {
    const document = `query ($org: ID!) { users(organizationId: $org, filter: { ${filter} }, first: 5) { nodes { id } totalCount } }`;
    const { result, statements } = await countQueries(() => house.ask(OPERATOR, document, { org: large.id }));
    expect(result.codes).toEqual([]);
    return { total: result.data.users.totalCount, statements };
  };
  const all = await ask("");
  expect(all.total).toBe(LARGE);
  expect(all.statements).toHaveLength(2);
  expect(all.statements[1]).not.toContain("app_user");
  expect(await ask('search: "needle"')).toMatchObject({ total: 25, statements: { length: 3 } });
  expect(await ask("missing: [COST_CENTER]")).toMatchObject({ total: LARGE / 2, statements: { length: 3 } });
});

test("a value that a filter repeats a thousand times is looked up once", () => {
  const conditionsFor = (times: number) =>
    conditionsOf(
      "sqlite",
      "an organization",
      { missing: Array(times).fill("COST_CENTER"), groupIds: Array(times).fill("g"), roleKeys: Array(times).fill("R") },
      [],
    );
  expect(conditionsFor(1_000)).toEqual(conditionsFor(1));
});
