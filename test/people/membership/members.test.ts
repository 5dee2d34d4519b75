/** Guests of organizations: adding them, their permissions, signing in and leaving. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import { ALL_PERMISSIONS } from "../../../src/access/permission.js";
import { resolveCaller } from "../../../src/people/caller/resolve-caller.js";
import { addUsersToGroup } from "../../../src/people/group/group-members.operations.js";
import { createGroup } from "../../../src/people/group/group.operations.js";
import { addMember, removeMember, setMemberRoles } from "../../../src/people/membership/membership.operations.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { setOwner } from "../../../src/people/organization/set-owner.js";
import { createRole } from "../../../src/people/role/role.operations.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { openSession } from "../../../src/people/session/session.repository.js";
import { listUsers } from "../../../src/people/user/list/list-users.js";
import { updateUser, type NewUserInput } from "../../../src/people/user/user.operations.js";
import { switchOrganization } from "../../../src/people/viewer/switch-organization.js";
import { hashToken } from "../../../src/platform/crypto/tokens.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { createBrowser } from "../../../testing/browser.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
} from "../../support/providers/hostile-openid/index.js";
import { createTenant, type Tenant } from "../../support/tenant.js";
import { startTestUsher, type TestUsher } from "../../support/usher.js";
import { LOCK_STATEMENTS } from "../../support/database.js";
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

/** A person of one organization, and another organization with an administrator. */
async function situation(input: Partial<NewUserInput> = {}) {
  const home = await makeOrganization(house);
  const { id: organizationId } = await makeOrganization(house);
  const user = await makeUser(house, home.id, { firstName: "Grace", lastName: "Hopper", ...input });
  const administrator = await makeUser(house, organizationId, { email: "chief@example.com", roleKeys: ["ADMIN"] });
  return { homeId: home.id, organizationId, user, administrator, chief: personIn(organizationId, administrator.id) };
}

const logOf = async (organizationId: string, subjectId: string) =>
  (
    await house.database.reader.rows<{ type: string; data: string }>(
      "SELECT type, data FROM event WHERE organization_id = ? AND subject_id = ? ORDER BY sequence",
      [organizationId, subjectId],
    )
  ).map(({ type, data }) => ({ type, data: JSON.parse(data) }));
const auditOf = async (organizationId: string, subjectId: string) =>
  await house.database.reader.rows<{ action: string; actor_kind: string }>(
    "SELECT action, actor_kind FROM audit_entry WHERE organization_id = ? AND subject_id = ? ORDER BY id",
    [organizationId, subjectId],
  );
const rolesOf = async (organizationId: string, userId: string) =>
  (
    await house.ask(
      personIn(organizationId, userId, ["USERS_READ"]),
      `{ viewer { memberships { organization { id } roles { key } } } }`,
    )
  ).data.viewer.memberships
    .find((each: { organization: { id: string } }) => each.organization.id === organizationId)
    ?.roles.map((role: { key: string }) => role.key);

