/** Groups: creating, changing and reading them, their members, and the reasons for a membership. */
import { beforeAll, describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import { giveMembership, withdrawMemberships } from "../../../src/people/group/group.changes.js";
import { GROUP_EVENTS } from "../../../src/people/group/group.events.js";
import type { MembershipSource } from "../../../src/people/group/group.js";
import { findMappedMembershipsOf, findReasons } from "../../../src/people/group/group-member.repository.js";
import {
  addUsersToGroup,
  MOST_USERS_AT_ONCE,
  removeUsersFromGroup,
} from "../../../src/people/group/group-members.operations.js";
import { createGroup, deleteGroup, readGroup, updateGroup } from "../../../src/people/group/group.operations.js";
import { findGroupsOfUsers } from "../../../src/people/group/group.repository.js";
import { createPeopleLoaders, memberKey } from "../../../src/people/loaders.js";
import { lockOrganization } from "../../../src/people/organization/organization.repository.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { insertRows } from "../../../src/platform/database/statements.js";
import { LOCK_STATEMENT } from "../../support/database.js";
import {
  codeOf,
  countRows,
  keyOf,
  makeOrganization,
  makeUser,
  useHouse,
  OPERATOR,
  personIn,
} from "../../support/house.js";

const house = useHouse();
const { auditOf } = house;

async function makeGroup(organizationId: string, name = "Sales") {
  return await createGroup(house.store, OPERATOR, { organizationId, name });
}

let people = 0;

/** Creates users with distinct addresses. */
async function makeUsers(organizationId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    people += 1;
    ids.push((await makeUser(house, organizationId, { email: `person-${people}@example.com` })).id);
  }
  return ids;
}

/** A member of `here` whose home is another organization. */
async function makeGuest(here: string): Promise<string> {
  const home = await makeOrganization(house);
  const [guest = ""] = await makeUsers(home.id, 1);
  await work((unit) =>
    unit.execute("INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, ?)", [
      here,
      guest,
      unit.now,
    ]),
  );
  return guest;
}

async function work<Result>(change: (unit: UnitOfWork) => Promise<Result>): Promise<Result> {
  return await house.store.begin({ kind: "SYSTEM" }, { kind: "SIGN_IN", actor: "connection" }, change);
}

async function eventsOf(groupId: string) {
  const events = await house.eventsOf(groupId);
  return events.map(({ type, version, data }) => ({ type: type.replace("group.", ""), version, data }));
}

/** The events of a group as short texts: `member_added 2`. */
async function namedEventsOf(groupId: string): Promise<string[]> {
  return (await eventsOf(groupId)).map(({ type, version }) => `${type} ${version}`);
}

async function membersOf(groupId: string): Promise<string[]> {
  const rows = await house.database.reader.rows<{ user_id: string }>(
    "SELECT DISTINCT user_id FROM group_member WHERE group_id = ? ORDER BY user_id",
    [groupId],
  );
  return rows.map((row) => row.user_id);
}

