/** The organization's own roles, the sources of users' roles, and the last administrator. */
import { describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import { ALL_PERMISSIONS, PERMISSIONS } from "../../../src/access/permission.js";
import { resolveCaller } from "../../../src/people/caller/resolve-caller.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { createRole, deleteRole, updateRole, type NewRoleInput } from "../../../src/people/role/role.operations.js";
import { findRoleGrantsOfUsers, findRolesOf, replaceRoles } from "../../../src/people/role/role.repository.js";
import type { FindRoleUses } from "../../../src/people/role/role-guard.js";
import type { Role, RoleSource } from "../../../src/people/role/role.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { openSession } from "../../../src/people/session/session.repository.js";
import { updateUser } from "../../../src/people/user/user.operations.js";
import { hashToken } from "../../../src/platform/crypto/tokens.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
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

async function findRoleGrants(organizationId: string, userId: string) {
  const grants = await findRoleGrantsOfUsers(house.database.reader, organizationId, [userId]);
  return grants.get(userId)!;
}

async function makeRole(organizationId: string, input: Partial<NewRoleInput> = {}): Promise<Role> {
  return await createRole(house.store, OPERATOR, {
    organizationId,
    key: "TRAINER",
    name: "Trainer",
    rank: 120,
    permissions: ["TRAINING_READ"],
    ...input,
  });
}

async function keysOf(organizationId: string): Promise<string[]> {
  return (await findRolesOf(house.database.reader, organizationId)).map(({ key }) => key);
}

test("every caller can read the catalogue of permissions, in its order", async () => {
  const { data, codes } = await house.ask(ANONYMOUS, "{ permissions { name description } }");
  expect(codes).toEqual([]);
  expect(data.permissions).toEqual(ALL_PERMISSIONS.map((name) => ({ name, description: PERMISSIONS[name] })));
});

describe("createRole", () => {
  const CREATE = `mutation ($input: CreateRoleInput!) {
    createRole(input: $input) { role { id key name rank permissions builtIn } } }`;

  test("creates a role with its audit entry, at its rank among the others", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const input = {
      organizationId,
      key: "TRAINER",
      name: " Trainer ",
      rank: 200,
      permissions: ["TRAINING_WRITE", "TRAINING_READ", "TRAINING_READ"],
    };
    const { data, codes } = await house.ask(personIn(organizationId, "administrator"), CREATE, { input });
    expect(codes).toEqual([]);
    const { id, ...role } = data.createRole.role;
    const shown = { key: "TRAINER", name: "Trainer", rank: 200, permissions: ["TRAINING_READ", "TRAINING_WRITE"] };
    expect(role).toEqual({ ...shown, builtIn: false });
    expect(await auditOf(id)).toEqual([{ action: "role.created", before: null, after: shown }]);
    await makeRole(organizationId, { key: "A_FIRST", rank: 200 });
    await makeRole(organizationId, { key: "LOWEST", rank: 1 });
    await makeRole(organizationId, { key: "HIGHEST", rank: 1000 });
    // Roles with the same rank are ordered by key.
    const order = ["HIGHEST", "ADMIN", "A_FIRST", "MANAGER", "TRAINER", "AUDITOR", "USER", "LOWEST"];
    expect(await keysOf(organizationId)).toEqual(order);
    const { data: seen } = await house.ask(OPERATOR, "query ($id: ID!) { organization(id: $id) { roles { key } } }", {
      id: organizationId,
    });
    expect(seen.organization.roles.map(({ key }: { key: string }) => key)).toEqual(order);
  });

  test("gives a key to one of many requests at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(makeRole(organizationId))));
    expect(codes.toSorted()).toEqual(["NONE", ...Array<string>(4).fill("ROLE_KEY_TAKEN")]);
    expect(await codeOf(makeRole(organizationId, { key: "ADMIN" }))).toBe("ROLE_KEY_TAKEN");
    expect(await codeOf(makeRole((await makeOrganization(house)).id))).toBe("NONE");
  });

  test("lists every mistake of an input at once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const input = { organizationId, key: "no key", name: " ", rank: 1001 };
    await expect(makeRole(organizationId, input)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      details: {
        fields: [
          { path: "key", code: "INVALID" },
          { path: "name", code: "REQUIRED" },
          { path: "rank", code: "INVALID" },
        ],
      },
    });
    for (const rank of [0, -1, 1.5, Number.NaN])
      expect(await codeOf(makeRole(organizationId, { rank }))).toBe("INVALID_INPUT");
    expect(await codeOf(makeRole("nobody"))).toBe("NOT_FOUND");
  });

  test("refuses permissions that the caller does not hold, and creates nothing", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const key = keyOf(organizationId, "ORGANIZATION_WRITE", "TRAINING_READ");
    const make = (permissions: NewRoleInput["permissions"]) =>
      codeOf(createRole(house.store, key, { organizationId, key: "OWN", name: "Own", rank: 50, permissions }));
    expect(await make(["TRAINING_READ", "TRAINING_WRITE"])).toBe("FORBIDDEN");
    expect(await keysOf(organizationId)).not.toContain("OWN");
    expect(await make(["TRAINING_READ"])).toBe("NONE");
  });
});

