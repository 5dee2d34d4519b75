/** Mappings over the whole application: a sign-in's fields, roles and groups, each with its source. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, type Tenant, type TenantOptions } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
beforeAll(async () => {
  usher = await startTestUsher();
  provider = await startHostileOpenIdProvider();
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const tenantWith = (options: TenantOptions = {}) => createTenant(usher, provider, options);

/** Signs in with a new browser and returns the outcome. */
async function outcomeOf(tenant: Tenant, claims: Readonly<Record<string, unknown>>, word = "ada"): Promise<string> {
  await tenant.signIn(createBrowser(), makePerson(word, claims));
  return (await tenant.attempts())[0]!.outcome;
}

const set = (tenant: Tenant, kind: "Attribute" | "Role" | "Group", mappings: readonly object[]) =>
  tenant.ask(
    `mutation ($input: Set${kind}MappingsInput!) { set${kind}Mappings(input: $input) { connection { version } } }`,
    { input: { connectionId: tenant.connectionId, mappings } },
  );

async function makeGroup(tenant: Tenant, name: string): Promise<string> {
  const { createGroup } = await tenant.ask(
    `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`,
    { input: { organizationId: tenant.organizationId, name } },
  );
  return createGroup.group.id;
}

/** The fields, roles and groups of the first user. */
async function first(tenant: Tenant) {
  const { users } = await tenant.ask(
    `query ($id: ID!) { users(organizationId: $id) { nodes {
       id roles { key } groups { name } roleGrants { role { key } source mappingId connectionId } } } }`,
    { id: tenant.organizationId },
  );
  return users.nodes[0];
}

const rule = (value: string, target: object) => ({ claim: "groups", operator: "EQUALS", value, ...target });

describe("attribute mappings", () => {
  it("fetch userinfo for a claim that the ID token lacks, from the next sign-in on", async () => {
    const tenant = await tenantWith();
    const person = { ...makePerson("ada"), userinfo: { dept: "Optics" } };
    const departmentOf = async () => {
      await tenant.signIn(createBrowser(), person);
      const { user } = await tenant.ask(`query ($id: ID!) { user(id: $id) { profile { field value } } }`, {
        id: (await first(tenant)).id,
      });
      return (user.profile as { field: string; value: string }[]).find(({ field }) => field === "department")?.value;
    };
    provider.forget();
    expect(await departmentOf()).toBeUndefined();
    expect(provider.count("userinfo")).toBe(0);
    await set(tenant, "Attribute", [{ claim: "dept", field: "department" }]);
    expect(await departmentOf()).toBe("Optics");
    expect(provider.count("userinfo")).toBe(1);
  });

  it("put claims into fields of the profile and into custom attributes, with the source SSO", async () => {
    const tenant = await tenantWith();
    await set(tenant, "Attribute", [
      { claim: "dept", field: "department" },
      { claim: "shirt", field: "custom.shirtSize" },
      { claim: "nick", field: "firstName" },
      { claim: "absent", field: "jobTitle" },
    ]);
    expect(await outcomeOf(tenant, { dept: "Optics", shirt: ["L", "XL"], nick: "Countess" })).toBe("SUCCEEDED");
    const { user } = await tenant.ask(
      `query ($id: ID!) { user(id: $id) { profile { field value source updatedAt } } }`,
      { id: (await first(tenant)).id },
    );
    const field = (name: string, value: string) => ({
      field: name,
      value,
      source: "SSO",
      updatedAt: expect.any(String),
    });
    expect(user.profile).toEqual(
      expect.arrayContaining([field("department", "Optics"), field("custom.shirtSize", "L, XL")]),
    );
    expect(user.profile.map((each: { field: string }) => each.field)).not.toContain("jobTitle");
    const [created] = await tenant.events();
    expect(created!.data.user.profile).toEqual({ department: "Optics", "custom.shirtSize": "L, XL" });
    expect(created!.data.user.firstName).toBe("Countess");
    // A value of the provider outranks a value that an administrator gave.
    const { errors } = await usher.graphql(
      `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }`,
      { input: { id: created!.subject.subjectId, firstName: "Ada" } },
      tenant.key,
    );
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "FIELD_OVERRULED",
      details: { fields: [{ field: "firstName", source: "SSO" }] },
    });
  });

  it("cannot set the address for merging, which is the one that the provider vouches for", async () => {
    const tenant = await tenantWith({ policies: { accountLinking: "MERGE_BY_EMAIL" } });
    await outcomeOf(tenant, {}, "victim");
    await set(tenant, "Attribute", [{ claim: "alias", field: "email" }]);
    expect(await outcomeOf(tenant, { alias: "victim@acme.test" }, "mallory")).toBe("SUCCEEDED");
    const users = await tenant.users();
    expect(users.map(({ identities }) => identities.map(({ subject }) => subject))).toEqual([
      ["victim-1"],
      ["mallory-1"],
    ]);
  });
});

