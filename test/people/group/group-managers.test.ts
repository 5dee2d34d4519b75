/** The managers of groups: members of the organization, added by callers who may see the same training. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Caller } from "../../../src/access/caller.js";
import type { Permission } from "../../../src/access/permission.js";
import { setGroupManagers, MOST_MANAGERS } from "../../../src/people/group/group-managers.operations.js";
import { addUsersToGroup, removeUsersFromGroup } from "../../../src/people/group/group-members.operations.js";
import { createGroup, deleteGroup } from "../../../src/people/group/group.operations.js";
import { addMember, removeMember } from "../../../src/people/membership/membership.operations.js";
import { deleteUser } from "../../../src/people/user/delete/delete.operations.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { codeOf, keyOf, makeOrganization, makeUser, useHouse, OPERATOR, personIn } from "../../support/house.js";

const house = useHouse();
let organizationId: string;
let groupId: string;
let people = 0;
beforeEach(async () => {
  organizationId = (await makeOrganization(house)).id;
  groupId = (await createGroup(house.store, OPERATOR, { organizationId, name: "Sales" })).id;
});

const person = async (of = organizationId) =>
  (await makeUser(house, of, { email: `manager-${(people += 1)}@example.com` })).id;
const set = (userIds: readonly string[], caller: Caller = OPERATOR) =>
  setGroupManagers(house.store, caller, { groupId, userIds });
const managers = async () =>
  (
    await house.database.reader.rows<{ user_id: string }>(
      "SELECT user_id FROM group_manager WHERE group_id = ? ORDER BY user_id",
      [groupId],
    )
  ).map(({ user_id }) => user_id);
const audit = () =>
  house.database.reader.rows<{ before_value: string; after_value: string }>(
    "SELECT before_value, after_value FROM audit_entry WHERE subject_id = ? AND action = 'group.managers_changed' ORDER BY id",
    [groupId],
  );

describe("the managers of a group", () => {
  test("are replaced, each once, and a change that changes nothing is not audited", async () => {
    const [ada, grace, alan] = [await person(), await person(), await person()];
    await set([grace, ada, grace]);
    expect(await managers()).toEqual([ada, grace].toSorted());
    await set([ada, grace]);
    await set([alan, ada]);
    expect(await managers()).toEqual([ada, alan].toSorted());
    await set([]);
    await set([]);
    expect(await managers()).toEqual([]);
    expect(
      (await audit()).map((row) => [JSON.parse(row.before_value).userIds, JSON.parse(row.after_value).userIds]),
    ).toEqual([
      [[], [ada, grace].toSorted()],
      [[ada, grace].toSorted(), [ada, alan].toSorted()],
      [[ada, alan].toSorted(), []],
    ]);
  });

  test("are members of the organization: for a non-member, nothing changes", async () => {
    const ada = await person();
    const stranger = await person((await makeOrganization(house)).id);
    await set([ada]);
    expect(await codeOf(set([ada, stranger]))).toBe("INVALID_INPUT");
    expect(await codeOf(set(["nobody"]))).toBe("INVALID_INPUT");
    expect(await codeOf(set(Array.from({ length: MOST_MANAGERS + 1 }, (_, index) => `user-${index}`)))).toBe(
      "INVALID_INPUT",
    );
    expect(await managers()).toEqual([ada]);
  });

  test("are added with GROUPS_WRITE and TRAINING_READ, and removed with GROUPS_WRITE", async () => {
    const [ada, grace] = [await person(), await person()];
    const groupsOnly = keyOf(organizationId, "GROUPS_WRITE", "TEAM_TRAINING_READ");
    expect(await codeOf(set([ada], groupsOnly))).toBe("FORBIDDEN");
    expect(await codeOf(set([ada], keyOf(organizationId, "TRAINING_READ", "TRAINING_WRITE")))).toBe("FORBIDDEN");
    expect(await codeOf(set([ada], keyOf("another", "GROUPS_WRITE", "TRAINING_READ")))).toBe("NOT_FOUND");
    expect(await codeOf(set([ada], { kind: "ANONYMOUS" }))).toBe("UNAUTHENTICATED");
    expect(await managers()).toEqual([]);
    await set([ada, grace], keyOf(organizationId, "GROUPS_WRITE", "TRAINING_READ"));
    await set([grace], groupsOnly);
    expect(await managers()).toEqual([grace]);
  });

  test("cannot add users to their own group whose training they may not see", async () => {
    const [ada, bob] = [await person(), await person()];
    await set([ada]);
    const input = { groupId, userIds: [bob] };
    const changer = (...others: Permission[]) => personIn(organizationId, ada, ["GROUPS_WRITE", ...others]);
    const members = async () =>
      await house.database.reader.rows("SELECT user_id FROM group_member WHERE group_id = ?", [groupId]);
    expect(await codeOf(addUsersToGroup(house.store, changer("TEAM_TRAINING_READ"), input))).toBe("FORBIDDEN");
    expect(await members()).toEqual([]);
    await addUsersToGroup(house.store, changer("TRAINING_READ"), input);
    expect(await members()).toEqual([{ user_id: bob }]);
    await removeUsersFromGroup(house.store, changer("TEAM_TRAINING_READ"), input);
    // A caller who does not manage the group gains nothing.
    await set([]);
    await addUsersToGroup(house.store, changer("TEAM_TRAINING_READ"), input);
    expect(await members()).toEqual([{ user_id: bob }]);
  });

  test("end when they leave the organization, are deleted, or the group is deleted", async () => {
    const [ada, guest] = [await person(), await person((await makeOrganization(house)).id)];
    await addMember(house.store, OPERATOR, { organizationId, userId: guest });
    await set([ada, guest]);
    const elsewhere = await createGroup(house.store, OPERATOR, {
      organizationId: (await makeOrganization(house)).id,
      name: "Elsewhere",
    });
    await addMember(house.store, OPERATOR, { organizationId: elsewhere.organizationId, userId: guest });
    await setGroupManagers(house.store, OPERATOR, { groupId: elsewhere.id, userIds: [guest] });
    await removeMember(house.store, OPERATOR, { organizationId, userId: guest });
    expect(await managers()).toEqual([ada]);
    const there = "SELECT user_id FROM group_manager WHERE group_id = ?";
    expect(await house.database.reader.rows(there, [elsewhere.id])).toEqual([{ user_id: guest }]);
    await deleteUser(house.store, { guards: [], erasers: [] }, OPERATOR, ada);
    expect(await managers()).toEqual([]);
    await set([await person()]);
    await deleteGroup(house.store, OPERATOR, groupId);
    expect(await managers()).toEqual([]);
  });

  test("are shown with the group, and the groups with their managers, in as many queries for many as for one", async () => {
    const [ada, grace] = [await person(), await person()];
    await house.ask(
      OPERATOR,
      "mutation ($input: SetGroupManagersInput!) { setGroupManagers(input: $input) { group { id } } }",
      { input: { groupId, userIds: [ada, grace] } },
    );
    const QUERY = `query ($organizationId: ID!) { groups(organizationId: $organizationId) {
      nodes { name managers { id managedGroups { name } } } } }`;
    const read = async () => await countQueries(() => house.ask(OPERATOR, QUERY, { organizationId }));
    const few = await read();
    const shown = [ada, grace].toSorted().map((id) => ({ id, managedGroups: [{ name: "Sales" }] }));
    expect(few.result.data.groups.nodes).toEqual([{ name: "Sales", managers: shown }]);
    for (const name of ["Research", "Support", "Training"]) {
      const group = await createGroup(house.store, OPERATOR, { organizationId, name });
      await setGroupManagers(house.store, OPERATOR, { groupId: group.id, userIds: [ada, await person()] });
    }
    const many = await read();
    expect(many.result.data.groups.nodes).toHaveLength(4);
    expect(many.statements).toHaveLength(few.statements.length);
  });

  test("see the groups that they manage; others need GROUPS_READ", async () => {
    const ada = await person();
    await set([ada]);
    const QUERY = "query ($id: ID!) { user(id: $id) { managedGroups { name } } }";
    const as = async (caller: Caller) => (await house.ask(caller, QUERY, { id: ada })).data.user.managedGroups.length;
    expect(await as(personIn(organizationId, ada, ["USERS_READ"]))).toBe(1);
    expect(await as(keyOf(organizationId, "USERS_READ", "GROUPS_READ"))).toBe(1);
    expect(await as(keyOf(organizationId, "USERS_READ"))).toBe(0);
  });
});