describe("a group", () => {
  const CREATE = `mutation ($input: CreateGroupInput!) { createGroup(input: $input) {
    group { id name description memberCount version createdAt updatedAt organization { id } members { totalCount } } } }`;
  const UPDATE = `mutation ($input: UpdateGroupInput!) { updateGroup(input: $input) { group { name description version } } }`;

  test("is created with its event and its audit entry", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const input = { organizationId, name: " Sales ", description: "Who sells" };
    const { data, codes } = await house.ask(
      keyOf(organizationId, "GROUPS_WRITE", "GROUPS_READ", "USERS_READ"),
      CREATE,
      {
        input,
      },
    );
    expect(codes).toEqual([]);
    const { id, ...group } = data.createGroup.group;
    expect(group).toEqual({
      name: "Sales",
      description: "Who sells",
      memberCount: 0,
      version: 1,
      createdAt: "2026-11-23T09:00:00.000Z",
      updatedAt: "2026-11-23T09:00:00.000Z",
      organization: { id: organizationId },
      members: { totalCount: 0 },
    });
    const shown = { id, name: "Sales", description: "Who sells" };
    expect(await eventsOf(id)).toEqual([{ type: "created", version: 1, data: { group: shown, changed: null } }]);
    expect(await auditOf(id)).toEqual([{ action: "group.created", before: null, after: shown }]);
  });

  test("changes the given fields, keeps absent ones, clears null ones, and appends one event", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await createGroup(house.store, OPERATOR, {
      organizationId,
      name: "Sales",
      description: "Who sells",
    });
    const caller = personIn(organizationId, "administrator");
    const first = await house.ask(caller, UPDATE, { input: { id, expectedVersion: 1, name: "Sellers" } });
    expect(first.data.updateGroup.group).toEqual({ name: "Sellers", description: "Who sells", version: 2 });
    const second = await house.ask(caller, UPDATE, { input: { id, description: null } });
    expect(second.data.updateGroup.group).toEqual({ name: "Sellers", description: null, version: 3 });
    expect(await namedEventsOf(id)).toEqual(["created 1", "updated 2", "updated 3"]);
    const [, renamed] = await eventsOf(id);
    expect(renamed!.data).toMatchObject({
      group: { name: "Sellers" },
      changed: { name: { before: "Sales", after: "Sellers" } },
    });
    expect((await auditOf(id)).slice(1)).toMatchObject([
      { action: "group.updated", before: { name: "Sales" }, after: { name: "Sellers" } },
      { action: "group.updated", before: { description: "Who sells" }, after: { description: null } },
    ]);
    const none = await updateGroup(house.store, OPERATOR, { id, name: "Sellers", description: null });
    expect(none.version).toBe(3);
    expect(await namedEventsOf(id)).toHaveLength(3);
  });

  test("refuses a version that has changed", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeGroup(organizationId);
    const change = (name: string) => codeOf(updateGroup(house.store, OPERATOR, { id, expectedVersion: 1, name }));
    const codes = await Promise.all([change("One"), change("Two"), change("Three")]);
    expect(codes.toSorted()).toEqual(["NONE", "VERSION_CONFLICT", "VERSION_CONFLICT"]);
  });

  test("has a unique name in its organization, without regard to case, also if many are created at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: other } = await makeOrganization(house);
    const make = (name: string, where = organizationId) =>
      codeOf(createGroup(house.store, OPERATOR, { organizationId: where, name }));
    const codes = await Promise.all(["Straße", "straße", "STRAßE", "Straße "].map((name) => make(name)));
    expect(codes.toSorted()).toEqual([...Array<string>(3).fill("GROUP_NAME_TAKEN"), "NONE"]);
    expect(await countRows(house, `event WHERE type = 'group.created' AND organization_id = '${organizationId}'`)).toBe(
      1,
    );
    expect(await make("Strasse")).toBe("NONE");
    expect(await make("Straße", other)).toBe("NONE");
    const second = await makeGroup(organizationId, "Second");
    expect(await codeOf(updateGroup(house.store, OPERATOR, { id: second.id, name: "STRASSE" }))).toBe(
      "GROUP_NAME_TAKEN",
    );
    expect(await codeOf(updateGroup(house.store, OPERATOR, { id: second.id, name: "SECOND" }))).toBe("NONE");
  });

  test("lists every mistake of an input at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const input = { organizationId, name: " ", description: "x".repeat(1001) };
    await expect(createGroup(house.store, OPERATOR, input)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      details: {
        fields: [
          { path: "name", code: "REQUIRED" },
          { path: "description", code: "INVALID" },
        ],
      },
    });
    expect(await codeOf(createGroup(house.store, OPERATOR, { organizationId, name: "İ".repeat(200) }))).toBe("NONE");
    expect(await codeOf(createGroup(house.store, OPERATOR, { organizationId: "nobody", name: "A" }))).toBe("NOT_FOUND");
  });

  test("is deleted with its memberships in one event; its users stay", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeGroup(organizationId);
    const users = await makeUsers(organizationId, 2);
    await addUsersToGroup(house.store, OPERATOR, { groupId: id, userIds: users });
    const document = "mutation ($id: ID!) { deleteGroup(id: $id) { group { id name memberCount } } }";
    const { data, codes } = await house.ask(keyOf(organizationId, "GROUPS_WRITE", "GROUPS_READ"), document, { id });
    expect(codes).toEqual([]);
    expect(data.deleteGroup.group).toEqual({ id, name: "Sales", memberCount: 0 });
    expect(await namedEventsOf(id)).toEqual(["created 1", "member_added 2", "member_added 3", "deleted 4"]);
    expect((await auditOf(id)).at(-1)).toMatchObject({ action: "group.deleted", before: { name: "Sales" } });
    expect(await countRows(house, `group_member WHERE group_id = '${id}'`)).toBe(0);
    expect(await countRows(house, `app_user WHERE home_organization_id = '${organizationId}'`)).toBe(2);
    expect(await codeOf(deleteGroup(house.store, OPERATOR, id))).toBe("NOT_FOUND");
    expect(await makeGroup(organizationId)).toMatchObject({ name: "Sales", version: 1 });
  });
});