describe("role mappings", () => {
  it("give the highest role that matches, and say which mapping gave it", async () => {
    const tenant = await tenantWith();
    await set(tenant, "Role", [rule("M", { roleKey: "MANAGER" }), rule("A", { roleKey: "ADMIN" })]);
    expect(await outcomeOf(tenant, { groups: ["M", "A"] })).toBe("SUCCEEDED");
    const { connection } = await tenant.ask(
      `query ($id: ID!) { connection(id: $id) { roleMappings { id role { key } } } }`,
      {
        id: tenant.connectionId,
      },
    );
    expect(await first(tenant)).toMatchObject({
      roles: [{ key: "ADMIN" }],
      roleGrants: [{ source: "MAPPING", mappingId: connection.roleMappings[1].id, connectionId: tenant.connectionId }],
    });
    // A role stays if its rule no longer matches. A matching rule can lower it.
    await set(tenant, "Role", [rule("M", { roleKey: "MANAGER" })]);
    await outcomeOf(tenant, { groups: ["A"] });
    expect(await first(tenant)).toMatchObject({ roles: [{ key: "ADMIN" }] });
    await outcomeOf(tenant, { groups: ["M"] });
    expect(await first(tenant)).toMatchObject({ roles: [{ key: "MANAGER" }] });
  });

  it.each([
    [{ operator: "ONE_OF", values: ["x", "m"] }, ["m"], "MANAGER"],
    [{ operator: "ONE_OF", values: ["x", "m"] }, ["M"], "USER"],
    [{ operator: "EQUALS", value: "m", ignoreCase: true }, ["M"], "MANAGER"],
    [{ operator: "CONTAINS", value: "ana" }, ["managers"], "MANAGER"],
    [{ operator: "MATCHES", value: "eng-[0-9]+" }, ["eng-42"], "MANAGER"],
    [{ operator: "MATCHES", value: "eng-[0-9]+" }, ["my-eng-42"], "USER"],
  ])("with %j turn the groups %j into the role %s", async (condition, groups, role) => {
    const tenant = await tenantWith();
    await set(tenant, "Role", [{ claim: "groups", ...condition, roleKey: "MANAGER" }]);
    expect(await outcomeOf(tenant, { groups })).toBe("SUCCEEDED");
    expect(await first(tenant)).toMatchObject({ roles: [{ key: role }] });
  });
});

describe("group mappings", () => {
  it("add people to groups and remove them again, and keep memberships given by hand", async () => {
    const tenant = await tenantWith();
    const [one, two, hand] = [
      await makeGroup(tenant, "One"),
      await makeGroup(tenant, "Two"),
      await makeGroup(tenant, "Hand"),
    ];
    await set(tenant, "Group", [rule("G1", { groupId: one }), rule("G2", { groupId: two })]);
    await outcomeOf(tenant, { groups: ["G1", "G2"] });
    const { id } = await first(tenant);
    await tenant.ask(`mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) { group { id } } }`, {
      input: { groupId: hand, userIds: [id] },
    });
    const names = async () => (await first(tenant)).groups.map(({ name }: { name: string }) => name);
    expect(await names()).toEqual(["Hand", "One", "Two"]);
    await outcomeOf(tenant, { groups: ["G2"] });
    expect(await names()).toEqual(["Hand", "Two"]);
    // A deleted mapping takes effect at the next sign-in.
    await set(tenant, "Group", []);
    await outcomeOf(tenant, { groups: ["G2"] });
    expect(await names()).toEqual(["Hand"]);
  });

  it("of a deleted group neither give a membership nor refuse a person", async () => {
    const tenant = await tenantWith();
    const group = await makeGroup(tenant, "Going");
    await set(tenant, "Group", [rule("G1", { groupId: group })]);
    await tenant.ask(`mutation ($id: ID!) { deleteGroup(id: $id) { group { id } } }`, { id: group });
    expect(await outcomeOf(tenant, { groups: ["G1"] })).toBe("SUCCEEDED");
    expect(await first(tenant)).toMatchObject({ groups: [] });
  });
});