describe("adding a member", () => {
  test("gives the named roles or the default role, and shows the person in every order of the list", async () => {
    const { homeId, organizationId, user, chief } = await situation();
    const member = await addMember(house.store, OPERATOR, { organizationId, userId: user.id, roleKeys: ["MANAGER"] });
    expect(member).toMatchObject({ id: user.id, homeOrganizationId: homeId, organizationId });
    for (const field of ["LAST_NAME", "FIRST_NAME", "EMAIL", "CREATED_AT"] as const) {
      const page = await listUsers(house.store, chief, { organizationId, orderBy: { field }, page: {} });
      expect(page.nodes.map(({ id }) => id)).toContain(user.id);
    }
    const sorted = await listUsers(house.store, chief, {
      organizationId,
      orderBy: { field: "LAST_NAME" },
      page: {},
    });
    expect(sorted.nodes.map(({ lastName }) => lastName)).toEqual(["Hopper", "Lovelace"]);
    const found = await listUsers(house.store, chief, { organizationId, filter: { search: "hop gra" }, page: {} });
    expect(found.nodes.map(({ id }) => id)).toEqual([user.id]);
    expect(await rolesOf(organizationId, user.id)).toEqual(["MANAGER"]);
    expect(await rolesOf(homeId, user.id)).toEqual(["USER"]);

    expect(await logOf(organizationId, user.id)).toEqual([
      {
        type: "user.role_changed",
        data: {
          user: expect.objectContaining({ id: user.id, lastName: "Hopper", roles: ["MANAGER"], groups: [] }),
          changed: { roles: { before: [], after: ["MANAGER"] } },
        },
      },
    ]);
    expect(await auditOf(organizationId, user.id)).toEqual([{ action: "member.added", actor_kind: "OPERATOR" }]);
    expect((await logOf(homeId, user.id)).map(({ type }) => type)).toEqual(["user.created"]);

    for (const roleKeys of [null, []]) {
      const other = await situation();
      await addMember(house.store, OPERATOR, { organizationId: other.organizationId, userId: user.id, roleKeys });
      expect(await rolesOf(other.organizationId, user.id)).toEqual(["USER"]);
    }
  });

  test("keeps the list right when the person's name changes at home", async () => {
    const { organizationId, user, chief } = await situation();
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id });
    await updateUser(house.store, OPERATOR, { id: user.id, lastName: "Aardvark" });
    const sorted = await listUsers(house.store, chief, { organizationId, orderBy: { field: "LAST_NAME" }, page: {} });
    expect(sorted.nodes.map(({ lastName }) => lastName)).toEqual(["Aardvark", "Lovelace"]);
    const search = async (words: string) =>
      (await listUsers(house.store, chief, { organizationId, filter: { search: words }, page: {} })).nodes.length;
    expect([await search("aard"), await search("hopper")]).toEqual([1, 0]);
  });

  test("is for administrators of the home organization and the operator: an organization cannot add an account by its id", async () => {
    const { homeId, organizationId, user, chief } = await situation();
    const add = (caller: Caller, of = organizationId) =>
      codeOf(addMember(house.store, caller, { organizationId: of, userId: user.id }));
    expect(await add(chief)).toBe("NOT_FOUND");
    expect(await add(keyOf(organizationId, ...ALL_PERMISSIONS))).toBe("NOT_FOUND");
    expect(await add(keyOf(homeId, "USERS_READ", "ORGANIZATION_WRITE"))).toBe("FORBIDDEN");
    expect(await add(ANONYMOUS)).toBe("UNAUTHENTICATED");
    expect(await add(keyOf(homeId, "USERS_WRITE"), "no-such-organization")).toBe("NOT_FOUND");
    expect(await countRows(house, `membership WHERE user_id = '${user.id}'`)).toBe(1);
    expect(await add(keyOf(homeId, "USERS_WRITE"))).toBe("NONE");
    expect(await auditOf(homeId, user.id)).toContainEqual({ action: "member.added", actor_kind: "API_KEY" });
    expect(await add(OPERATOR)).toBe("ALREADY_MEMBER");
    // The organization sees the person now, but still cannot add them to another organization.
    const third = await situation();
    expect(await add(chief, third.organizationId)).toBe("FORBIDDEN");
  });

  test("by the home's administrator gives only a default role without permissions", async () => {
    const { homeId, organizationId, user, chief } = await situation();
    const add = (roleKeys: readonly string[] | null) =>
      addMember(house.store, keyOf(homeId, ...ALL_PERMISSIONS), { organizationId, userId: user.id, roleKeys });
    for (const key of ["ADMIN", "USER", "NO_SUCH"]) expect(await codeOf(add([key]))).toBe("FORBIDDEN");
    expect(await add(null)).toMatchObject({ id: user.id, organizationId: homeId, status: "ACTIVE" });
    expect(await rolesOf(organizationId, user.id)).toEqual(["USER"]);
    await removeMember(house.store, chief, { organizationId, userId: user.id });
    await updateOrganization(house.store, OPERATOR, organizationId, { policies: { defaultRole: "MANAGER" } });
    await add(null);
    expect(await rolesOf(organizationId, user.id)).toEqual([]);
    await setMemberRoles(house.store, chief, { organizationId, userId: user.id, roleKeys: ["MANAGER"] });
    expect(await rolesOf(organizationId, user.id)).toEqual(["MANAGER"]);
  });

  test("by an address is for the operator only, so that other callers cannot find out which addresses have accounts", async () => {
    const { organizationId, chief } = await situation({ email: "unique-grace@example.com" });
    const add = (caller: Caller, email: string, userId?: string) =>
      codeOf(addMember(house.store, caller, { organizationId, email, userId: userId ?? null }));
    for (const address of ["unique-grace@example.com", "nobody-at-all@example.com"]) {
      expect(await add(chief, address)).toBe("FORBIDDEN");
      expect(await add(keyOf(organizationId, ...ALL_PERMISSIONS), address)).toBe("FORBIDDEN");
    }
    expect(await add(OPERATOR, "nobody-at-all@example.com")).toBe("NOT_FOUND");
    expect(await add(OPERATOR, "no address")).toBe("INVALID_INPUT");
    expect(await add(OPERATOR, "unique-grace@example.com", "and-an-id")).toBe("INVALID_INPUT");
    expect(await codeOf(addMember(house.store, OPERATOR, { organizationId }))).toBe("INVALID_INPUT");
    await situation({ email: "twice@example.com" });
    await situation({ email: "twice@example.com" });
    expect(await add(OPERATOR, "twice@example.com")).toBe("INVALID_INPUT");
    expect(await add(OPERATOR, "Unique-Grace@example.com")).toBe("NONE");
  });

  test("refuses accounts that are not active", async () => {
    const { homeId, organizationId, user } = await situation();
    const host = keyOf(homeId, "USERS_WRITE");
    const add = (caller: Caller, userId = user.id) =>
      codeOf(addMember(house.store, caller, { organizationId, userId }));
    const set = (assignment: string) =>
      house.inUnit((unit) => unit.execute(`UPDATE app_user SET ${assignment} WHERE id = ?`, [user.id]));
    expect(await add(host, "nobody")).toBe("NOT_FOUND");
    await set("status = 'DISABLED'");
    expect([await add(host), await add(OPERATOR)]).toEqual(["INVALID_INPUT", "INVALID_INPUT"]);
  });

  test("takes a seat of the organization's plan, and is refused if it is full and the policy requires a seat", async () => {
    const { organizationId, user, chief } = await situation();
    const { user: late } = await situation();
    await updateOrganization(house.store, OPERATOR, organizationId, {
      totalSeats: 1,
      policies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" },
    });
    const seats = async () =>
      (
        await house.ask(OPERATOR, `query ($id: ID!) { seats(organizationId: $id) { seatsInUse } }`, {
          id: organizationId,
        })
      ).data.seats.seatsInUse;
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id });
    expect(await seats()).toBe(1);
    const add = () => codeOf(addMember(house.store, OPERATOR, { organizationId, userId: late.id }));
    expect(await add()).toBe("SEATS_FULL");
    expect(await countRows(house, `membership WHERE user_id = '${late.id}'`)).toBe(1);
    await removeMember(house.store, chief, { organizationId, userId: user.id });
    expect(await seats()).toBe(0);
    expect(await add()).toBe("NONE");
    await updateOrganization(house.store, OPERATOR, organizationId, { policies: { seatsFull: "BLOCK_TRAINING" } });
    expect(await codeOf(addMember(house.store, OPERATOR, { organizationId, userId: user.id }))).toBe("NONE");
    expect(await seats()).toBe(1);
  });

  test("by the home's administrator takes no seat and shows nothing of the plan until the organization gives a role", async () => {
    const { homeId, organizationId, user, chief } = await situation();
    const { homeId: otherHome, user: other } = await situation();
    await updateOrganization(house.store, OPERATOR, organizationId, {
      totalSeats: 1,
      policies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" },
    });
    const seats = () => countRows(house, `seat WHERE organization_id = '${organizationId}' AND released_at IS NULL`);
    const add = (home: string, userId: string) =>
      codeOf(addMember(house.store, keyOf(home, "USERS_WRITE"), { organizationId, userId }));
    expect(await add(homeId, user.id)).toBe("NONE");
    expect(await seats()).toBe(0);
    // The plan is full. The person's home organization does not learn that.
    await makeUser(house, organizationId, { email: "own@example.com" });
    expect(await seats()).toBe(1);
    expect(await add(otherHome, other.id)).toBe("NONE");
    await updateOrganization(house.store, OPERATOR, organizationId, { totalSeats: 2 });
    for (const { id } of [user, other])
      await setMemberRoles(house.store, chief, { organizationId, userId: id, roleKeys: ["USER"] });
    expect(await seats()).toBe(2);
  });

  test("by many requests at once creates one membership", async () => {
    const { organizationId, user } = await situation();
    const codes = await Promise.all(
      Array.from({ length: 6 }, () => codeOf(addMember(house.store, OPERATOR, { organizationId, userId: user.id }))),
    );
    expect(codes.toSorted()).toEqual([...Array<string>(5).fill("ALREADY_MEMBER"), "NONE"]);
  });
});