describe("updateRole", () => {
  const UPDATE = `mutation ($input: UpdateRoleInput!) { updateRole(input: $input) { role { key name rank permissions } } }`;

  test("changes the given fields, keeps absent ones, and audits it once", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeRole(organizationId);
    const caller = personIn(organizationId, "administrator");
    const { data } = await house.ask(caller, UPDATE, { input: { id, name: "Coach", permissions: [] } });
    expect(data.updateRole.role).toEqual({ key: "TRAINER", name: "Coach", rank: 120, permissions: [] });
    await updateRole(house.store, OPERATOR, { id, rank: 121 });
    await updateRole(house.store, OPERATOR, { id, name: "Coach", rank: 121, permissions: [] });
    expect((await auditOf(id)).slice(1)).toMatchObject([
      { action: "role.updated", before: { name: "Trainer", permissions: ["TRAINING_READ"] }, after: { name: "Coach" } },
      { action: "role.updated", before: { rank: 120 }, after: { rank: 121 } },
    ]);
    expect(await codeOf(updateRole(house.store, OPERATOR, { id, rank: 0 }))).toBe("INVALID_INPUT");
  });

  test("takes effect at once for all users of the role", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id, key } = await makeRole(organizationId);
    const user = await makeUser(house, organizationId, { roleKeys: [key] });
    const session = { userId: user.id, organizationId, connectionId: null, client: { address: null, userAgent: null } };
    await house.inUnit((unit) =>
      openSession(unit, { ...session, policies: DEFAULT_ORGANIZATION_POLICIES, tokenHash: hashToken("the-token") }),
    );
    const permissions = async () => {
      const credentials = { authorization: null, sessionToken: "the-token" };
      const caller = await resolveCaller(house.database.reader, () => house.clock.now, credentials);
      return caller.kind === "PERSON" ? [...caller.permissions] : null;
    };
    expect(await permissions()).toEqual(["TRAINING_READ"]);
    await updateRole(house.store, OPERATOR, { id, permissions: ["EVENTS_READ"] });
    expect(await permissions()).toEqual(["EVENTS_READ"]);
  });

  test("refuses to add a permission that the caller does not hold; removing one needs none", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id } = await makeRole(organizationId, { permissions: ["AUDIT_READ", "USERS_READ"] });
    const key = keyOf(organizationId, "ORGANIZATION_WRITE", "TRAINING_READ");
    const set = (permissions: NewRoleInput["permissions"]) => codeOf(updateRole(house.store, key, { id, permissions }));
    expect(await set(["AUDIT_READ", "USERS_READ", "USERS_WRITE"])).toBe("FORBIDDEN");
    expect(await auditOf(id)).toHaveLength(1);
    expect(await set(["AUDIT_READ", "TRAINING_READ"])).toBe("NONE");
    expect(await set(["AUDIT_READ", "USERS_READ"])).toBe("FORBIDDEN");
  });

  test("refuses to move a role past another one with permissions that the caller does not hold", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const strong = await makeRole(organizationId, { key: "STRONG", rank: 90, permissions: ["USERS_WRITE"] });
    const weak = await makeRole(organizationId, { key: "WEAK", rank: 95, permissions: [] });
    const key = keyOf(organizationId, "ORGANIZATION_WRITE");
    const move = (role: Role, rank: number) => codeOf(updateRole(house.store, key, { id: role.id, rank }));
    expect(await move(strong, 99)).toBe("FORBIDDEN");
    expect(await move(weak, 90)).toBe("FORBIDDEN");
    expect(await move(weak, 80)).toBe("FORBIDDEN");
    expect(await move(weak, 91)).toBe("NONE");
    expect(await move(weak, 400)).toBe("NONE");
    expect(await move(strong, 89)).toBe("NONE");
  });
});