describe("members", () => {
  const ADD = `mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) {
    group { version memberCount members { nodes { id } } } results { userId ok code message } } }`;
  const REMOVE = `mutation ($input: RemoveUsersFromGroupInput!) { removeUsersFromGroup(input: $input) {
    group { version memberCount } results { userId ok code } } }`;

  test("are added and removed in one unit, each with an event of a version of its own", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: groupId } = await makeGroup(organizationId);
    const [one = "", two = "", three = ""] = await makeUsers(organizationId, 3);
    const caller = personIn(organizationId, "administrator");
    const { data } = await house.ask(caller, ADD, { input: { groupId, userIds: [two, one] } });
    expect(data.addUsersToGroup).toEqual({
      group: { version: 3, memberCount: 2, members: { nodes: [{ id: one }, { id: two }] } },
      results: [two, one].map((userId) => ({ userId, ok: true, code: null, message: null })),
    });
    const again = await house.ask(caller, ADD, { input: { groupId, userIds: [one, three, three] } });
    expect(again.data.addUsersToGroup.group).toMatchObject({ version: 4, memberCount: 3 });
    expect(again.data.addUsersToGroup.results).toHaveLength(3);

    const gone = await house.ask(caller, REMOVE, { input: { groupId, userIds: [one, two] } });
    expect(gone.data.removeUsersFromGroup.group).toEqual({ version: 6, memberCount: 1 });
    const repeated = await house.ask(caller, REMOVE, { input: { groupId, userIds: [one] } });
    expect(repeated.data.removeUsersFromGroup).toEqual({
      group: { version: 6, memberCount: 1 },
      results: [{ userId: one, ok: true, code: null }],
    });

    const told = (await eventsOf(groupId)).slice(1).map(({ type, version, data }) => [type, version, data.user.id]);
    expect(told).toEqual([
      ["member_added", 2, two],
      ["member_added", 3, one],
      ["member_added", 4, three],
      ["member_removed", 5, one],
      ["member_removed", 6, two],
    ]);
    expect((await eventsOf(groupId)).at(-1)!.data).toEqual({
      group: { id: groupId, name: "Sales", description: null },
      user: { id: two },
      changed: null,
    });
    expect((await auditOf(groupId)).slice(1)).toEqual([
      { action: "group.members_added", before: null, after: { userIds: [two, one] } },
      { action: "group.members_added", before: null, after: { userIds: [three] } },
      { action: "group.members_removed", before: { userIds: [one, two] }, after: null },
    ]);
  });

  test("of another organization are NOT_FOUND, and the others are added", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    const { id: groupId } = await makeGroup(organizationId);
    const [own = ""] = await makeUsers(organizationId, 1);
    const [stranger = ""] = await makeUsers(elsewhere, 1);
    const guest = await makeGuest(organizationId);
    const userIds = [stranger, own, "nobody", guest];
    const { data, codes } = await house.ask(OPERATOR, ADD, { input: { groupId, userIds } });
    expect(codes).toEqual([]);
    const refused = { ok: false, code: "NOT_FOUND", message: "There is no such user, or you may not see it." };
    expect(data.addUsersToGroup.results).toEqual([
      { userId: stranger, ...refused },
      { userId: own, ok: true, code: null, message: null },
      { userId: "nobody", ...refused },
      { userId: guest, ok: true, code: null, message: null },
    ]);
    expect(await membersOf(groupId)).toEqual([own, guest].toSorted());
    const { data: removed } = await house.ask(OPERATOR, REMOVE, { input: { groupId, userIds: [stranger, own] } });
    expect(removed.removeUsersFromGroup.results.map(({ code }: { code: string }) => code)).toEqual(["NOT_FOUND", null]);
    expect(await membersOf(groupId)).toEqual([guest]);
  });

  test("are limited to a number per request, so that other changes need not wait long", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: groupId } = await makeGroup(organizationId);
    const userIds = Array.from({ length: MOST_USERS_AT_ONCE + 1 }, (_, index) => `user-${index}`);
    for (const change of [addUsersToGroup, removeUsersFromGroup]) {
      expect(await codeOf(change(house.store, OPERATOR, { groupId, userIds }))).toBe("INVALID_INPUT");
      const { results } = await change(house.store, OPERATOR, { groupId, userIds: userIds.slice(1) });
      expect(results).toHaveLength(MOST_USERS_AT_ONCE);
    }
    expect(await auditOf(groupId)).toHaveLength(1);
    const [last = ""] = await makeUsers(organizationId, 1);
    const withOne = { groupId, userIds: [...userIds.slice(2), last] };
    expect((await addUsersToGroup(house.store, OPERATOR, withOne)).results.at(-1)).toMatchObject({ ok: true });
    expect([...(await findReasons(house.database.reader, groupId, withOne.userIds)).keys()]).toEqual([last]);
  });

  test("are added once if many callers add the same users at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: groupId } = await makeGroup(organizationId);
    const userIds = await makeUsers(organizationId, 3);
    const groups = await Promise.all(
      Array.from({ length: 6 }, () => addUsersToGroup(house.store, OPERATOR, { groupId, userIds })),
    );
    expect(groups.map(({ group }) => group.version)).toEqual(Array<number>(6).fill(4));
    expect(await namedEventsOf(groupId)).toEqual(["created 1", "member_added 2", "member_added 3", "member_added 4"]);
  });

  test("stay unchanged if the unit fails at its end", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: groupId } = await makeGroup(organizationId);
    const userIds = await makeUsers(organizationId, 2);
    const failing: typeof house.store = {
      reader: house.store.reader,
      begin: (caller, cause, change) =>
        house.store.begin(caller, cause, async (unit) => {
          await change(unit);
          throw new Error("the power went out");
        }),
    };
    await expect(addUsersToGroup(failing, OPERATOR, { groupId, userIds })).rejects.toThrow("the power went out");
    expect(await membersOf(groupId)).toEqual([]);
    expect(await namedEventsOf(groupId)).toEqual(["created 1"]);
    expect((await readGroup(house.store, OPERATOR, groupId)).version).toBe(1);
  });

  test("are added to a large group, and removed, without reading the group", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: groupId } = await makeGroup(organizationId);
    const userIds = await makeUsers(organizationId, 4);
    const count = async (change: typeof addUsersToGroup) => {
      const input = { groupId, userIds: userIds.slice(0, 2) };
      const { statements } = await countQueries(() => change(house.store, OPERATOR, input));
      expect(statements.filter((sql) => /SELECT.*FROM group_member/s.test(sql))).toEqual([
        expect.stringMatching(/WHERE group_id = \? AND user_id IN \(\?, \?\)$/),
      ]);
      return statements.length;
    };
    const small = [await count(addUsersToGroup), await count(removeUsersFromGroup)];
    await work((unit) =>
      insertRows(
        unit,
        "group_member",
        ["group_id", "user_id", "source_kind", "source_id", "connection_id", "created_at"],
        Array.from({ length: 500 }, (_, index) => [groupId, userIds[3]!, "SCIM", `${index}`, null, unit.now]),
      ),
    );
    expect([await count(addUsersToGroup), await count(removeUsersFromGroup)]).toEqual(small);
  });
});