describe("the roles of a member", () => {
  test("are set in that organization only, with event and audit entry, and without if nothing differs", async () => {
    const { homeId, organizationId, user, chief } = await situation();
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id });
    const set = (caller: Caller, roleKeys: readonly string[], of = organizationId) =>
      setMemberRoles(house.store, caller, { organizationId: of, userId: user.id, roleKeys });
    await set(chief, ["AUDITOR", "USER"]);
    await set(chief, ["USER", "AUDITOR"]);
    expect(await rolesOf(organizationId, user.id)).toEqual(["AUDITOR", "USER"]);
    expect(await rolesOf(homeId, user.id)).toEqual(["USER"]);
    expect((await logOf(organizationId, user.id)).map(({ data }) => data.changed.roles)).toEqual([
      { before: [], after: ["USER"] },
      { before: ["USER"], after: ["AUDITOR", "USER"] },
    ]);
    expect((await auditOf(organizationId, user.id)).map(({ action }) => action)).toEqual([
      "member.added",
      "user.role_changed",
    ]);
    expect(await codeOf(set(chief, []))).toBe("INVALID_INPUT");
    expect(await codeOf(set(chief, ["NO_SUCH"]))).toBe("INVALID_INPUT");
    await set(OPERATOR, ["MANAGER"], homeId);
    expect(await rolesOf(homeId, user.id)).toEqual(["MANAGER"]);
    expect(await rolesOf(organizationId, user.id)).toEqual(["AUDITOR", "USER"]);
  });

  test("need callers who hold them, and callers of the organization", async () => {
    const { homeId, organizationId, user, chief } = await situation();
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id });
    const role = { key: "TRAINER", name: "Trainer", rank: 120, permissions: ["TRAINING_WRITE"] as const };
    await createRole(house.store, OPERATOR, { organizationId, ...role });
    const set = (caller: Caller, roleKeys: readonly string[]) =>
      codeOf(setMemberRoles(house.store, caller, { organizationId, userId: user.id, roleKeys }));
    expect(await set(keyOf(organizationId, "USERS_WRITE"), ["TRAINER"])).toBe("FORBIDDEN");
    expect(await set(keyOf(organizationId, "USERS_READ"), ["USER"])).toBe("FORBIDDEN");
    expect(await set(personIn(homeId, "administrator-at-home"), ["ADMIN"])).toBe("NOT_FOUND");
    expect(await set(ANONYMOUS, ["ADMIN"])).toBe("UNAUTHENTICATED");
    expect(await set(keyOf(organizationId, "USERS_WRITE", "TRAINING_WRITE"), ["TRAINER"])).toBe("NONE");
    expect(await set(keyOf(organizationId, "USERS_WRITE"), ["TRAINER", "USER"])).toBe("NONE");
    const stranger = await situation();
    expect(
      await codeOf(
        setMemberRoles(house.store, chief, { organizationId, userId: stranger.user.id, roleKeys: ["USER"] }),
      ),
    ).toBe("NOT_FOUND");
  });

  test("are not taken from the owner or the last administrator", async () => {
    const { organizationId, user, administrator } = await situation();
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id, roleKeys: ["ADMIN"] });
    await setOwner(house.store, OPERATOR, { organizationId, userId: user.id });
    const demote = (userId: string) =>
      codeOf(setMemberRoles(house.store, OPERATOR, { organizationId, userId, roleKeys: ["USER"] }));
    expect(await demote(user.id)).toBe("OWNER_PROTECTED");
    expect(await codeOf(removeMember(house.store, OPERATOR, { organizationId, userId: user.id }))).toBe(
      "OWNER_PROTECTED",
    );
    expect(await demote(administrator.id)).toBe("NONE");
    await setMemberRoles(house.store, OPERATOR, { organizationId, userId: administrator.id, roleKeys: ["ADMIN"] });
    await setOwner(house.store, OPERATOR, { organizationId, userId: administrator.id });
    // The guest is the only active administrator now.
    await house.inUnit((unit) =>
      unit.execute("UPDATE app_user SET status = 'DISABLED' WHERE id = ?", [administrator.id]),
    );
    expect(await demote(user.id)).toBe("LAST_ADMINISTRATOR");
    expect(await codeOf(removeMember(house.store, OPERATOR, { organizationId, userId: user.id }))).toBe(
      "LAST_ADMINISTRATOR",
    );
  });
});