describe("deleteRole", () => {
  const noGuards: readonly FindRoleUses[] = [];
  const remove = (role: Role, caller: Caller = OPERATOR, guards = noGuards) =>
    deleteRole(house.store, guards, caller, role.id);

  test("deletes an unused role, and audits it", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const role = await makeRole(organizationId);
    const document = "mutation ($id: ID!) { deleteRole(id: $id) { role { key } } }";
    const { data, codes } = await house.ask(keyOf(organizationId, "ORGANIZATION_WRITE"), document, { id: role.id });
    expect(codes).toEqual([]);
    expect(data.deleteRole.role).toEqual({ key: "TRAINER" });
    expect(await keysOf(organizationId)).not.toContain("TRAINER");
    expect((await auditOf(role.id)).at(-1)).toMatchObject({ action: "role.deleted", before: { key: "TRAINER" } });
    expect(await codeOf(remove(role))).toBe("NOT_FOUND");
  });

  test("lists the uses of a role in use, and deletes nothing", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const role = await makeRole(organizationId, { permissions: [] });
    const holder = await makeUser(house, organizationId, { roleKeys: [role.key] });
    await updateOrganization(house.store, OPERATOR, organizationId, { policies: { defaultRole: role.key } });
    const asked: Role[] = [];
    const guard: FindRoleUses = async (reader, asks) => {
      asked.push(asks);
      expect(await reader.row("SELECT 1 AS here")).toBeDefined();
      return [{ by: "ROLE_MAPPINGS", count: 2, ids: ["connection"] }];
    };
    const [users, policy, mappings] = [
      { by: "USERS", count: 1, ids: [] },
      { by: "DEFAULT_ROLE", count: 1, ids: [organizationId] },
      { by: "ROLE_MAPPINGS", count: 2, ids: ["connection"] },
    ];
    await expect(remove(role, OPERATOR, [guard])).rejects.toMatchObject({
      code: "ROLE_IN_USE",
      details: { uses: [users, policy, mappings] },
      message: "The role is in use: users (1), default role (1), role mappings (2).",
    });
    expect(asked).toEqual([role]);
    await updateOrganization(house.store, OPERATOR, organizationId, { policies: { defaultRole: "USER" } });
    await expect(remove(role)).rejects.toMatchObject({ code: "ROLE_IN_USE", details: { uses: [users] } });
    await updateUser(house.store, OPERATOR, { id: holder.id, roleKeys: ["USER"] });
    await expect(remove(role, OPERATOR, [guard])).rejects.toMatchObject({ details: { uses: [mappings] } });
    expect(await keysOf(organizationId)).toContain(role.key);
    expect(await codeOf(remove(role))).toBe("NONE");
  });

  test("does not delete a role that a user gets at the same time", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const role = await makeRole(organizationId, { permissions: [] });
    const user = await makeUser(house, organizationId);
    const codes = await Promise.all([
      codeOf(updateUser(house.store, OPERATOR, { id: user.id, roleKeys: [role.key] })),
      codeOf(remove(role)),
    ]);
    expect([
      ["NONE", "ROLE_IN_USE"],
      ["INVALID_INPUT", "NONE"],
    ]).toContainEqual(codes);
    expect(await findRoleGrants(organizationId, user.id)).toHaveLength(1);
  });
});

