/** A sign-in's writes to a real database: roles and groups with their sources, pending accounts, and the number of statements. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Groups } from "../../src/connection/contract/index.js";
import type { Connection } from "../../src/connection/stored/connection.js";
import { createGroup } from "../../src/people/group/group.operations.js";
import { countQueries } from "../../src/platform/database/query-count.js";
import { LOCK_STATEMENTS } from "../support/database.js";
import { makeOrganization, OPERATOR } from "../support/house.js";
import { openHall, type GivenMapping, type Hall } from "./arrivals.js";

let hall: Hall;
beforeAll(async () => {
  hall = await openHall();
});
afterAll(async () => {
  await hall.close();
});

const known = (...values: string[]): { readonly groups: Groups } => ({ groups: { kind: "known", values } });
const SILENT: { readonly groups: Groups } = { groups: { kind: "silent" } };

async function openOffice(policies: Parameters<Hall["makeConnection"]>[0] = {}, ofOrganization: object = {}) {
  const { id } = await makeOrganization(hall.house);
  await hall.execute("UPDATE organization SET policies = ? WHERE id = ?", [JSON.stringify(ofOrganization), id]);
  const connection = await hall.makeConnection(policies, id);
  const roles = await hall.rows<{ id: string; role_key: string }>(
    "SELECT id, role_key FROM role WHERE organization_id = ?",
    [id],
  );
  const roleIdOf = (key: string) => roles.find(({ role_key }) => role_key === key)!.id;
  return {
    id,
    connection,
    mapRoles: async (...mappings: readonly [id: string, value: string, roleKey: string][]) =>
      await hall.setMappings(
        connection,
        "ROLE",
        mappings.map(([mappingId, value, key]) => ({ id: mappingId, value, target: roleIdOf(key) })),
      ),
    makeGroup: async (name: string) => (await createGroup(hall.house.store, OPERATOR, { organizationId: id, name })).id,
    mapGroups: async (...mappings: readonly GivenMapping[]) => await hall.setMappings(connection, "GROUP", mappings),
    rolesOf: async (userId: string) =>
      (
        await hall.rows<{ role_key: string; source_kind: string; source_id: string | null }>(
          `SELECT r.role_key, m.source_kind, m.source_id FROM membership_role m JOIN role r ON r.id = m.role_id
            WHERE m.organization_id = ? AND m.user_id = ? ORDER BY r.role_rank DESC`,
          [id, userId],
        )
      ).map(({ role_key, source_kind, source_id }) => `${role_key} ${source_kind} ${source_id ?? ""}`.trim()),
    groupsOf: async (userId: string) =>
      (
        await hall.rows<{ name: string; source_id: string }>(
          `SELECT g.name, m.source_id FROM group_member m JOIN user_group g ON g.id = m.group_id
            WHERE g.organization_id = ? AND m.user_id = ? ORDER BY g.name, m.source_id`,
          [id, userId],
        )
      ).map(({ name, source_id }) => `${name} by ${source_id}`),
    eventsOf: async () =>
      (
        await hall.rows<{ type: string }>("SELECT type FROM event WHERE organization_id = ? ORDER BY sequence", [id])
      ).map(({ type }) => type),
  };
}

const INVITATION = `INSERT INTO one_time_token
    (id, token_hash, kind, user_id, organization_id, payload, created_at, expires_at)
  VALUES (?, ?, 'INVITATION', ?, ?, '{}', ?, ?)`;

it("a name of a provider is stored as whole characters in their own order", async () => {
  const connection = await hall.makeConnection();
  const userId = await hall.enter(connection, {
    subject: "mended",
    email: "mended@acme.example",
    firstName: "evil\u202egpj.exe",
    lastName: "A\ud83d",
    username: "\u2068mended\u2069",
    employeeId: null,
  });
  const rows = await hall.rows("SELECT first_name, last_name, username FROM app_user WHERE id = ?", [userId]);
  expect(rows).toEqual([{ first_name: "evilgpj.exe", last_name: "A", username: "mended" }]);
});

describe("the last step of a sign-in", () => {
  it("saves the highest role that matches, with the mapping that gave it, and writes nothing the second time", async () => {
    const { connection, mapRoles, rolesOf, eventsOf } = await openOffice();
    await mapRoles(["map-user", "staff", "USER"], ["map-admin", "admins", "ADMIN"]);
    const userId = await hall.enter(connection, known("staff", "admins"));
    expect(await rolesOf(userId)).toEqual(["ADMIN MAPPING map-admin"]);
    await hall.enter(connection, known("admins", "staff"));
    expect(await eventsOf()).toEqual(["user.created", "user.signed_in", "user.signed_in"]);
    // STICKY: a role stays if no rule matches, and also if only the rule of a lower role matches.
    await hall.enter(connection, known());
    await hall.enter(connection, SILENT);
    expect(await rolesOf(userId)).toEqual(["ADMIN MAPPING map-admin"]);
    await hall.enter(connection, known("staff"));
    expect(await rolesOf(userId)).toEqual(["USER MAPPING map-user"]);
    expect((await eventsOf()).filter((type) => type === "user.role_changed")).toHaveLength(1);
  });

  it("saves all matching roles under roleAssignment ALL, and takes them only under AUTHORITATIVE", async () => {
    const { connection, mapRoles, rolesOf } = await openOffice(
      { roleSync: "AUTHORITATIVE" },
      { roleAssignment: "ALL" },
    );
    await mapRoles(["all-user", "staff", "USER"], ["all-admin", "admins", "ADMIN"]);
    const userId = await hall.enter(connection, known("staff", "admins"));
    expect(await rolesOf(userId)).toEqual(["ADMIN MAPPING all-admin", "USER MAPPING all-user"]);
    await hall.enter(connection, SILENT);
    expect(await rolesOf(userId)).toHaveLength(2);
    expect(await hall.arrive(connection, { groups: { kind: "unknown", reason: "Too many." } })).toEqual({
      code: "GROUPS_UNKNOWN",
    });
    expect(await rolesOf(userId)).toHaveLength(2);
    await hall.enter(connection, known());
    expect(await rolesOf(userId)).toEqual(["USER DEFAULT"]);
  });

  it("completes a prepared account with the address if neither the administrator nor the provider gave a name", async () => {
    const nameless = { firstName: null, lastName: null, username: null };
    const shownOf = async (userId: string) =>
      (await hall.rows("SELECT first_name, last_name, full_name, username FROM app_user WHERE id = ?", [userId]))[0];
    for (const [given, full_name, username] of [
      [{}, "ada@acme.example", "ada@acme.example"],
      [{ fullName: "Countess", username: "countess" }, "Countess", "countess"],
    ] as const) {
      const { id, connection } = await openOffice({ missingName: "USE_EMAIL" });
      const prepared = await hall.makeAccount({ firstName: "Ada", lastName: "King", ...given }, id);
      expect(await hall.enter(connection, nameless)).toBe(prepared);
      expect(await shownOf(prepared)).toEqual({ first_name: "Ada", last_name: "King", full_name, username });
      expect(await hall.enter(connection, { ...nameless, firstName: "Ada", lastName: "Lovelace" })).toBe(prepared);
      expect(await shownOf(prepared)).toMatchObject({ last_name: "Lovelace" });
    }
  });

  it("keeps a role that was given by hand under manualRoleWins", async () => {
    for (const manualRoleWins of [true, false]) {
      const { id, connection, mapRoles, rolesOf } = await openOffice({}, { manualRoleWins });
      await mapRoles([`hand-${manualRoleWins}`, "staff", "USER"]);
      const userId = await hall.makeAccount({ roleKeys: ["ADMIN"] }, id);
      expect(await hall.enter(connection, known("staff"))).toBe(userId);
      expect(await rolesOf(userId)).toEqual([manualRoleWins ? "ADMIN ADMIN" : `USER MAPPING hand-${manualRoleWins}`]);
    }
  });

  it("refuses a person without a role, and writes nothing about them", async () => {
    const { id, connection, mapRoles } = await openOffice({ unmappedUser: "REFUSE" });
    await mapRoles(["refuse-user", "staff", "USER"]);
    expect(await hall.arrive(connection, known("others"))).toEqual({ code: "NO_ROLE" });
    expect(await hall.count("app_user WHERE home_organization_id = ?", [id])).toBe(0);
    await hall.enter(connection, known("staff"));
  });

  it("appends an event that shows the groups after the sign-in", async () => {
    const { id, connection, makeGroup, mapGroups } = await openOffice();
    const [red, blue] = [await makeGroup("Red"), await makeGroup("Blue")];
    await mapGroups({ id: "told-red", value: "red", target: red }, { id: "told-blue", value: "blue", target: blue });
    for (const groups of [["red"], ["blue"], ["blue"], []]) await hall.enter(connection, known(...groups));
    const told = await hall.rows<{ data: string }>(
      "SELECT data FROM event WHERE organization_id = ? AND type = 'user.signed_in' ORDER BY sequence",
      [id],
    );
    expect(told.map(({ data }) => (JSON.parse(data) as { user: { groups: string[] } }).user.groups)).toEqual([
      [red],
      [blue],
      [blue],
      [],
    ]);
  });

  it("gives and takes memberships of this connection's mappings, and leaves all others", async () => {
    const { id, connection, makeGroup, mapGroups, groupsOf } = await openOffice();
    const [red, blue] = [await makeGroup("Red"), await makeGroup("Blue")];
    await mapGroups({ id: "map-red", value: "red", target: red }, { id: "map-blue", value: "blue", target: blue });
    const userId = await hall.enter(connection, known("red", "blue"));
    expect(await groupsOf(userId)).toEqual(["Blue by map-blue", "Red by map-red"]);
    // An administrator and another connection also add the person to the group.
    const other = await hall.makeConnection({}, id);
    for (const [kind, source, through] of [
      ["ADMIN", "somebody", null],
      ["MAPPING", "elsewhere", other.id],
    ] as const)
      await hall.execute(
        "INSERT INTO group_member (group_id, user_id, source_kind, source_id, connection_id, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        [red, userId, kind, source, through, hall.house.clock.now],
      );
    await hall.enter(connection, SILENT);
    expect(await groupsOf(userId)).toHaveLength(4);
    await hall.enter(connection, known("blue"));
    expect(await groupsOf(userId)).toEqual(["Blue by map-blue", "Red by elsewhere", "Red by somebody"]);
  });

  it("takes no memberships from a merged account, unless groupRemoval is ALWAYS", async () => {
    const { id, connection, makeGroup, mapGroups, groupsOf } = await openOffice({ accountLinking: "MERGE_BY_EMAIL" });
    const red = await makeGroup("Red");
    await mapGroups({ id: `red-${id}`.slice(0, 36), value: "red", target: red });
    const ada = { email: `ada@${id}.example` };
    const userId = await hall.makeAccount({ ...ada, authMethod: "PASSWORD" }, id);
    expect(await hall.enter(connection, { ...ada, ...known("red") })).toBe(userId);
    await hall.enter(connection, { ...ada, ...known() });
    expect(await groupsOf(userId)).toHaveLength(1);
    await hall.changePolicies(connection, { accountLinking: "MERGE_BY_EMAIL", groupRemoval: "ALWAYS" });
    await hall.enter(connection, { ...ada, ...known() });
    expect(await groupsOf(userId)).toEqual([]);
  });

  it("creates a pending account, whose person is refused until an administrator approves it", async () => {
    const { id, connection, eventsOf } = await openOffice(
      { jitActivation: "PENDING_APPROVAL" },
      { seatModel: "ACTIVE_USER" },
    );
    for (let turn = 0; turn < 2; turn += 1)
      expect(await hall.arrive(connection)).toEqual({ code: "ACCOUNT_PENDING_APPROVAL" });
    expect(await hall.rows("SELECT status FROM app_user WHERE home_organization_id = ?", [id])).toEqual([
      { status: "PENDING_APPROVAL" },
    ]);
    expect(await hall.count("user_session WHERE organization_id = ?", [id])).toBe(0);
    expect(await hall.count("seat WHERE organization_id = ?", [id])).toBe(0);
    expect(await eventsOf()).toEqual([
      "user.created",
      "user.approval_requested",
      "user.sign_in_failed",
      "user.sign_in_failed",
    ]);
    await hall.execute("UPDATE app_user SET status = 'ACTIVE' WHERE home_organization_id = ?", [id]);
    await hall.enter(connection);
    expect(await hall.count("seat WHERE organization_id = ?", [id])).toBe(1);
  });

  it("accepts the invitation of the account: it becomes active, takes a seat, and the invitation link stops working", async () => {
    const { id, connection, eventsOf } = await openOffice(
      {},
      { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" },
    );
    const invite = async (name: string) => {
      const email = `${name}@${id}.example`;
      const userId = await hall.makeAccount({ email }, id);
      await hall.execute("UPDATE app_user SET status = 'INVITED' WHERE id = ?", [userId]);
      await hall.execute("UPDATE seat SET active_key = NULL, released_at = assigned_at WHERE user_id = ?", [userId]);
      await hall.execute(INVITATION, [userId, userId, userId, id, hall.house.clock.now, new Date(4e12)]);
      return { userId, person: { subject: name, email } };
    };
    const [ada, grace] = [await invite("ada"), await invite("grace")];
    await hall.execute("UPDATE organization SET total_seats = 1, seats_in_use = 0 WHERE id = ?", [id]);
    const before = (await eventsOf()).length;
    for (let turn = 0; turn < 2; turn += 1) expect(await hall.enter(connection, ada.person)).toBe(ada.userId);
    expect((await eventsOf()).slice(before)).toEqual([
      "user.enabled",
      "seat.assigned",
      "seat.limit_reached",
      "user.updated",
      "user.signed_in",
      "user.signed_in",
    ]);
    const [told] = await hall.rows<{ data: string }>(
      "SELECT data FROM event WHERE organization_id = ? AND type = 'user.enabled'",
      [id],
    );
    expect(JSON.stringify(told)).toContain("INVITED");
    expect(await hall.rows("SELECT status FROM app_user WHERE id = ?", [ada.userId])).toEqual([{ status: "ACTIVE" }]);
    expect(await hall.count("membership WHERE user_id = ? AND status = 'ACTIVE'", [ada.userId])).toBe(1);
    expect(await hall.count("seat WHERE user_id = ? AND active_key IS NOT NULL", [ada.userId])).toBe(1);
    expect(await hall.count("one_time_token WHERE user_id = ? AND consumed_at IS NULL", [ada.userId])).toBe(0);
    // The plan is full, so the second account stays invited.
    expect(await hall.arrive(connection, grace.person)).toEqual({ code: "SEATS_FULL" });
    expect(await hall.rows("SELECT status FROM app_user WHERE id = ?", [grace.userId])).toEqual([
      { status: "INVITED" },
    ]);
    expect(await hall.count("one_time_token WHERE user_id = ?", [grace.userId])).toBe(1);
  });

  it("accepts the invitation of an account that is already linked", async () => {
    const { id, connection } = await openOffice();
    const userId = await hall.enter(connection);
    await hall.execute("UPDATE app_user SET status = 'INVITED' WHERE id = ?", [userId]);
    await hall.execute(INVITATION, [userId, userId, userId, id, hall.house.clock.now, new Date(4e12)]);
    expect(await hall.enter(connection)).toBe(userId);
    expect(await hall.rows("SELECT status FROM app_user WHERE id = ?", [userId])).toEqual([{ status: "ACTIVE" }]);
    expect(await hall.count("one_time_token WHERE user_id = ? AND consumed_at IS NULL", [userId])).toBe(0);
  });

  it("makes one user of one person who signs in many times at once", async () => {
    const { id, connection } = await openOffice();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => hall.arrive(connection)));
    expect(new Set(outcomes.map((outcome) => ("userId" in outcome ? outcome.userId : outcome.code))).size).toBe(1);
    expect(await hall.count("app_user WHERE home_organization_id = ?", [id])).toBe(1);
    expect(await hall.count("event WHERE organization_id = ? AND type = 'user.created'", [id])).toBe(1);
  });
});

describe("seats at a sign-in", () => {
  const plans = [
    ["TRAINING_START", "BLOCK_TRAINING", ["IN", "IN"], 0],
    ["TRAINING_START", "DENY_PROVISIONING", ["IN", "IN"], 0],
    ["ACTIVE_USER", "BLOCK_TRAINING", ["IN", "IN"], 1],
    ["ACTIVE_USER", "DENY_PROVISIONING", ["IN", "SEATS_FULL"], 1],
  ] as const;
  it.each(plans)("%s and %s with one seat: %j, %i held", async (seatModel, seatsFull, codes, held) => {
    const { id, connection } = await openOffice({}, { seatModel, seatsFull });
    await hall.execute("UPDATE organization SET total_seats = 1 WHERE id = ?", [id]);
    const arrive = async (word: string) =>
      (await hall.arrive(connection, { subject: word, email: `${word}@acme.example` })).code;
    expect([await arrive("one"), await arrive("two")]).toEqual(codes);
    expect(await hall.count("seat WHERE organization_id = ? AND active_key IS NOT NULL", [id])).toBe(held);
    // A person with a seat signs in again, and takes no second seat.
    expect(await arrive("one")).toBe("IN");
    expect(await hall.count("seat WHERE organization_id = ?", [id])).toBe(held);
    expect(await hall.count("app_user WHERE home_organization_id = ?", [id])).toBe(
      codes.filter((code) => code === "IN").length,
    );
  });

  it("TRAINING_START and DENY_PROVISIONING after training took all seats: no new account is created", async () => {
    const { id, connection } = await openOffice({}, { seatModel: "TRAINING_START", seatsFull: "DENY_PROVISIONING" });
    await hall.enter(connection);
    await hall.execute("UPDATE organization SET total_seats = 1, seats_in_use = 1 WHERE id = ?", [id]);
    expect(await hall.arrive(connection, { subject: "two", email: "two@acme.example" })).toEqual({
      code: "SEATS_FULL",
    });
    await hall.enter(connection);
  });
});

describe("rules on claims", () => {
  it("are evaluated before the organization is locked", async () => {
    const { connection, mapRoles, mapGroups, makeGroup } = await openOffice();
    await mapRoles(["before-lock", "staff", "MANAGER"]);
    await mapGroups({ value: "staff", target: await makeGroup("Staff") });
    const reads: boolean[] = [];
    let isInside = false;
    const groups = {
      kind: "known" as const,
      get values() {
        reads.push(isInside);
        return ["staff"];
      },
    };
    const begin: typeof hall.house.store.begin = async (caller, cause, work, options) =>
      await hall.house.store.begin(
        caller,
        cause,
        async (unit) => {
          isInside = true;
          return await work(unit).finally(() => (isInside = false));
        },
        options,
      );
    const outcome = await hall.arrive(connection, { groups }, { ...hall.house.store, begin });
    expect(outcome).toMatchObject({ code: "IN" });
    expect(reads).toEqual([false, false]);
  });

  it("that an administrator changes meanwhile are evaluated again, and the sign-in is refused if they change each time", async () => {
    const { connection, mapRoles, rolesOf } = await openOffice();
    const changing = (most: number) => {
      let changes = 0;
      const begin: typeof hall.house.store.begin = async (...given) => {
        if (changes < most) await mapRoles([`changed-${most}-${(changes += 1)}`, "staff", "MANAGER"]);
        return await hall.house.store.begin(...given);
      };
      return { ...hall.house.store, begin };
    };
    await mapRoles(["changed-first", "staff", "ADMIN"]);
    const outcome = await hall.arrive(connection, known("staff"), changing(2));
    expect("userId" in outcome && (await rolesOf(outcome.userId))).toEqual(["MANAGER MAPPING changed-2-2"]);
    await expect(hall.arrive(connection, known("staff"), changing(9))).rejects.toMatchObject({
      code: "SIGN_IN_SUPERSEDED",
    });
  });
});

describe("the statements of a sign-in", () => {
  /** The statements of one sign-in. */
  async function statementsOf(connection: Connection, profile: Parameters<Hall["arrive"]>[1] = {}): Promise<string[]> {
    const { result, statements } = await countQueries(() => hall.arrive(connection, profile));
    expect(result.code).toBe("IN");
    return statements;
  }

  it("does not grow with users, roles, groups, mappings or connections", async () => {
    const counted: number[][] = [];
    for (const size of [1, 40]) {
      const { id, connection, makeGroup, mapGroups, mapRoles } = await openOffice({ accountLinking: "MERGE_BY_EMAIL" });
      const group = await makeGroup("Everybody");
      for (let number = 1; number < size; number += 1) {
        await makeGroup(`Group ${number}`);
        await hall.makeConnection({ accountLinking: "MERGE_BY_EMAIL" }, id);
        await hall.makeAccount({ email: `person-${number}@${id}.example` }, id);
      }
      await mapRoles(
        ...Array.from({ length: size }, (_, index): [string, string, string] => [
          `${size}-role-${index}`,
          index === 0 ? "staff" : `group-${index}`,
          "USER",
        ]),
      );
      await mapGroups(
        ...Array.from({ length: size }, (_, index) => ({
          id: `${size}-group-${index}`,
          value: index === 0 ? "staff" : `group-${index}`,
          target: group,
        })),
      );
      const grace = { subject: "grace-1", email: `grace@${id}.example` };
      const first = await statementsOf(connection, known("staff"));
      const again = await statementsOf(connection, known("staff"));
      await hall.makeAccount({ email: grace.email, authMethod: "PASSWORD" }, id);
      const merging = await statementsOf(connection, { ...grace, ...known("staff") });
      const merged = await statementsOf(connection, { ...grace, ...known("staff") });
      counted.push([first, again, merging, merged].map((statements) => statements.length));
    }
    const [small, large] = counted;
    expect(large).toEqual(small);
    // A first sign-in writes more than a later one. A change that raises these bounds must say why. One statement reads the
    // mappings before the organization is locked. Another one checks under the lock whether they changed.
    // A first sign-in reads whether a provisioning directory is linked to the connection. Each writes one audit entry. With
    // rules, every sign-in to an account that exists reads what a directory says of it.
    expect(Math.max(...small!)).toBeLessThanOrEqual(74 + LOCK_STATEMENTS);
    expect(small![1]).toBeLessThanOrEqual(36 + LOCK_STATEMENTS);
  });
});