async function openSessionOf(userId: string, organizationId: string, token: string) {
  await house.inUnit(async (unit) => {
    await openSession(unit, {
      policies: DEFAULT_ORGANIZATION_POLICIES,
      tokenHash: hashToken(token),
      userId,
      organizationId,
      connectionId: null,
      client: { address: "192.0.2.1", userAgent: "Tests" },
    });
  });
  return await callerWith(token);
}
const callerWith = (token: string) =>
  resolveCaller(house.database.reader, () => house.clock.now, { authorization: null, sessionToken: token });

describe("leaving", () => {
  test("ends roles, groups and sessions there, and nothing in the home organization", async () => {
    const { homeId, organizationId, user, chief } = await situation();
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id, roleKeys: ["MANAGER"] });
    const group = await createGroup(house.store, OPERATOR, { organizationId, name: "Guests" });
    await addUsersToGroup(house.store, OPERATOR, { groupId: group.id, userIds: [user.id] });
    const [here, home] = [`here-${user.id}`, `home-${user.id}`];
    expect((await openSessionOf(user.id, organizationId, here)).kind).toBe("PERSON");
    await openSessionOf(user.id, homeId, home);
    await removeMember(house.store, chief, { organizationId, userId: user.id });

    expect([(await callerWith(here)).kind, (await callerWith(home)).kind]).toEqual(["ANONYMOUS", "PERSON"]);
    for (const table of ["membership", "membership_role", "membership_term", "user_session"])
      expect([
        table,
        await countRows(house, `${table} WHERE organization_id = '${organizationId}' AND user_id = '${user.id}'`),
        (await countRows(house, `${table} WHERE organization_id = '${homeId}' AND user_id = '${user.id}'`)) > 0,
      ]).toEqual([table, 0, true]);
    expect(await countRows(house, `group_member WHERE user_id = '${user.id}'`)).toBe(0);
    expect((await logOf(organizationId, group.id)).map(({ type }) => type)).toContain("group.member_removed");
    expect((await logOf(organizationId, user.id)).at(-1)).toMatchObject({
      type: "user.role_changed",
      data: { user: { roles: [], groups: [] }, changed: { roles: { before: ["MANAGER"], after: [] } } },
    });
    expect((await auditOf(organizationId, user.id)).map(({ action }) => action)).toEqual([
      "member.added",
      "member.removed",
    ]);
    expect(await codeOf(removeMember(house.store, chief, { organizationId, userId: user.id }))).toBe("NOT_FOUND");
  });

  test("is possible for the home organization, even for the owner and the last administrator", async () => {
    const { homeId, organizationId, user, administrator } = await situation();
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id, roleKeys: ["ADMIN"] });
    await setOwner(house.store, OPERATOR, { organizationId, userId: user.id });
    await setMemberRoles(house.store, OPERATOR, { organizationId, userId: administrator.id, roleKeys: ["USER"] });
    const end = (caller: Caller) => codeOf(removeMember(house.store, caller, { organizationId, userId: user.id }));
    expect(await end(OPERATOR)).toBe("OWNER_PROTECTED");
    expect(await end(keyOf(homeId, "USERS_READ"))).toBe("NOT_FOUND");
    expect(await end(keyOf(homeId, "USERS_WRITE"))).toBe("NONE");
    expect(await countRows(house, `organization WHERE id = '${organizationId}' AND owner_user_id IS NOT NULL`)).toBe(0);
    expect((await auditOf(homeId, user.id)).at(-1)).toEqual({ action: "member.removed", actor_kind: "API_KEY" });
    expect(await rolesOf(homeId, user.id)).toEqual(["USER"]);
  });

  test("is possible for the person, from every organization; people cannot leave their home", async () => {
    const { homeId, organizationId, user, administrator, chief } = await situation();
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id });
    const other = await situation();
    const leave = (caller: Caller, of = organizationId, userId = user.id) =>
      codeOf(removeMember(house.store, caller, { organizationId: of, userId }));
    expect(await leave(personIn(homeId, other.user.id, []))).toBe("NOT_FOUND");
    expect(await leave(personIn(other.homeId, other.user.id))).toBe("NOT_FOUND");
    expect(await leave(personIn(organizationId, administrator.id, ["USERS_READ"]))).toBe("FORBIDDEN");
    expect(await leave(ANONYMOUS)).toBe("UNAUTHENTICATED");
    expect(await leave(chief, organizationId, administrator.id)).toBe("MEMBER_AT_HOME");
    expect(await leave(personIn(homeId, user.id, []), homeId)).toBe("MEMBER_AT_HOME");
    expect(await leave(personIn(homeId, user.id, []))).toBe("NONE");
    expect((await auditOf(organizationId, user.id)).at(-1)).toEqual({ action: "member.removed", actor_kind: "PERSON" });
  });
});

