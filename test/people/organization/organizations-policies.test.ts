/** Policies, plans and owners of organizations, the settings of the installation, and deleting an organization. */
import { describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import { ALL_PERMISSIONS } from "../../../src/access/permission.js";
import { ORGANIZATION_PARTS } from "../../../src/app/module-lists.js";
import { entities } from "../../../src/entities.js";
import { createApiKey } from "../../../src/people/api-key/api-key.operations.js";
import { addDomain } from "../../../src/people/domain/domain.operations.js";
import { readInstallation } from "../../../src/people/installation/installation.js";
import { addMember } from "../../../src/people/membership/membership.operations.js";
import { deleteOrganization, readOrganizationDeletion } from "../../../src/people/organization/delete-organization.js";
import { findOrganization } from "../../../src/people/organization/organization.repository.js";
import { updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { requireNotOwner } from "../../../src/people/organization/organization.rules.js";
import { setOwner } from "../../../src/people/organization/set-owner.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { openSession } from "../../../src/people/session/session.repository.js";
import { sha256Hex } from "../../../src/platform/crypto/tokens.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
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

const UPDATE = `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization {
  version slug ssoAllowed totalSeats entitlements { sso scim } policies { ssoEnforcement passwordForSsoUsers authMethodChange secondFactor passkeySignIn passwordRules { shortestLength maximumAgeDays } defaultRole roleAssignment manualRoleWins
    fieldPrecedence seatModel seatsFull billingAnchor { cycle day month } groupResultsMinimum sessionIdleMinutes sessionLifetimeMinutes } } } }`;

const change = (caller: Caller, id: string, input: object) => house.ask(caller, UPDATE, { input: { id, ...input } });

async function auditOf(subjectId: string) {
  const rows = await house.database.reader.rows<{
    organization_id: string | null;
    action: string;
    before_value: string | null;
    after_value: string | null;
  }>("SELECT organization_id, action, before_value, after_value FROM audit_entry WHERE subject_id = ? ORDER BY id", [
    subjectId,
  ]);
  return rows.map(({ organization_id, action, before_value, after_value }) => ({
    organizationId: organization_id,
    action,
    before: JSON.parse(before_value ?? "null"),
    after: JSON.parse(after_value ?? "null"),
  }));
}

const DEFAULTS = {
  ssoEnforcement: "OPTIONAL",
  passwordForSsoUsers: "BREAK_GLASS_ONLY",
  authMethodChange: "FORBID",
  secondFactor: "OPTIONAL",
  passkeySignIn: false,
  passwordRules: { shortestLength: 12, maximumAgeDays: null },
  defaultRole: "USER",
  roleAssignment: "HIGHEST",
  manualRoleWins: false,
  fieldPrecedence: ["SCIM", "SSO", "FILE", "ADMIN", "API", "PERSON"],
  seatModel: "NONE",
  seatsFull: "BLOCK_TRAINING",
  billingAnchor: { cycle: "MONTH", day: 1, month: 1 },
  groupResultsMinimum: 5,
  sessionIdleMinutes: 720,
  sessionLifetimeMinutes: 20_160,
};

describe("policies", () => {
  test("each can be changed without the others, and returns to its default with null", async () => {
    const { id } = await makeOrganization(house);
    const administrator = personIn(id, "administrator");
    const changed: Readonly<Record<string, unknown>> = {
      ssoEnforcement: "REQUIRED",
      passwordForSsoUsers: "ALLOW",
      authMethodChange: "ADMIN",
      secondFactor: "REQUIRED",
      passkeySignIn: true,
      passwordRules: { shortestLength: 16, maximumAgeDays: 365 },
      defaultRole: "MANAGER",
      roleAssignment: "ALL",
      manualRoleWins: true,
      fieldPrecedence: ["PERSON", "ADMIN", "API", "FILE", "SSO", "SCIM"],
      seatModel: "ACTIVE_USER",
      seatsFull: "DENY_PROVISIONING",
      billingAnchor: { cycle: "YEAR", day: 28, month: 12 },
      groupResultsMinimum: 12,
      sessionIdleMinutes: 5,
      sessionLifetimeMinutes: 129_600,
    };
    expect(Object.keys(changed)).toEqual(Object.keys(DEFAULTS));
    let expected: Record<string, unknown> = DEFAULTS;
    for (const [name, value] of Object.entries(changed)) {
      const { data, codes } = await change(administrator, id, { policies: { [name]: value } });
      expected = { ...expected, [name]: value };
      expect([codes, data.updateOrganization.organization.policies]).toEqual([[], expected]);
      expect((await findOrganization(house.database.reader, null, id))?.policies).toEqual(expected);
    }
    const cleared = Object.fromEntries(Object.keys(changed).map((name) => [name, null]));
    const { data } = await change(administrator, id, { policies: cleared });
    expect(data.updateOrganization.organization).toMatchObject({
      version: Object.keys(DEFAULTS).length + 2,
      policies: DEFAULTS,
    });
    expect((await auditOf(id)).at(-1)).toMatchObject({
      organizationId: id,
      action: "organization.updated",
      before: { policies: changed },
      after: { policies: DEFAULTS },
    });
  });

  test("complete a precedence with the sources that it leaves out, and refuse one that names a source twice", async () => {
    const { id } = await makeOrganization(house);
    const set = (fieldPrecedence: readonly string[]) => change(OPERATOR, id, { policies: { fieldPrecedence } });
    expect((await set(["PERSON", "SSO"])).data.updateOrganization.organization.policies.fieldPrecedence).toEqual([
      "PERSON",
      "SSO",
      "SCIM",
      "FILE",
      "ADMIN",
      "API",
    ]);
    expect((await set(["SSO", "ADMIN", "SSO"])).codes).toEqual(["INVALID_INPUT"]);
    expect((await set([])).data.updateOrganization.organization.policies).toEqual(DEFAULTS);
  });

  test("take an anchor part by part, with days that every month has", async () => {
    const { id } = await makeOrganization(house);
    const set = (billingAnchor: object) => change(OPERATOR, id, { policies: { billingAnchor } });
    expect((await set({ day: 15 })).codes).toEqual([]);
    const { data } = await set({ cycle: "YEAR", month: 4 });
    expect(data.updateOrganization.organization.policies.billingAnchor).toEqual({ cycle: "YEAR", day: 15, month: 4 });
    for (const wrong of [{ day: 0 }, { day: 29 }, { month: 0 }, { month: 13 }])
      expect((await set(wrong)).codes).toEqual(["INVALID_INPUT"]);
    expect((await set({ cycle: null, day: null })).data.updateOrganization.organization.policies.billingAnchor).toEqual(
      {
        cycle: "MONTH",
        day: 1,
        month: 4,
      },
    );
  });

  test("take rules for passwords part by part, within bounds", async () => {
    const { id } = await makeOrganization(house);
    const set = (passwordRules: object) => change(OPERATOR, id, { policies: { passwordRules } });
    await set({ shortestLength: 8 });
    const { data } = await set({ maximumAgeDays: 3_650 });
    expect(data.updateOrganization.organization.policies.passwordRules).toEqual({
      shortestLength: 8,
      maximumAgeDays: 3_650,
    });
    for (const wrong of [7, 65]) expect((await set({ shortestLength: wrong })).codes).toEqual(["INVALID_INPUT"]);
    for (const wrong of [0, 3_651]) expect((await set({ maximumAgeDays: wrong })).codes).toEqual(["INVALID_INPUT"]);
    const cleared = (await set({ shortestLength: null, maximumAgeDays: null })).data.updateOrganization.organization;
    expect(cleared.policies.passwordRules).toEqual(DEFAULTS.passwordRules);
  });

  test("cannot give permissions that the caller does not hold", async () => {
    const { id } = await makeOrganization(house);
    const weak = keyOf(id, "ORGANIZATION_WRITE");
    const strong = keyOf(id, ...ALL_PERMISSIONS);
    for (const policies of [{ defaultRole: "ADMIN" }, { roleAssignment: "ALL" }]) {
      expect((await change(weak, id, { policies })).codes).toEqual(["FORBIDDEN"]);
      expect((await change(strong, id, { policies })).codes).toEqual([]);
    }
    expect((await change(weak, id, { policies: { roleAssignment: "HIGHEST", manualRoleWins: true } })).codes).toEqual(
      [],
    );
    expect((await change(weak, id, { policies: { manualRoleWins: false } })).codes).toEqual(["FORBIDDEN"]);
    expect((await change(strong, id, { policies: { manualRoleWins: false } })).codes).toEqual([]);
    expect((await change(weak, id, { policies: { seatModel: "ACTIVE_USER" } })).codes).toEqual([]);
  });
});

describe("the plan", () => {
  test("is changed by the operator only: entitlements, seats, short name and the SSO switch", async () => {
    const { id } = await makeOrganization(house);
    const operators = [
      { entitlements: { sso: false } },
      { entitlements: {} },
      { totalSeats: 5 },
      { totalSeats: null },
      { ssoAllowed: false },
      { slug: "mine-now" },
    ];
    for (const input of operators)
      for (const caller of [personIn(id, "administrator"), keyOf(id, ...ALL_PERMISSIONS)])
        expect([input, (await change(caller, id, input)).codes]).toEqual([input, ["FORBIDDEN"]]);
    const { data } = await change(OPERATOR, id, { entitlements: { sso: false }, totalSeats: 5 });
    expect(data.updateOrganization.organization).toMatchObject({
      version: 2,
      totalSeats: 5,
      entitlements: { sso: false, scim: true },
    });
    const next = await change(OPERATOR, id, { entitlements: { scim: false, sso: null }, totalSeats: null });
    expect(next.data.updateOrganization.organization).toMatchObject({
      totalSeats: null,
      entitlements: { sso: false, scim: false },
    });
    expect((await change(OPERATOR, id, { totalSeats: -1 })).codes).toEqual(["INVALID_INPUT"]);
  });
});

describe("the owner", () => {
  async function situation() {
    const { id } = await makeOrganization(house);
    const make = async (word: string, roleKeys: string[]) =>
      (await makeUser(house, id, { email: `${word}@example.com`, roleKeys })).id;
    return {
      id,
      first: await make("first", ["ADMIN"]),
      second: await make("second", ["ADMIN"]),
      plain: await make("plain", ["USER"]),
    };
  }

  test("is set by the operator or the present owner only, to an active administrator", async () => {
    const { id, first, second, plain } = await situation();
    const set = (caller: Caller, userId: string) =>
      codeOf(setOwner(house.store, caller, { organizationId: id, userId }));
    expect(await set(personIn(id, first), first)).toBe("FORBIDDEN");
    expect(await set(keyOf(id, ...ALL_PERMISSIONS), first)).toBe("FORBIDDEN");
    expect(await set(OPERATOR, plain)).toBe("INVALID_INPUT");
    expect(await set(OPERATOR, "nobody")).toBe("INVALID_INPUT");
    expect(await set(OPERATOR, first)).toBe("NONE");
    expect(await set(personIn(id, second), second)).toBe("FORBIDDEN");
    expect(await set(personIn("elsewhere", first), second)).toBe("NOT_FOUND");
    expect(await set(ANONYMOUS, second)).toBe("UNAUTHENTICATED");
    expect(await set(personIn(id, first), second)).toBe("NONE");
    expect(await set(personIn(id, first), first)).toBe("FORBIDDEN");
    expect((await auditOf(id)).filter(({ action }) => action === "organization.owner_changed")).toEqual([
      expect.objectContaining({ before: { ownerUserId: null }, after: { ownerUserId: first } }),
      expect.objectContaining({ before: { ownerUserId: first }, after: { ownerUserId: second } }),
    ]);
  });

  test("is shown to callers who may see users, for a page of organizations in a fixed number of queries", async () => {
    const { id, first } = await situation();
    await setOwner(house.store, OPERATOR, { organizationId: id, userId: first });
    const document = `query ($id: ID) { organization(id: $id) { owner { id email } } }`;
    expect((await house.ask(keyOf(id, "USERS_READ"), document, { id })).data.organization.owner).toEqual({
      id: first,
      email: "first@example.com",
    });
    expect((await house.ask(personIn(id, "plain", []), document, { id })).codes).toEqual(["FORBIDDEN"]);
    for (let others = 0; others < 3; others += 1) {
      const other = await situation();
      await setOwner(house.store, OPERATOR, { organizationId: other.id, userId: other.first });
    }
    const list = `{ organizations(first: 200) { nodes { totalSeats entitlements { sso } domains { id } owner { id } } } }`;
    const { result, statements } = await countQueries(() => house.ask(OPERATOR, list));
    expect(result.codes).toEqual([]);
    expect(result.data.organizations.nodes.length).toBeGreaterThan(3);
    const owned = result.data.organizations.nodes.filter((node: { owner: unknown }) => node.owner !== null);
    expect(owned.length).toBeGreaterThan(3);
    // Statements: the page, all domains and all owners.
    expect(statements).toHaveLength(3);
  });

  test("is protected, unlike other users", async () => {
    const { id, first, second } = await situation();
    await setOwner(house.store, OPERATOR, { organizationId: id, userId: first });
    const ask = (organizationId: string, userId: string) =>
      codeOf(house.inUnit((unit) => requireNotOwner(unit, organizationId, userId)));
    expect(await ask(id, first)).toBe("OWNER_PROTECTED");
    expect(await ask(id, second)).toBe("NONE");
    expect(await ask((await makeOrganization(house)).id, first)).toBe("NONE");
  });
});

describe("the installation", () => {
  const READ = `{ installation { ssoAllowed } }`;
  const WRITE = `mutation ($input: UpdateInstallationInput!) { updateInstallation(input: $input) { installation { ssoAllowed } } }`;

  test("is for the operator only, and its changes are not in the audit log of an organization", async () => {
    const { id } = await makeOrganization(house);
    expect((await house.ask(OPERATOR, READ)).data.installation).toEqual({ ssoAllowed: true });
    for (const [caller, code] of [
      [personIn(id, "administrator"), "FORBIDDEN"],
      [keyOf(id, ...ALL_PERMISSIONS), "FORBIDDEN"],
      [ANONYMOUS, "UNAUTHENTICATED"],
    ] as const) {
      expect((await house.ask(caller, READ)).codes).toEqual([code]);
      expect((await house.ask(caller, WRITE, { input: { ssoAllowed: false } })).codes).toEqual([code]);
    }
    expect(await readInstallation(house.database.reader)).toEqual({ ssoAllowed: true });
    const { data } = await house.ask(OPERATOR, WRITE, { input: { ssoAllowed: false } });
    expect(data.updateInstallation.installation).toEqual({ ssoAllowed: false });
    expect(await readInstallation(house.database.reader)).toEqual({ ssoAllowed: false });
    await house.ask(OPERATOR, WRITE, { input: {} });
    await house.ask(OPERATOR, WRITE, { input: { ssoAllowed: true } });
    expect(await auditOf("installation")).toEqual([
      {
        organizationId: null,
        action: "installation.updated",
        before: { ssoAllowed: true },
        after: { ssoAllowed: false },
      },
      {
        organizationId: null,
        action: "installation.updated",
        before: { ssoAllowed: false },
        after: { ssoAllowed: true },
      },
    ]);
  });
});

describe("deleting an organization", () => {
  const remove = (caller: Caller, id: string, confirmSlug: string) =>
    deleteOrganization(house.store, ORGANIZATION_PARTS, caller, { id, confirmSlug });
  const read = (caller: Caller, id: string) => readOrganizationDeletion(house.store, ORGANIZATION_PARTS, caller, id);

  /** Tables with a column that names an organization. */
  const tables = () =>
    house.database.dataSource.entityMetadatas.flatMap(({ tableName, columns }) =>
      columns
        .filter(({ databaseName }) => ["organization_id", "home_organization_id"].includes(databaseName))
        .map(({ databaseName }) => ({ tableName, column: databaseName })),
    );
  const rowsOf = async (organizationId: string) => {
    const left: string[] = [];
    for (const { tableName, column } of tables())
      if ((await countRows(house, `${tableName} WHERE ${column} = '${organizationId}'`)) > 0) left.push(tableName);
    return left;
  };

  async function situation() {
    const { id, slug } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    await updateOrganization(house.store, OPERATOR, elsewhere, {
      totalSeats: 3,
      policies: { seatModel: "ACTIVE_USER" },
    });
    const user = await makeUser(house, id, { roleKeys: ["ADMIN"] });
    const guest = await makeUser(house, elsewhere, { email: "guest@example.com" });
    await addMember(house.store, OPERATOR, { organizationId: elsewhere, userId: user.id, roleKeys: ["ADMIN"] });
    await addMember(house.store, OPERATOR, { organizationId: id, userId: guest.id });
    await addDomain(house.store, OPERATOR, { organizationId: id, domain: "example.com" });
    await createApiKey(house.store, OPERATOR, { organizationId: id, name: "Payroll", scopes: ["USERS_READ"] });
    await house.inUnit(async (unit) => {
      await openSession(unit, {
        policies: DEFAULT_ORGANIZATION_POLICIES,
        tokenHash: sha256Hex(`session in ${id}`),
        userId: guest.id,
        organizationId: id,
        connectionId: null,
        client: { address: null, userAgent: null },
      });
    });
    return { id, slug, elsewhere, user, guest };
  }

  test("lists the data beforehand, for the operator only", async () => {
    const { id } = await situation();
    const counted = Object.fromEntries((await read(OPERATOR, id)).map(({ name, count }) => [name, count]));
    expect(counted).toMatchObject({
      users: 1,
      membersFromElsewhere: 1,
      membershipsElsewhere: 1,
      roles: 4,
      domains: 1,
      apiKeys: 1,
      sessions: 1,
      connections: 0,
    });
    expect(await codeOf(read(personIn(id, "administrator"), id))).toBe("FORBIDDEN");
    expect(await codeOf(read(OPERATOR, "nowhere"))).toBe("NOT_FOUND");
  });

  test("needs the short name, and leaves only an entry of the installation's audit log", async () => {
    const { id, slug, elsewhere, guest } = await situation();
    expect((await rowsOf(id)).length).toBeGreaterThan(8);
    expect(await codeOf(remove(personIn(id, "administrator"), id, slug))).toBe("FORBIDDEN");
    expect(await codeOf(remove(OPERATOR, id, slug.toUpperCase()))).toBe("INVALID_INPUT");
    expect(await codeOf(remove(OPERATOR, "nowhere", slug))).toBe("NOT_FOUND");
    const promised = await read(OPERATOR, id);
    expect(await remove(OPERATOR, id, slug)).toEqual(promised);
    expect(await findOrganization(house.database.reader, null, id)).toBeNull();
    expect(await rowsOf(id)).toEqual([]);
    expect(await rowsOf(elsewhere)).toContain("membership");
    expect(await auditOf(id)).toEqual([
      {
        organizationId: null,
        action: "organization.deleted",
        before: expect.objectContaining({ slug, parts: expect.objectContaining({ users: 1 }) }),
        after: null,
      },
    ]);
    expect(await countRows(house, `app_user WHERE id = '${guest.id}'`)).toBe(1);
  });

  test("removes its people from other organizations as if they left, with seats and events", async () => {
    const { id, slug, elsewhere, user } = await situation();
    const seats = async () =>
      (
        await house.database.reader.row<{ seats_in_use: number }>(
          "SELECT seats_in_use FROM organization WHERE id = ?",
          [elsewhere],
        )
      )?.seats_in_use;
    expect(await seats()).toBe(2);
    await remove(OPERATOR, id, slug);
    expect(await seats()).toBe(1);
    const rows = await house.database.reader.rows<{ type: string }>(
      "SELECT type FROM event WHERE organization_id = ? AND sequence > 1 ORDER BY sequence DESC LIMIT 2",
      [elsewhere],
    );
    expect(rows.map(({ type }) => type)).toEqual(["user.role_changed", "seat.released"]);
    expect(await countRows(house, `app_user WHERE id = '${user.id}'`)).toBe(0);
  });

  test("is refused while one of its people owns another organization, and changes nothing", async () => {
    const { id, slug, elsewhere, user } = await situation();
    await setOwner(house.store, OPERATOR, { organizationId: elsewhere, userId: user.id });
    const before = await rowsOf(id);
    expect(await codeOf(remove(OPERATOR, id, slug))).toBe("OWNER_PROTECTED");
    expect(await rowsOf(id)).toEqual(before);
  });

  test("counts every table that names an organization, unless another counted table deletes it", () => {
    // A new module must declare its data of an organization.
    const metadatas = house.database.dataSource.entityMetadatas;
    expect(entities.length).toBe(metadatas.length);
    const cascading = new Set(["organization"]);
    for (let before = 0; before !== cascading.size;) {
      before = cascading.size;
      for (const { tableName, foreignKeys } of metadatas)
        if (foreignKeys.some((key) => key.onDelete === "CASCADE" && cascading.has(key.referencedTablePath)))
          cascading.add(tableName);
    }
    const emptied = ["user_session", "one_time_token", "audit_entry", "mail_message"];
    // Guests have sessions and links here. Only the deletion of their accounts deletes them.
    const named = new Set(tables().map(({ tableName }) => tableName));
    expect([...named].filter((table) => !cascading.has(table) && !emptied.includes(table))).toEqual([]);
    const removing = ORGANIZATION_PARTS.filter((part) => part.remove !== undefined).map(({ name }) => name);
    expect(removing).toEqual(["sessions", "oneTimeLinks", "results", "auditEntries", "mails"]);
  });
});