describe("reasons", () => {
  const mapping = (mappingId: string, connectionId = "connection"): MembershipSource => ({
    kind: "MAPPING",
    mappingId,
    connectionId,
  });

  async function situation() {
    const { id: organizationId } = await makeOrganization(house);
    const { id: groupId } = await makeGroup(organizationId);
    const [userId = ""] = await makeUsers(organizationId, 1);
    const give = (source: MembershipSource, group = groupId, user = userId) =>
      work(async (unit) => {
        await lockOrganization(unit, organizationId);
        return await giveMembership(unit, { organizationId, groupId: group, userId: user, source });
      });
    const withdraw = (...sources: MembershipSource[]) =>
      work(async (unit) => {
        await lockOrganization(unit, organizationId);
        const memberships = sources.map((source) => ({ groupId, source }));
        await withdrawMemberships(unit, { organizationId, userId, memberships });
      });
    return { organizationId, groupId, userId, give, withdraw };
  }

  test("the first that is added and the last that is removed have events, and no other", async () => {
    const { groupId, userId, give, withdraw } = await situation();
    expect(await give(mapping("m1"))).toBe("GIVEN");
    expect(await give(mapping("m1"))).toBe("HELD");
    expect(await give(mapping("m2"))).toBe("GIVEN");
    expect(await give({ kind: "SCIM", id: "directory" })).toBe("GIVEN");
    expect(await namedEventsOf(groupId)).toEqual(["created 1", "member_added 2"]);
    await withdraw(mapping("m1"), { kind: "SCIM", id: "directory" }, mapping("m3"), { kind: "SCIM", id: "m2" });
    expect(await membersOf(groupId)).toEqual([userId]);
    expect(await namedEventsOf(groupId)).toHaveLength(2);
    await withdraw(mapping("m2"));
    await withdraw(mapping("m2"));
    expect(await membersOf(groupId)).toEqual([]);
    expect(await namedEventsOf(groupId)).toEqual(["created 1", "member_added 2", "member_removed 3"]);
  });

  test("two that are removed together have one event", async () => {
    const { groupId, give, withdraw } = await situation();
    await give(mapping("m1"));
    await give(mapping("m2"));
    await withdraw(mapping("m1"), mapping("m2"));
    expect(await namedEventsOf(groupId)).toEqual(["created 1", "member_added 2", "member_removed 3"]);
  });

  test("a membership by hand stays when a mapping removes its own", async () => {
    const { groupId, userId, give, withdraw } = await situation();
    await give(mapping("m1"));
    await addUsersToGroup(house.store, OPERATOR, { groupId, userIds: [userId] });
    expect((await auditOf(groupId)).at(-1)).toMatchObject({ action: "group.members_added" });
    await withdraw(mapping("m1"));
    expect(await membersOf(groupId)).toEqual([userId]);
    expect(await namedEventsOf(groupId)).toEqual(["created 1", "member_added 2"]);
  });

  test("removing a user by hand removes the reasons of mappings and directories too, which can return", async () => {
    const { groupId, userId, give } = await situation();
    await give(mapping("m1"));
    await give({ kind: "SCIM", id: "directory" });
    await addUsersToGroup(house.store, OPERATOR, { groupId, userIds: [userId] });
    await removeUsersFromGroup(house.store, OPERATOR, { groupId, userIds: [userId] });
    expect(await membersOf(groupId)).toEqual([]);
    await give(mapping("m1"));
    expect(await namedEventsOf(groupId)).toEqual(["created 1", "member_added 2", "member_removed 3", "member_added 4"]);
  });

  test("by hand are those of administrators and of API keys", async () => {
    const { organizationId, groupId, userId } = await situation();
    for (const caller of [keyOf(organizationId, "GROUPS_WRITE"), personIn(organizationId, "administrator"), OPERATOR])
      await addUsersToGroup(house.store, caller, { groupId, userIds: [userId] });
    const rows = await house.database.reader.rows<{ source_kind: string }>(
      "SELECT source_kind FROM group_member WHERE group_id = ? ORDER BY source_kind",
      [groupId],
    );
    expect(rows.map((row) => row.source_kind)).toEqual(["ADMIN", "API"]);
  });

  test("are only for the organization's own groups and its own members", async () => {
    const { give, groupId } = await situation();
    const { id: elsewhere } = await makeOrganization(house);
    const foreign = await makeGroup(elsewhere);
    const [stranger = ""] = await makeUsers(elsewhere, 1);
    expect(await give(mapping("m1"), foreign.id)).toBe("NOT_FOUND");
    expect(await give(mapping("m1"), "gone")).toBe("NOT_FOUND");
    expect(await give(mapping("m1"), groupId, stranger)).toBe("NOT_FOUND");
    expect(await membersOf(foreign.id)).toEqual([]);
    expect(await membersOf(groupId)).toEqual([]);
  });

  test("of one connection are found by it, and all are removed when the member leaves", async () => {
    const { organizationId, groupId, userId, give } = await situation();
    const second = await makeGroup(organizationId, "Second");
    const { id: elsewhere } = await makeOrganization(house);
    const foreign = await makeGroup(elsewhere, "Foreign");
    await give(mapping("m1", "c1"));
    await give(mapping("m2", "c2"));
    await give(mapping("m3", "c1"), second.id);
    await give({ kind: "API", id: "" }, second.id);
    await work(async (unit) => {
      await unit.execute("INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, ?)", [
        elsewhere,
        userId,
        unit.now,
      ]);
      const there = { organizationId: elsewhere, groupId: foreign.id, userId, source: mapping("m4", "c4") };
      expect(await giveMembership(unit, there)).toBe("GIVEN");
    });
    const { reader } = house.database;
    const mapped = (await findMappedMembershipsOf(reader, [userId], { connectionId: "c1" })).get(userId);
    expect(mapped).toEqual([
      { groupId, mappingId: "m1" },
      { groupId: second.id, mappingId: "m3" },
    ]);
    const memberships = (mapped ?? []).map((each) => ({
      groupId: each.groupId,
      source: mapping(each.mappingId, "c1"),
    }));
    const names = async () =>
      (await findGroupsOfUsers(reader, organizationId, [userId])).get(userId)?.map(({ name }) => name);
    expect(await names()).toEqual(["Sales", "Second"]);
    await work((unit) => withdrawMemberships(unit, { organizationId, userId, memberships }));
    expect(await names()).toEqual(["Sales", "Second"]);
    await work((unit) => withdrawMemberships(unit, { organizationId, userId }));
    expect(await names()).toEqual([]);
    expect(await namedEventsOf(second.id)).toEqual(["created 1", "member_added 2", "member_removed 3"]);
    expect(await membersOf(foreign.id)).toEqual([userId]);
  });
});