describe("switching the organization", () => {
  test("moves the session to a new id and a new token, with the permissions there and the same expiry", async () => {
    const { homeId, organizationId, user } = await situation();
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id, roleKeys: ["AUDITOR"] });
    const token = `switching-${user.id}`;
    const caller = await openSessionOf(user.id, homeId, token);
    const { result, statements } = await countQueries(() => switchOrganization(house.store, caller, organizationId));
    expect(statements).toHaveLength(4 + LOCK_STATEMENTS);
    expect(result.organization.id).toBe(organizationId);
    expect(await callerWith(token)).toEqual(ANONYMOUS);
    const moved = await callerWith(result.sessionToken);
    expect(moved).toMatchObject({ kind: "PERSON", userId: user.id, organizationId });
    expect(moved.kind === "PERSON" && moved.permissions.has("AUDIT_READ")).toBe(true);
    expect(moved.kind === "PERSON" && caller.kind === "PERSON" && moved.sessionId !== caller.sessionId).toBe(true);
    expect(await auditOf(organizationId, user.id)).toContainEqual({ action: "session.entered", actor_kind: "PERSON" });
    house.clock.now = new Date(house.clock.now.getTime() + 12 * 60 * 60 * 1000);
    expect(await callerWith(result.sessionToken)).toEqual(ANONYMOUS);
  });

  test("is for members with a valid session, and many requests at once move it once", async () => {
    const { homeId, organizationId, user } = await situation();
    const token = `raced-${user.id}`;
    const caller = await openSessionOf(user.id, homeId, token);
    const enter = (as: Caller) => codeOf(switchOrganization(house.store, as, organizationId));
    expect(await enter(caller)).toBe("NOT_FOUND");
    await addMember(house.store, OPERATOR, { organizationId, userId: user.id });
    expect(await enter(keyOf(homeId, ...ALL_PERMISSIONS))).toBe("FORBIDDEN");
    expect(await enter(OPERATOR)).toBe("FORBIDDEN");
    await expect(switchOrganization(house.store, OPERATOR, organizationId)).rejects.toThrow(
      "no permission changes that. The operation's description says who may.",
    );
    expect(await enter(ANONYMOUS)).toBe("UNAUTHENTICATED");
    expect((await Promise.all(Array.from({ length: 5 }, () => enter(caller)))).toSorted()).toEqual([
      "NONE",
      ...Array<string>(4).fill("UNAUTHENTICATED"),
    ]);
  });
});