test("every change of a role locks the organization before its unit reads anything", async () => {
  const { id: organizationId } = await makeOrganization(house);
  const { id } = await makeRole(organizationId);
  const changes: readonly (() => Promise<unknown>)[] = [
    () => updateRole(house.store, OPERATOR, { id, name: "Locked" }),
    () => deleteRole(house.store, [], OPERATOR, id),
  ];
  for (const change of changes) {
    const { statements } = await countQueries(change);
    // The first statement finds the organization of the role, before the unit of work.
    expect(statements.slice(0, 2)).toEqual([
      expect.stringContaining("FROM role"),
      expect.stringContaining(LOCK_STATEMENT),
    ]);
  }
});

test("built-in roles cannot be changed or deleted", async () => {
  const { id: organizationId } = await makeOrganization(house);
  for (const { id } of await findRolesOf(house.database.reader, organizationId)) {
    expect(await codeOf(updateRole(house.store, OPERATOR, { id, permissions: [] }))).toBe("ROLE_BUILT_IN");
    expect(await codeOf(deleteRole(house.store, [], OPERATOR, id))).toBe("ROLE_BUILT_IN");
  }
  expect(await keysOf(organizationId)).toEqual(["ADMIN", "MANAGER", "AUDITOR", "USER"]);
});

test("callers of another organization, callers without permissions and anonymous callers cannot change a role", async () => {
  const { id: organizationId } = await makeOrganization(house);
  const { id: elsewhere } = await makeOrganization(house);
  const { id } = await makeRole(organizationId);
  const operations: readonly ((caller: Caller) => Promise<unknown>)[] = [
    (caller) =>
      createRole(house.store, caller, { organizationId, key: "MINE", name: "Mine", rank: 10, permissions: [] }),
    (caller) => updateRole(house.store, caller, { id, name: "Mine" }),
    (caller) => deleteRole(house.store, [], caller, id),
  ];
  for (const [caller, expected] of [
    [personIn(elsewhere, "administrator"), "NOT_FOUND"],
    [personIn(organizationId, "plain", ["USERS_WRITE"]), "FORBIDDEN"],
    [ANONYMOUS, "UNAUTHENTICATED"],
  ] as const)
    for (const operation of operations) expect(await codeOf(operation(caller))).toBe(expected);
  expect(await keysOf(organizationId)).toContain("TRAINER");
  expect(await auditOf(id)).toHaveLength(1);
});