describe("the list of groups", () => {
  const LIST = `query ($org: ID!, $filter: GroupFilter, $orderBy: GroupOrder, $first: Int, $after: String) {
    groups(organizationId: $org, filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes { id name memberCount } totalCount pageInfo { hasNextPage endCursor } } }`;
  let acme: string;
  beforeAll(async () => {
    acme = (await makeOrganization(house)).id;
    const { id: other } = await makeOrganization(house);
    for (const name of ["beta", "Alpha", "Ünits", "gamma_x", "Gamma 100%"]) await makeGroup(acme, name);
    await makeGroup(other, "Foreign");
  });

  async function list(variables: Record<string, unknown> = {}) {
    const { data, codes } = await house.ask(keyOf(acme, "GROUPS_READ"), LIST, { org: acme, ...variables });
    expect(codes).toEqual([]);
    return { ...data.groups, names: data.groups.nodes.map((node: { name: string }) => node.name) };
  }

  test.each([
    [null, ["Alpha", "beta", "Gamma 100%", "gamma_x", "Ünits"]],
    [{ field: "NAME", direction: "DESC" }, ["Ünits", "gamma_x", "Gamma 100%", "beta", "Alpha"]],
    [{ field: "CREATED_AT" }, ["beta", "Alpha", "Ünits", "gamma_x", "Gamma 100%"]],
  ])("pages by %j", async (orderBy, expected) => {
    const names: string[] = [];
    for (let after: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof list>> = await list({ orderBy, first: 2, after });
      names.push(...page.names);
      expect(page.totalCount).toBe(5);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(names).toEqual(expected);
  });

  test.each([
    [{ search: "GAM" }, ["Gamma 100%", "gamma_x"]],
    [{ search: "100 gam" }, ["Gamma 100%"]],
    [{ search: "%" }, ["Gamma 100%"]],
    [{ search: "_" }, ["gamma_x"]],
    [{ search: "üni" }, ["Ünits"]],
    [{ search: "units, ni" }, ["Ünits"]],
    [{ search: "foreign" }, []],
    [{ search: " " }, ["Alpha", "beta", "Gamma 100%", "gamma_x", "Ünits"]],
  ])("filters by %j", async (filter, expected) => {
    expect((await list({ filter })).names).toEqual(expected);
  });

  test("finds nothing by a word of many thousand characters, without an error", async () => {
    expect((await list({ filter: { search: "x".repeat(300_000) } })).names).toEqual([]);
  });

  test("needs as many queries for many groups and members as for few", async () => {
    const page = await list();
    const userIds = await makeUsers(acme, 6);
    const count = async (first: number) => {
      const { result, statements } = await countQueries(() => list({ first }));
      return { members: result.nodes[0].memberCount, statements: statements.length };
    };
    // Statements: the page; the counts of its groups; the count of the list.
    expect(await count(1)).toEqual({ members: 0, statements: 3 });
    for (const { id } of page.nodes) await addUsersToGroup(house.store, OPERATOR, { groupId: id, userIds });
    expect(await count(5)).toEqual({ members: 6, statements: 3 });

    const document = `query ($id: ID!, $first: Int) { group(id: $id) { memberCount organization { slug }
      members(first: $first) { nodes { id role { key } groups { name } organization { slug } } } } }`;
    const ask = async (first: number) => {
      const variables = { id: page.nodes[0].id, first };
      const { result, statements } = await countQueries(() => house.ask(OPERATOR, document, variables));
      expect(result.codes).toEqual([]);
      expect(result.data.group.members.nodes[0].groups).toHaveLength(5);
      return { users: result.data.group.members.nodes.length, statements: statements.length };
    };
    // Statements: the group; its count; whether its members are few; the page of members; their roles; memberships;
    // groups; the organization.
    expect(await ask(1)).toEqual({ users: 1, statements: 8 });
    expect(await ask(6)).toEqual({ users: 6, statements: 8 });
  });
});

describe("the groups of users", () => {
  let acme: string;
  let sales: string;
  let staff: string;
  let users: string[];
  beforeAll(async () => {
    acme = (await makeOrganization(house)).id;
    sales = (await makeGroup(acme, "Sales")).id;
    staff = (await makeGroup(acme, "All staff")).id;
    users = await makeUsers(acme, 3);
    await addUsersToGroup(house.store, OPERATOR, { groupId: staff, userIds: users });
    await addUsersToGroup(house.store, keyOf(acme, "GROUPS_WRITE"), { groupId: staff, userIds: users });
    await addUsersToGroup(house.store, OPERATOR, { groupId: sales, userIds: [users[1]!] });
  });
  const LIST = `query ($org: ID!, $filter: UserFilter, $first: Int) {
    users(organizationId: $org, filter: $filter, first: $first) { nodes { id groups(organizationId: $org) { name } } totalCount } }`;

  test("are read with a page in two queries, by name, and each group once even with several reasons", async () => {
    const count = async (first: number) => {
      const { result, statements } = await countQueries(() =>
        house.ask(keyOf(acme, "USERS_READ", "GROUPS_READ"), LIST, { org: acme, first }),
      );
      expect(result.codes).toEqual([]);
      expect(result.data.users.nodes).toEqual(
        users
          .slice(0, first)
          .map((id, index) => ({ id, groups: [{ name: "All staff" }, ...(index === 1 ? [{ name: "Sales" }] : [])] })),
      );
      return statements.length;
    };
    // Statements: the page; memberships, and their groups; the count.
    expect(await count(1)).toBe(4);
    expect(await count(3)).toBe(4);
  });

  test("of several organizations are read in two queries for all look-ups of a request", async () => {
    const loader = createPeopleLoaders(house.store).groupsOfMember({ caller: OPERATOR });
    const { id: elsewhere } = await makeOrganization(house);
    const keys = [...users.map((id) => memberKey(acme, id)), memberKey(elsewhere, users[0]!)];
    const { result, statements } = await countQueries(() => Promise.all(keys.map((key) => loader.load(key))));
    expect(result.map((groups) => groups.map(({ id }) => id))).toEqual([[staff], [staff, sales], [staff], []]);
    expect(statements).toHaveLength(2);
    const { data } = await house.ask(OPERATOR, "query ($id: ID!) { user(id: $id) { groups { id } } }", {
      id: users[1],
    });
    expect(data.user.groups).toEqual([{ id: staff }, { id: sales }]);
  });

  test("filter the list of users", async () => {
    const find = async (groupIds: string[]) => {
      const { data } = await house.ask(OPERATOR, LIST, { org: acme, filter: { groupIds } });
      return [data.users.totalCount, data.users.nodes.map(({ id }: { id: string }) => id)];
    };
    expect(await find([sales])).toEqual([1, [users[1]]]);
    expect(await find([sales, staff])).toEqual([3, users]);
    expect(await find(["nothing"])).toEqual([0, []]);
    expect(await find([])).toEqual([3, users]);
  });

  test("are those of the selected organization, and another organization's groups do not show", async () => {
    const { id: elsewhere } = await makeOrganization(house);
    const foreign = await makeGroup(elsewhere, "Secret project");
    const [shared = ""] = users;
    await work((unit) =>
      unit.execute("INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, ?)", [
        elsewhere,
        shared,
        unit.now,
      ]),
    );
    await addUsersToGroup(house.store, OPERATOR, { groupId: foreign.id, userIds: [shared] });
    const host = keyOf(acme, "USERS_READ", "GROUPS_READ");
    const { data } = await house.ask(
      host,
      "query ($id: ID!, $other: ID) { user(id: $id) { groups { name } other: groups(organizationId: $other) { name } } }",
      { id: shared, other: elsewhere },
    );
    expect(data.user).toEqual({ groups: [{ name: "All staff" }], other: [] });
    const filtered = await house.ask(host, LIST, { org: acme, filter: { groupIds: [foreign.id] } });
    expect(filtered.data.users.totalCount).toBe(0);
    const there = await house.ask(OPERATOR, LIST, { org: elsewhere });
    expect(there.data.users.nodes).toEqual([{ id: shared, groups: [{ name: "Secret project" }] }]);
  });

  test("are shown to the person, and to others only with GROUPS_READ", async () => {
    const plain = personIn(acme, users[1]!, []);
    const mine = await house.ask(plain, "{ viewer { user { groups { name } } } }");
    expect(mine).toEqual({
      data: { viewer: { user: { groups: [{ name: "All staff" }, { name: "Sales" }] } } },
      codes: [],
      details: [],
    });
    const count = await house.ask(plain, "{ viewer { user { groups { memberCount } } } }");
    expect(new Set(count.codes)).toEqual(new Set(["FORBIDDEN"]));
    const list = await house.ask(plain, "{ viewer { user { groups { members { totalCount } } } } }");
    expect(new Set(list.codes)).toEqual(new Set(["FORBIDDEN"]));
    const key = keyOf(acme, "USERS_READ");
    const theirs = await house.ask(key, "query ($id: ID!) { user(id: $id) { groups { name } } }", { id: users[1] });
    expect(theirs).toEqual({ data: { user: { groups: [] } }, codes: [], details: [] });
    const filter = { groupIds: [sales] };
    const probe =
      "query ($org: ID!, $filter: UserFilter) { users(organizationId: $org, filter: $filter) { totalCount } }";
    expect((await house.ask(key, probe, { org: acme, filter })).codes).toEqual(["FORBIDDEN"]);
  });
});

test("callers of another organization, callers without permissions and anonymous callers cannot see or change a group", async () => {
  const { id: organizationId } = await makeOrganization(house);
  const { id: elsewhere } = await makeOrganization(house);
  const { id } = await makeGroup(organizationId);
  const [userId = ""] = await makeUsers(organizationId, 1);
  await addUsersToGroup(house.store, OPERATOR, { groupId: id, userIds: [userId] });
  const operations: readonly ((caller: Caller) => Promise<unknown>)[] = [
    (caller) => readGroup(house.store, caller, id),
    (caller) => createGroup(house.store, caller, { organizationId, name: "Mine" }),
    (caller) => updateGroup(house.store, caller, { id, name: "Mine" }),
    (caller) => deleteGroup(house.store, caller, id),
    (caller) => addUsersToGroup(house.store, caller, { groupId: id, userIds: [userId] }),
    (caller) => removeUsersFromGroup(house.store, caller, { groupId: id, userIds: [userId] }),
  ];
  const list = "query ($org: ID!) { groups(organizationId: $org) { nodes { id } } }";
  for (const [caller, expected] of [
    [personIn(elsewhere, "administrator"), "NOT_FOUND"],
    [personIn(organizationId, "plain", []), "FORBIDDEN"],
    [ANONYMOUS, "UNAUTHENTICATED"],
  ] as const) {
    for (const operation of operations) expect(await codeOf(operation(caller))).toBe(expected);
    expect((await house.ask(caller, list, { org: organizationId })).codes).toEqual([expected]);
  }
  const reader = keyOf(organizationId, "GROUPS_READ");
  for (const operation of operations.slice(1)) expect(await codeOf(operation(reader))).toBe("FORBIDDEN");
  expect(await namedEventsOf(id)).toEqual(["created 1", "member_added 2"]);
  expect(await membersOf(id)).toEqual([userId]);
});

test("every change locks the organization before its unit reads anything", async () => {
  const { id: organizationId } = await makeOrganization(house);
  const { id } = await makeGroup(organizationId);
  const changes: readonly (() => Promise<unknown>)[] = [
    () => updateGroup(house.store, OPERATOR, { id, name: "Locked" }),
    () => addUsersToGroup(house.store, OPERATOR, { groupId: id, userIds: [] }),
    () => removeUsersFromGroup(house.store, OPERATOR, { groupId: id, userIds: [] }),
    () => deleteGroup(house.store, OPERATOR, id),
  ];
  for (const change of changes) {
    const { statements } = await countQueries(change);
    // The first statement finds the organization of the group, before the unit of work.
    expect(statements.slice(0, 2)).toEqual([
      expect.stringContaining("FROM user_group"),
      expect.stringContaining(LOCK_STATEMENT),
    ]);
  }
});

test("every event of groups has the shape of its declaration", async () => {
  const rows = await house.database.reader.rows<{ type: string; data: string }>(
    "SELECT type, data FROM event WHERE subject_type = 'group'",
  );
  expect(new Set(rows.map(({ type }) => type))).toEqual(new Set(GROUP_EVENTS.map(({ type }) => type)));
  for (const { type, data } of rows) {
    const parsed: unknown = JSON.parse(data);
    expect(GROUP_EVENTS.find((event) => event.type === type)?.data.parse(parsed)).toEqual(parsed);
  }
});