describe("over HTTP", () => {
  let usher: TestUsher;
  let provider: HostileOpenIdProvider;
  let tenant: Tenant;
  beforeAll(async () => {
    usher = await startTestUsher();
    provider = await startHostileOpenIdProvider();
    tenant = await createTenant(usher, provider);
  });
  afterAll(async () => {
    await usher.stop();
    await provider.close();
  });

  test("a signed-in person is added, enters with a new cookie, and sees the roles there", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser);
    const [user] = await tenant.users();
    const { createOrganization } = await usher.ask(
      `mutation { createOrganization(input: { name: "Guests", slug: "guests" }) { organization { id } } }`,
    );
    const organizationId: string = createOrganization.organization.id;
    // The home organization decides whether its people may sign in through a provider.
    await usher.ask(
      `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }`,
      {
        input: {
          id: organizationId,
          ssoAllowed: false,
          entitlements: { sso: false },
          policies: { ssoEnforcement: "OFF" },
        },
      },
    );
    const { addMember: added } = await usher.ask(
      `mutation ($input: AddMemberInput!) { addMember(input: $input) { member { id membership(organizationId: "${organizationId}") { role { key } } } } }`,
      { input: { organizationId, email: user!.email, roleKeys: ["MANAGER"] } },
    );
    expect(added.member).toEqual({ id: user!.id, membership: { role: { key: "MANAGER" } } });

    const ask = async (query: string) => {
      const answer = await browser.send("POST", `${usher.url}/graphql`, {
        type: "application/json",
        text: JSON.stringify({ query }),
      });
      return { ...JSON.parse(answer.text), cookie: String(answer.headers["set-cookie"] ?? "") };
    };
    const before = browser.cookiesFor(usher.url).find(({ name }) => name === "usher-session")?.value;
    const switched = await ask(
      `mutation { switchOrganization(organizationId: "${organizationId}") { organization { slug } } }`,
    );
    expect(switched.data).toEqual({ switchOrganization: { organization: { slug: "guests" } } });
    expect(switched.cookie).toMatch(/usher-session=usher_ses_[^;]+; Path=\/; HttpOnly; SameSite=Lax/);
    const after = browser.cookiesFor(usher.url).find(({ name }) => name === "usher-session")?.value;
    expect(after).not.toBe(before);
    const { data } = await ask(`{ viewer { organization { id }
      user { role { key } here: role(organizationId: "${organizationId}") { key } organization { slug } } permissions } }`);
    expect(data.viewer).toEqual({
      organization: { id: organizationId },
      user: { role: { key: "USER" }, here: { key: "MANAGER" }, organization: { slug: tenant.slug } },
      permissions: ["USERS_READ", "GROUPS_READ", "TEAM_TRAINING_READ"],
    });
    const refused = await ask(`mutation { switchOrganization(organizationId: "nowhere") { organization { slug } } }`);
    expect([refused.errors[0].extensions.code, refused.cookie]).toEqual(["NOT_FOUND", ""]);
    expect((await browser.get(`${usher.url}/o/guests`)).visibleText).toContain("Manager");

    // The log of the home organization has the sign-out, even if the session is in a different organization.
    await browser.submitForm("sign-out");
    const typesOf = async (id: string) =>
      (
        await usher.ask(`query ($id: ID!) { events(organizationId: $id, last: 50) { nodes { type } } }`, { id })
      ).events.nodes.map(({ type }: { type: string }) => type);
    expect(await typesOf(tenant.organizationId)).toContain("user.signed_out");
    expect(await typesOf(organizationId)).toEqual(["user.role_changed"]);
  });
});