describe("a provider that sends no groups", () => {
  const AUTHORITATIVE = { policies: { roleSync: "AUTHORITATIVE", missingGroups: "KEEP" } };
  const has = async (tenant: Tenant) => {
    const { roles, groups } = await first(tenant);
    return [...roles.map(({ key }: { key: string }) => key), ...groups.map(({ name }: { name: string }) => name)];
  };

  it.each<[string, string | null, (values: string[]) => object, object]>([
    ["memberOf", null, (memberOf) => ({ memberOf }), { _claim_names: { memberOf: "src1" } }],
    ["realm_access.roles", "realm_access.roles", (roles) => ({ realm_access: { roles } }), { hasgroups: true }],
    [
      "https://acme.test/groups",
      "https://acme.test/groups",
      (groups) => ({ "https://acme.test/groups": groups }),
      { _claim_names: { "https://acme.test/groups": "src1" } },
    ],
  ])("takes nothing that a rule on %s gave, also if it sends too many", async (claim, groupsClaim, send, tooMany) => {
    const tenant = await createTenant(usher, provider, { ...AUTHORITATIVE, settings: { groupsClaim } });
    const ops = { claim, operator: "EQUALS", value: "ops" };
    await set(tenant, "Role", [{ ...ops, roleKey: "ADMIN" }]);
    await set(tenant, "Group", [{ ...ops, groupId: await makeGroup(tenant, "Ops") }]);
    expect(await outcomeOf(tenant, { ...send(["ops"]) })).toBe("SUCCEEDED");
    expect(await has(tenant)).toEqual(["ADMIN", "Ops"]);
    expect(await outcomeOf(tenant, {})).toBe("SUCCEEDED");
    expect(await has(tenant)).toEqual(["ADMIN", "Ops"]);
    expect(await outcomeOf(tenant, { ...tooMany })).toBe("GROUPS_UNKNOWN");
    expect(await has(tenant)).toEqual(["ADMIN", "Ops"]);
    expect(await outcomeOf(tenant, { ...send(["other"]) })).toBe("SUCCEEDED");
    expect(await has(tenant)).toEqual(["USER"]);
  });

  it("keeps only what groups gave", async () => {
    const tenant = await tenantWith(AUTHORITATIVE);
    await set(tenant, "Role", [
      { claim: "roles", operator: "EQUALS", value: "Admin", roleKey: "ADMIN" },
      rule("m", { roleKey: "MANAGER" }),
    ]);
    await outcomeOf(tenant, { roles: ["Admin"] });
    expect(await has(tenant)).toEqual(["ADMIN"]);
    await outcomeOf(tenant, { roles: ["Other"] });
    expect(await has(tenant)).toEqual(["USER"]);
  });
});

describe("mappings that take too much work", () => {
  it("refuse the person with a code of their own, and tell the administrator what to change", async () => {
    const tenant = await tenantWith();
    const rules = Array.from({ length: 10 }, () => ({
      claim: "groups",
      operator: "MATCHES",
      value: "[ab]*a[ab]{880}c",
    }));
    await set(
      tenant,
      "Role",
      rules.map((each) => ({ ...each, roleKey: "ADMIN" })),
    );
    const groups = Array.from({ length: 20 }, (_, index) => `${index}${"ab".repeat(500)}`);
    expect(await outcomeOf(tenant, { groups })).toBe("MAPPINGS_TOO_COSTLY");
    expect((await tenant.attempts())[0]).toMatchObject({ remedy: expect.stringContaining("MATCHES") });
    expect(await outcomeOf(tenant, { groups: ["ab"] })).toBe("SUCCEEDED");
  });
});