describe("the source of a role", () => {
  async function situation() {
    const { id: organizationId } = await makeOrganization(house);
    const { id: userId } = await makeUser(house, organizationId);
    const roles = await findRolesOf(house.database.reader, organizationId);
    const replace = async (keys: readonly string[], source: RoleSource | ((role: Role) => RoleSource)) => {
      house.clock.now = new Date(house.clock.now.getTime() + 1000);
      const chosen = roles.filter(({ key }) => keys.includes(key));
      await house.inUnit((unit) => replaceRoles(unit, { organizationId, userId }, chosen, source));
      return house.clock.now;
    };
    const grants = async () =>
      (await findRoleGrants(organizationId, userId)).map(({ role, source, sourceId, connectionId }) => [
        role.key,
        source,
        sourceId,
        connectionId,
      ]);
    return { organizationId, userId, replace, grants };
  }
  const mapping = (mappingId: string): RoleSource => ({ kind: "MAPPING", mappingId, connectionId: "c1" });

  test("stays for a role that stays, unless a mapping is involved", async () => {
    const { replace, grants } = await situation();
    expect(await grants()).toEqual([["USER", "DEFAULT", null, null]]);
    await replace(["USER", "MANAGER"], "ADMIN");
    expect(await grants()).toEqual([
      ["MANAGER", "ADMIN", null, null],
      ["USER", "DEFAULT", null, null],
    ]);
    await replace(["MANAGER"], "API");
    expect(await grants()).toEqual([["MANAGER", "ADMIN", null, null]]);
  });

  test("changes when a mapping gives the role, when another mapping does, and when none does any more", async () => {
    const { organizationId, userId, replace, grants } = await situation();
    const givenAt = async () => (await findRoleGrants(organizationId, userId)).map(({ createdAt }) => createdAt);
    const first = await replace(["USER"], mapping("m1"));
    expect(await grants()).toEqual([["USER", "MAPPING", "m1", "c1"]]);
    await replace(["USER"], mapping("m1"));
    expect(await givenAt()).toEqual([first]);
    const second = await replace(["USER"], mapping("m2"));
    expect(await grants()).toEqual([["USER", "MAPPING", "m2", "c1"]]);
    expect(await givenAt()).toEqual([second]);
    await replace(["USER", "AUDITOR"], (role) => (role.key === "USER" ? mapping("m2") : "ADMIN"));
    expect(await grants()).toEqual([
      ["AUDITOR", "ADMIN", null, null],
      ["USER", "MAPPING", "m2", "c1"],
    ]);
    await replace(["USER"], "ADMIN");
    expect(await grants()).toEqual([["USER", "ADMIN", null, null]]);
  });

  test("is shown for all users of a page in one query", async () => {
    const { organizationId, userId, replace } = await situation();
    const givenAt = await replace(["USER"], mapping("m1"));
    await makeUser(house, organizationId, { email: "second@example.com", roleKeys: ["ADMIN", "USER"] });
    const document = `query ($org: ID!, $first: Int) { users(organizationId: $org, first: $first) {
      nodes { id roleGrants { role { key } source mappingId connectionId givenAt } } } }`;
    const ask = async (first: number) => {
      const { result, statements } = await countQueries(() =>
        house.ask(keyOf(organizationId, "USERS_READ"), document, { org: organizationId, first }),
      );
      expect(result.codes).toEqual([]);
      return { nodes: result.data.users.nodes, queries: statements.length };
    };
    const byMapping = { source: "MAPPING", mappingId: "m1", connectionId: "c1", givenAt: givenAt.toISOString() };
    const one = await ask(1);
    expect(one).toEqual({ nodes: [{ id: userId, roleGrants: [{ role: { key: "USER" }, ...byMapping }] }], queries: 2 });
    const two = await ask(2);
    expect(two.queries).toBe(2);
    expect(two.nodes[1].roleGrants).toEqual(
      ["ADMIN", "USER"].map((key) => ({
        role: { key },
        source: "ADMIN",
        mappingId: null,
        connectionId: null,
        givenAt: givenAt.toISOString(),
      })),
    );
  });
});

test("one of twenty administrators stays if all are demoted at once", async () => {
  const { id: organizationId } = await makeOrganization(house);
  const administrators: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    const email = `administrator-${index}@example.com`;
    administrators.push((await makeUser(house, organizationId, { email, roleKeys: ["ADMIN"] })).id);
  }
  // A custom role with every permission does not count as the administrator role.
  await makeRole(organizationId, { key: "ALMIGHTY", permissions: ALL_PERMISSIONS });
  await makeUser(house, organizationId, { email: "almighty@example.com", roleKeys: ["ALMIGHTY"] });
  const codes = await Promise.all(
    administrators.map((id) => codeOf(updateUser(house.store, OPERATOR, { id, roleKeys: ["USER"] }))),
  );
  expect(codes.toSorted()).toEqual(["LAST_ADMINISTRATOR", ...Array<string>(19).fill("NONE")]);
  const holders = `membership_role m JOIN role r ON r.id = m.role_id
    WHERE m.organization_id = '${organizationId}' AND r.role_key = 'ADMIN'`;
  expect(await countRows(house, holders)).toBe(1);
});
