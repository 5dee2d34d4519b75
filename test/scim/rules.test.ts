/** The rules of a directory over HTTP: roles, memberships and fields that follow from what the provider says by SCIM. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createScimClient, describeUser, GROUP, makeOrganization, type ScimClient } from "../support/scim.js";
import { createTenant, makePerson, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
beforeAll(async () => {
  provider = await startHostileOpenIdProvider();
  usher = await startTestUsher();
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

type Policies = Readonly<Record<string, string | boolean>>;
interface Rules {
  readonly attributes?: readonly object[];
  readonly roles?: readonly object[];
  readonly groups?: readonly object[];
}

/** A rule on the groups of a person, or on another claim. */
const rule = (value: string, target: object, claim = "groups") => ({ claim, operator: "EQUALS", value, ...target });

const makeGroupOf = async (organizationId: string, name: string): Promise<string> => {
  const { createGroup } = await usher.ask(
    `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`,
    { input: { organizationId, name } },
  );
  return createGroup.group.id;
};

/** The account with an address: its roles with their sources, and the names of its groups. */
const accountOf = async (organizationId: string, email: string) => {
  const { users } = await usher.ask(
    `query ($id: ID!, $search: String) { users(organizationId: $id, filter: { search: $search }) { nodes {
       id status version roles { key } groups { name }
       roleGrants { role { key } source mappingId connectionId directoryId }
       profile { field value source } } } }`,
    { id: organizationId, search: email },
  );
  const [account] = users.nodes;
  return {
    ...account,
    roles: account.roles.map(({ key }: { key: string }) => key),
    groups: account.groups.map(({ name }: { name: string }) => name),
  };
};

const pushGroup = async (scim: ScimClient, displayName: string, members: readonly string[] = [], more: object = {}) => {
  const value = { schemas: [GROUP], displayName, members: members.map((id) => ({ value: id })), ...more };
  const { status, body } = await scim.send("POST", "/Groups", value);
  expect([status, body.detail]).toEqual([201, undefined]);
  return body.id as string;
};
const join = (scim: ScimClient, group: string, ...ids: readonly string[]) =>
  scim.patch(`/Groups/${group}`, { op: "add", path: "members", value: ids.map((value) => ({ value })) });
const leave = (scim: ScimClient, group: string, id: string) =>
  scim.patch(`/Groups/${group}`, { op: "remove", path: `members[value eq "${id}"]` });

/** The events of an organization after a sequence, as type and the keys of the roles. */
const eventsAfter = async (organizationId: string, sequence: number) => {
  const { events } = await usher.ask(
    `query ($id: ID!) { events(organizationId: $id, first: 200) { nodes { type sequence cause { kind actor } data } } }`,
    { id: organizationId },
  );
  return events.nodes.filter((event: { sequence: number }) => event.sequence > sequence);
};
const lastSequence = async (organizationId: string): Promise<number> =>
  Math.max(0, ...(await eventsAfter(organizationId, 0)).map(({ sequence }: { sequence: number }) => sequence));

/** An organization whose directory is linked to its connection, with rules of the connection. */
async function makeLinked(rules: (staffId: string) => Rules, policies: Policies = {}, organization: Policies = {}) {
  const tenant = await createTenant(usher, provider, { policies: { matchKey: "SUBJECT", ...policies } });
  const { organizationId, connectionId } = tenant;
  const staffId = await makeGroupOf(organizationId, "Staff at Usher");
  const { roles = [], groups = [], attributes = [] } = rules(staffId);
  for (const [name, mappings] of [
    ["RoleMappings", roles],
    ["GroupMappings", groups],
    ["AttributeMappings", attributes],
  ] as const)
    await usher.ask(`mutation ($input: Set${name}Input!) { set${name}(input: $input) { connection { id } } }`, {
      input: { connectionId, mappings },
    });
  if (Object.keys(organization).length > 0)
    await usher.ask(
      `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }`,
      { input: { id: organizationId, policies: organization } },
    );
  const scim = await createScimClient(usher, organizationId, { connectionId });
  const read = (name = "ada") => accountOf(organizationId, `${name}@acme.test`);
  return { tenant, scim, organizationId, connectionId, read };
}

/** Signs in with a new browser and returns the outcome. */
async function signIn(tenant: Tenant, name: string, claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  provider.forget();
  await tenant.signIn(createBrowser(), makePerson(name, claims));
  return (await tenant.attempts())[0]!.outcome;
}

const BOTH = (staffId: string): Rules => ({
  roles: [rule("Managers", { roleKey: "MANAGER" }), rule("Auditors", { roleKey: "AUDITOR" })],
  groups: [rule("Staff", { groupId: staffId })],
});

describe("the mappings of the linked connection", () => {
  it("give roles and groups by the groups of a directory, with events that the directory caused", async () => {
    const { scim, organizationId, connectionId, read } = await makeLinked(BOTH);
    const { id } = await scim.makeUser(describeUser("ada"));
    const [managers, staff] = [await pushGroup(scim, "Managers"), await pushGroup(scim, "Staff")];
    const before = await lastSequence(organizationId);
    expect((await join(scim, managers, id)).status).toBe(204);
    expect((await join(scim, staff, id)).status).toBe(204);
    const account = await read();
    expect(account).toMatchObject({ roles: ["MANAGER"], groups: ["Managers", "Staff", "Staff at Usher"] });
    expect(account.roleGrants).toEqual([
      { role: { key: "MANAGER" }, source: "MAPPING", mappingId: expect.any(String), connectionId, directoryId: null },
    ]);
    const events = await eventsAfter(organizationId, before);
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      "group.member_added",
      "user.role_changed",
      "group.member_added",
      "group.member_added",
    ]);
    for (const { cause } of events) expect(cause).toEqual({ kind: "SCIM", actor: scim.directoryId });
    expect(events[1].data.changed).toEqual({ roles: { before: ["USER"], after: ["MANAGER"] } });
    // While the person is in both groups, the rank of the roles decides. After leaving one group, the person has the role of
    // the other.
    const auditors = await pushGroup(scim, "Auditors", [id]);
    expect((await read()).roles).toEqual(["MANAGER"]);
    await leave(scim, managers, id);
    expect((await read()).roles).toEqual(["AUDITOR"]);
    await leave(scim, staff, id);
    expect((await read()).groups).toEqual(["Auditors"]);
    await scim.send("DELETE", `/Groups/${auditors}`);
    expect(await read()).toMatchObject({ roles: ["AUDITOR"], groups: [] });
  });

  it("follow the external id of a group, a rename, and the deletion of a group", async () => {
    const { scim, read } = await makeLinked(
      (staffId) => ({
        roles: [rule("0a-guid", { roleKey: "MANAGER" })],
        groups: [rule("Staff", { groupId: staffId })],
      }),
      { roleSync: "AUTHORITATIVE" },
    );
    const { id } = await scim.makeUser(describeUser("ada"));
    const other = await scim.makeUser(describeUser("grace"));
    const group = await pushGroup(scim, "People", [id, other.id], { externalId: "0a-guid" });
    expect(await read()).toMatchObject({ roles: ["MANAGER"], groups: ["People"] });
    await scim.patch(`/Groups/${group}`, { op: "replace", path: "displayName", value: "Staff" });
    for (const name of ["ada", "grace"])
      expect(await read(name)).toMatchObject({ roles: ["MANAGER"], groups: ["Staff", "Staff at Usher"] });
    await scim.patch(`/Groups/${group}`, { op: "replace", path: "displayName", value: "Others" });
    expect((await read("grace")).groups).toEqual(["Others"]);
    await scim.send("DELETE", `/Groups/${group}`);
    for (const name of ["ada", "grace"]) expect(await read(name)).toMatchObject({ roles: ["USER"], groups: [] });
  });

  it("read the attributes of a user as claims, also at its creation, and its withdrawal", async () => {
    const { scim, organizationId, read } = await makeLinked(
      (staffId) => ({
        attributes: [{ claim: 'phoneNumbers[type eq "mobile"].value', field: "custom.mobile" }],
        roles: [rule("Head of Tests", { roleKey: "MANAGER" }, "title")],
        groups: [rule("Quality", { groupId: staffId }, "department")],
      }),
      { roleSync: "AUTHORITATIVE" },
    );
    const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const { id } = await scim.makeUser({
      ...describeUser("ada"),
      title: "Head of Tests",
      phoneNumbers: [
        { type: "work", value: "1" },
        { type: "mobile", value: "2" },
      ],
      [enterprise]: { department: "Quality" },
    });
    const account = await read();
    expect(account).toMatchObject({ roles: ["MANAGER"], groups: ["Staff at Usher"] });
    expect(account.profile).toContainEqual({ field: "custom.mobile", value: "2", source: "SCIM" });
    const created = (await eventsAfter(organizationId, 0)).find(
      ({ type }: { type: string }) => type === "user.created",
    );
    expect(created.data.user.roles).toEqual(["MANAGER"]);
    await scim.patch(
      `/Users/${id}`,
      { op: "remove", path: "title" },
      { op: "remove", path: `${enterprise}:department` },
      { op: "remove", path: 'phoneNumbers[type eq "mobile"]' },
    );
    const after = await read();
    expect(after).toMatchObject({ roles: ["USER"], groups: [] });
    expect(after.profile.map(({ field }: { field: string }) => field)).not.toContain("custom.mobile");
  });

  it("apply roleAssignment, manualRoleWins, groupRemoval and profileUpdate as at a sign-in", async () => {
    const all = await makeLinked(
      BOTH,
      { groupRemoval: "NEVER", profileUpdate: "FIRST_VALUE" },
      { roleAssignment: "ALL" },
    );
    const ada = await all.scim.makeUser({ ...describeUser("ada"), title: "First" });
    const groups = [];
    for (const name of ["Managers", "Auditors", "Staff"]) groups.push(await pushGroup(all.scim, name, [ada.id]));
    expect((await all.read()).roles).toEqual(["MANAGER", "AUDITOR"]);
    await leave(all.scim, groups[0]!, ada.id);
    await leave(all.scim, groups[2]!, ada.id);
    await all.scim.patch(`/Users/${ada.id}`, { op: "replace", path: "title", value: "Second" });
    const after = await all.read();
    expect(after).toMatchObject({ roles: ["AUDITOR"], groups: ["Auditors", "Staff at Usher"] });
    expect(after.profile).toContainEqual({ field: "jobTitle", value: "First", source: "SCIM" });
    expect((await all.scim.send("GET", `/Users/${ada.id}`)).body.title).toBe("Second");

    const manual = await makeLinked(BOTH, {}, { manualRoleWins: true });
    const grace = await manual.scim.makeUser(describeUser("grace"));
    const { id } = await manual.read("grace");
    await usher.ask(`mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }`, {
      input: { id, roleKeys: ["AUDITOR"] },
    });
    await pushGroup(manual.scim, "Managers", [grace.id]);
    expect((await manual.read("grace")).roles).toEqual(["AUDITOR"]);
  });

  it("withdraw roles and groups when the directory deletes the user", async () => {
    const { scim, organizationId } = await makeLinked(BOTH, { roleSync: "AUTHORITATIVE" });
    const { id } = await scim.makeUser(describeUser("ada"));
    for (const name of ["Managers", "Staff"]) await pushGroup(scim, name, [id]);
    await scim.send("DELETE", `/Users/${id}`);
    expect(await accountOf(organizationId, "ada@acme.test")).toMatchObject({
      status: "ARCHIVED",
      roles: ["USER"],
      groups: [],
    });
    const { events } = await usher.ask(
      `query ($id: ID!) { events(organizationId: $id, first: 200) { nodes { type subject { type version } } } }`,
      { id: organizationId },
    );
    const told = events.nodes.filter(({ subject }: { subject: { type: string } }) => subject.type === "user");
    expect(
      told.map(({ type, subject }: { type: string; subject: { version: number } }) => `${subject.version} ${type}`),
    ).toEqual(["1 user.created", "2 user.role_changed", "3 user.role_changed", "4 user.archived"]);
  });
});

describe("a sign-in and a directory that both give", () => {
  it("a sign-in without groups takes nothing that the directory gave, under every policy", async () => {
    for (const policies of [
      { roleSync: "AUTHORITATIVE", missingGroups: "EMPTY", groupRemoval: "ALWAYS" },
      { roleSync: "AUTHORITATIVE", missingGroups: "KEEP", groupRemoval: "ALWAYS" },
    ]) {
      const { tenant, scim, read } = await makeLinked(BOTH, policies);
      const { id } = await scim.makeUser(describeUser("ada"));
      const managers = await pushGroup(scim, "Managers", [id]);
      await pushGroup(scim, "Staff", [id]);
      for (const claims of [{}, { groups: [] }, { groups: ["Elsewhere"] }]) {
        expect(await signIn(tenant, "ada", claims)).toBe("SUCCEEDED");
        expect(await read()).toMatchObject({ roles: ["MANAGER"], groups: ["Managers", "Staff", "Staff at Usher"] });
      }
      // When the directory takes the role away, no sign-in brings the role back.
      await leave(scim, managers, id);
      expect((await read()).roles).toEqual(["USER"]);
      await signIn(tenant, "ada", { groups: [] });
      expect((await read()).roles).toEqual(["USER"]);
    }
  });

  it("a directory takes nothing that a sign-in gave", async () => {
    const { tenant, scim, read } = await makeLinked(BOTH, { roleSync: "AUTHORITATIVE", missingGroups: "EMPTY" });
    const { id } = await scim.makeUser(describeUser("ada"));
    expect(await signIn(tenant, "ada", { groups: ["Auditors", "Staff"] })).toBe("SUCCEEDED");
    expect(await read()).toMatchObject({ roles: ["AUDITOR"], groups: ["Staff at Usher"] });
    await scim.patch(`/Users/${id}`, { op: "replace", path: "title", value: "Tester" });
    const others = await pushGroup(scim, "Managers", [id]);
    expect(await read()).toMatchObject({ roles: ["MANAGER"], groups: ["Managers", "Staff at Usher"] });
    await leave(scim, others, id);
    expect((await read()).groups).toEqual(["Staff at Usher"]);
  });

  it("a test sign-in names the directory as the reason for a rule that matches", async () => {
    const { tenant, scim, connectionId } = await makeLinked(BOTH);
    const { id } = await scim.makeUser(describeUser("ada"));
    await pushGroup(scim, "Managers", [id]);
    await signIn(tenant, "ada");
    const { previewSignIn } = await usher.ask(
      `query ($id: ID!, $claims: JSON) { previewSignIn(connectionId: $id, claims: $claims) {
         rules { value matched reason } decision { kind roleKeys } } }`,
      { id: connectionId, claims: makePerson("ada").claims ?? {} },
    );
    expect(previewSignIn.rules[0]).toMatchObject({ value: "Managers", matched: true });
    expect(previewSignIn.rules[0].reason).toContain("provisioning directory");
    expect(previewSignIn.decision.roleKeys).toEqual(["MANAGER"]);
  });
});

/** An organization whose directory has rules of its own. */
async function makeOwn(rules: (staffId: string) => Rules, policies: Policies = {}, more: object = {}) {
  const organizationId = await makeOrganization(usher);
  const staffId = await makeGroupOf(organizationId, "Staff at Usher");
  const scim = await createScimClient(usher, organizationId, { policies });
  const { roles, groups, attributes } = rules(staffId);
  const set = async (input: object, key?: string) =>
    await usher.graphql(
      `mutation ($input: SetProvisioningMappingsInput!) { setProvisioningMappings(input: $input) { directory {
         version policies { roleSync missingGroups } assignableRoles { key }
         attributeMappings { claim field } roleMappings { claim values role { key } } groupMappings { group { name } } } } }`,
      { input: { directoryId: scim.directoryId, ...input } },
      key,
    );
  const lists = { roleMappings: roles, groupMappings: groups, attributeMappings: attributes };
  const answer = await set({ ...lists, ...more });
  expect(answer.errors).toBeUndefined();
  const read = (name = "ada") => accountOf(organizationId, `${name}@acme.test`);
  return { scim, organizationId, read, set, directory: answer.data.setProvisioningMappings.directory };
}
/** A key of an organization with these scopes. */
const makeKey = async (organizationId: string, scopes: readonly string[]): Promise<string> => {
  const { createApiKey } = await usher.ask(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`,
    { input: { organizationId, name: "k", scopes } },
  );
  return createApiKey.key;
};
const codesOf = ({ errors }: { readonly errors?: readonly { readonly extensions: { readonly code: string } }[] }) =>
  (errors ?? []).map(({ extensions }) => extensions.code);

describe("a directory with rules of its own", () => {
  it("gives fields, roles and groups by them, and says that it did", async () => {
    const { scim, read, directory } = await makeOwn((staffId) => ({
      attributes: [{ claim: "userType", field: "custom.kind" }],
      ...BOTH(staffId),
    }));
    expect(directory).toEqual({
      version: 2,
      policies: { roleSync: "STICKY", missingGroups: "KEEP" },
      assignableRoles: [],
      attributeMappings: [{ claim: "userType", field: "custom.kind" }],
      roleMappings: [
        { claim: "groups", values: ["Managers"], role: { key: "MANAGER" } },
        { claim: "groups", values: ["Auditors"], role: { key: "AUDITOR" } },
      ],
      groupMappings: [{ group: { name: "Staff at Usher" } }],
    });
    const { id } = await scim.makeUser({ ...describeUser("ada"), userType: "Employee" });
    const groups = [await pushGroup(scim, "Managers", [id]), await pushGroup(scim, "Staff", [id])];
    const account = await read();
    expect(account).toMatchObject({ roles: ["MANAGER"], groups: ["Managers", "Staff", "Staff at Usher"] });
    expect(account.profile).toContainEqual({ field: "custom.kind", value: "Employee", source: "SCIM" });
    expect(account.roleGrants).toEqual([
      {
        role: { key: "MANAGER" },
        source: "MAPPING",
        mappingId: expect.any(String),
        connectionId: null,
        directoryId: scim.directoryId,
      },
    ]);
    for (const group of groups) await leave(scim, group, id);
    // STICKY keeps the role.
    expect(await read()).toMatchObject({ roles: ["MANAGER"], groups: [] });
  });

  it("follows its own roleSync and missingGroups: before the provider sends groups, they are not known", async () => {
    const rules = { roleSync: "AUTHORITATIVE", missingGroups: "KEEP" };
    const { scim, read, organizationId } = await makeOwn(BOTH, rules);
    const { id } = await scim.makeUser(describeUser("ada"));
    const { users } = await usher.ask(`query ($id: ID!) { users(organizationId: $id) { nodes { id } } }`, {
      id: organizationId,
    });
    await usher.ask(`mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }`, {
      input: { id: users.nodes[0].id, roleKeys: ["AUDITOR"] },
    });
    await scim.patch(`/Users/${id}`, { op: "replace", path: "title", value: "One" });
    expect((await read()).roles).toEqual(["AUDITOR"]);
    const group = await pushGroup(scim, "Managers", [id]);
    expect((await read()).roles).toEqual(["MANAGER"]);
    await leave(scim, group, id);
    expect((await read()).roles).toEqual(["USER"]);
  });

  it("a sign-in through another connection takes nothing that the directory gave", async () => {
    const tenant = await createTenant(usher, provider, { policies: { roleSync: "AUTHORITATIVE" } });
    const { organizationId, connectionId } = tenant;
    const scim = await createScimClient(usher, organizationId);
    await usher.ask(
      `mutation ($input: SetProvisioningMappingsInput!) { setProvisioningMappings(input: $input) { directory { id } } }`,
      { input: { directoryId: scim.directoryId, roleMappings: [rule("Managers", { roleKey: "MANAGER" })] } },
    );
    await usher.ask(
      `mutation ($input: SetRoleMappingsInput!) { setRoleMappings(input: $input) { connection { id } } }`,
      {
        input: { connectionId, mappings: [rule("Auditors", { roleKey: "AUDITOR" })] },
      },
    );
    const { id } = await scim.makeUser(describeUser("ada"));
    await pushGroup(scim, "Managers", [id]);
    expect(await signIn(tenant, "ada", { groups: [] })).toBe("SUCCEEDED");
    expect((await accountOf(organizationId, "ada@acme.test")).roles).toEqual(["MANAGER"]);
    expect(await signIn(tenant, "ada", { groups: ["Auditors"] })).toBe("SUCCEEDED");
    expect((await accountOf(organizationId, "ada@acme.test")).roles).toEqual(["MANAGER"]);
  });

  it("that ends leaves roles and groups behind, about which later sign-ins decide", async () => {
    for (const ends of ["the user", "the directory"]) {
      const tenant = await createTenant(usher, provider, { policies: { roleSync: "AUTHORITATIVE" } });
      const { organizationId, connectionId } = tenant;
      const scim = await createScimClient(usher, organizationId);
      const roleMappings = [rule("Managers", { roleKey: "MANAGER" })];
      await usher.ask(
        `mutation ($input: SetProvisioningMappingsInput!) { setProvisioningMappings(input: $input) { directory { id } } }`,
        { input: { directoryId: scim.directoryId, roleMappings, assignableRoleKeys: ["AUDITOR"] } },
      );
      await usher.ask(
        `mutation ($input: SetRoleMappingsInput!) { setRoleMappings(input: $input) { connection { id } } }`,
        {
          input: { connectionId, mappings: [rule("Other", { roleKey: "AUDITOR" })] },
        },
      );
      const { id } = await scim.makeUser(describeUser("ada"));
      await pushGroup(scim, "Managers", [id]);
      if (ends === "the user") {
        await scim.send("DELETE", `/Users/${id}`);
        const { users } = await usher.ask(`query ($id: ID!) { users(organizationId: $id) { nodes { id } } }`, {
          id: organizationId,
        });
        await usher.ask(`mutation ($id: ID!) { restoreUser(id: $id) { user { id } } }`, { id: users.nodes[0].id });
      } else
        await usher.ask(`mutation ($id: ID!) { deleteProvisioningDirectory(id: $id) { directory { id } } }`, {
          id: scim.directoryId,
        });
      const [grant] = (await accountOf(organizationId, "ada@acme.test")).roleGrants;
      expect(grant).toMatchObject({ role: { key: "MANAGER" }, source: "MAPPING", directoryId: null });
      expect(await signIn(tenant, "ada", { groups: [] })).toBe("SUCCEEDED");
      expect((await accountOf(organizationId, "ada@acme.test")).roles).toEqual(["USER"]);
    }
  });

  it("keeps a role that it names from being deleted", async () => {
    const { organizationId, set } = await makeOwn(() => ({}));
    const { createRole } = await usher.ask(
      `mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }`,
      { input: { organizationId, key: "CLERK", name: "Clerk", rank: 120, permissions: [] } },
    );
    await set({ roleMappings: [rule("a", { roleKey: "CLERK" })], assignableRoleKeys: ["CLERK"] });
    const remove = () =>
      usher.graphql(`mutation ($id: ID!) { deleteRole(id: $id) { role { id } } }`, { id: createRole.role.id });
    const { errors } = await remove();
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "ROLE_IN_USE",
      details: { uses: [{ by: "DIRECTORY_MAPPINGS" }, { by: "ASSIGNABLE_ROLES" }] },
    });
    await set({ roleMappings: [], assignableRoleKeys: [] });
    expect((await remove()).errors).toBeUndefined();
  });

  it("refuses rules and policies of its own while it is linked, and names the list of a mistake", async () => {
    const { scim, organizationId } = await makeLinked(() => ({}));
    const mutations = [
      [
        `mutation ($input: SetProvisioningMappingsInput!) { setProvisioningMappings(input: $input) { directory { id } } }`,
        { directoryId: scim.directoryId, roleMappings: [rule("a", { roleKey: "USER" })] },
        "roleMappings",
      ],
      [
        `mutation ($input: UpdateProvisioningDirectoryInput!) { updateProvisioningDirectory(input: $input) { directory { id } } }`,
        { id: scim.directoryId, policies: { roleSync: "STICKY" } },
        "policies",
      ],
    ] as const;
    for (const [mutation, input, path] of mutations) {
      const { errors } = await usher.graphql(mutation, { input });
      expect(errors?.[0]?.extensions).toMatchObject({ code: "INVALID_INPUT", details: { fields: [{ path }] } });
    }
    expect(organizationId).not.toBe("");
    const { set } = await makeOwn(() => ({}));
    const { errors } = await set({ roleMappings: [rule("", { roleKey: "USER" })] });
    expect(errors?.[0]?.extensions).toMatchObject({ details: { fields: [{ path: "roleMappings.0.value" }] } });
  });
});

describe("roles that the provider names", () => {
  const named = (...keys: readonly string[]) => keys.map((value) => ({ value }));

  it("are given where the directory allows them, and withdrawn when they are not named any more", async () => {
    const { scim, read } = await makeOwn(() => ({}), {}, { assignableRoleKeys: ["MANAGER", "AUDITOR"] });
    const { id } = await scim.makeUser({ ...describeUser("ada"), roles: named("manager") });
    const account = await read();
    expect(account.roleGrants).toEqual([
      { role: { key: "MANAGER" }, source: "SCIM", mappingId: null, connectionId: null, directoryId: scim.directoryId },
    ]);
    await scim.patch(`/Users/${id}`, { op: "replace", path: "roles", value: named("AUDITOR") });
    expect((await read()).roles).toEqual(["AUDITOR"]);
    // STICKY keeps what rules gave. What the provider named goes with its name.
    await scim.patch(`/Users/${id}`, { op: "remove", path: "roles" });
    expect((await read()).roles).toEqual(["USER"]);
    expect((await scim.send("GET", `/Users/${id}`)).body.roles).toBeUndefined();
  });

  it("are refused with 400 if the directory does not allow them, and nothing is changed", async () => {
    const { scim, organizationId } = await makeOwn(() => ({}), {}, { assignableRoleKeys: ["MANAGER"] });
    const made = await scim.send("POST", "/Users", { ...describeUser("mallory"), roles: named("ADMIN") });
    expect([made.status, made.body.scimType]).toEqual([400, "invalidValue"]);
    const { id } = await scim.makeUser(describeUser("ada"));
    for (const value of [named("ADMIN"), named("MANAGER", "ADMIN"), named("UNKNOWN"), named("admin ")]) {
      const { status } = await scim.patch(`/Users/${id}`, { op: "replace", path: "roles", value });
      expect(status).toBe(400);
    }
    const { users } = await usher.ask(
      `query ($id: ID!) { users(organizationId: $id) { nodes { email roles { key } } } }`,
      { id: organizationId },
    );
    expect(users.nodes).toEqual([{ email: "ada@acme.test", roles: [{ key: "USER" }] }]);
  });

  it("are kept without effect where the directory allows none, which is the default", async () => {
    const { scim, read } = await makeOwn(() => ({}));
    const { id } = await scim.makeUser({ ...describeUser("ada"), roles: named("ADMIN") });
    expect((await read()).roles).toEqual(["USER"]);
    expect((await scim.send("GET", `/Users/${id}`)).body.roles).toEqual(named("ADMIN"));
  });

  it("can be allowed only by a caller who holds their permissions, and CONNECTIONS_WRITE alone mints nobody", async () => {
    const { scim, organizationId, set } = await makeOwn(() => ({}));
    const key = await makeKey(organizationId, ["CONNECTIONS_WRITE", "MAPPINGS_WRITE", "USERS_READ", "GROUPS_READ"]);
    const connections = await makeKey(organizationId, ["CONNECTIONS_WRITE", "CONNECTIONS_READ"]);
    expect(codesOf(await set({ assignableRoleKeys: ["ADMIN"] }, key))).toEqual(["FORBIDDEN"]);
    expect(codesOf(await set({ roleMappings: [rule("a", { roleKey: "ADMIN" })] }, key))).toEqual(["FORBIDDEN"]);
    // The answer has no field that needs a permission of its own.
    const bare = `mutation ($input: SetProvisioningMappingsInput!) { setProvisioningMappings(input: $input) { directory { id } } }`;
    for (const input of [{ assignableRoleKeys: ["USER"] }, { roleMappings: [] }])
      expect(
        codesOf(await usher.graphql(bare, { input: { directoryId: scim.directoryId, ...input } }, connections)),
      ).toEqual(["FORBIDDEN"]);
    expect(codesOf(await set({ assignableRoleKeys: ["ADMIN"] }))).toEqual([]);
    // Whoever has the token of this directory makes administrators, so these callers get no new token.
    const rotate = `mutation ($id: ID!) { rotateProvisioningToken(id: $id) { token } }`;
    expect(codesOf(await usher.graphql(rotate, { id: scim.directoryId }, connections))).toEqual(["FORBIDDEN"]);
    const assertions = `mutation ($input: SetProvisioningAssertionsInput!) { setProvisioningAssertions(input: $input) { directory { id } } }`;
    const keys = { input: { id: scim.directoryId, jwksUrl: "https://id.example/jwks" } };
    expect(codesOf(await usher.graphql(assertions, keys, connections))).toEqual(["FORBIDDEN"]);
  });

  it("a connection whose mappings give more than the caller holds cannot be linked to a directory by the caller", async () => {
    const { organizationId, connectionId } = await makeLinked(() => ({ roles: [rule("a", { roleKey: "ADMIN" })] }));
    const key = await makeKey(organizationId, ["CONNECTIONS_WRITE", "CONNECTIONS_READ"]);
    const create = `mutation ($input: CreateProvisioningDirectoryInput!) { createProvisioningDirectory(input: $input) { directory { id } } }`;
    const input = { organizationId, connectionId };
    expect(codesOf(await usher.graphql(create, { input }, key))).toEqual(["FORBIDDEN"]);
    const { data } = await usher.graphql(create, { input: { organizationId } }, key);
    const { id } = data.createProvisioningDirectory.directory;
    const update = `mutation ($input: UpdateProvisioningDirectoryInput!) { updateProvisioningDirectory(input: $input) { directory { id } } }`;
    expect(codesOf(await usher.graphql(update, { input: { id, connectionId } }, key))).toEqual(["FORBIDDEN"]);
    expect(codesOf(await usher.graphql(update, { input: { id, connectionId } }))).toEqual([]);
  });

  it("can be read at /Roles, filtered, and in the schema, but not changed", async () => {
    const { scim } = await makeOwn(() => ({}), {}, { assignableRoleKeys: ["MANAGER"] });
    const { body } = await scim.send("GET", "/Roles");
    expect(body.Resources.map(({ value }: { value: string }) => value)).toEqual([
      "ADMIN",
      "MANAGER",
      "AUDITOR",
      "USER",
    ]);
    const manager = body.Resources[1];
    expect(manager).toEqual({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:Role"],
      id: expect.any(String),
      value: "MANAGER",
      display: "Manager",
      supported: true,
      meta: { resourceType: "Role", location: `${scim.baseUrl}/Roles/${manager.id}` },
    });
    expect((await scim.send("GET", `/Roles/${manager.id}`)).body).toEqual(manager);
    for (const [filter, count] of [
      ['value eq "manager"', 1],
      ["supported eq true", 1],
      [`id eq "${manager.id}"`, 1],
      ['not (display sw "Man")', 3],
      ['meta.created gt "2020-01-01T00:00:00Z"', 0],
    ] as const)
      expect((await scim.send("GET", `/Roles?filter=${encodeURIComponent(filter)}`)).body.totalResults).toBe(count);
    const second = (await scim.send("GET", "/Roles?startIndex=2&count=1&attributes=value")).body;
    expect(second.Resources).toEqual([{ schemas: manager.schemas, id: manager.id, value: "MANAGER" }]);
    for (const [method, path] of [
      ["POST", "/Roles"],
      ["PUT", `/Roles/${manager.id}`],
      ["DELETE", `/Roles/${manager.id}`],
    ] as const) {
      const { status, headers } = await scim.send(method, path, method === "DELETE" ? undefined : {});
      expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
    const schema = (await scim.send("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User")).body;
    const roles = schema.attributes.find(({ name }: { name: string }) => name === "roles");
    expect(roles.subAttributes[0].canonicalValues).toEqual(["ADMIN", "MANAGER", "AUDITOR", "USER"]);
    const types = (await scim.send("GET", "/ResourceTypes")).body.Resources;
    expect(types.map(({ endpoint }: { endpoint: string }) => endpoint)).toEqual(["/Users", "/Groups", "/Roles"]);
    // Another organization's role does not exist here.
    const other = await makeOwn(() => ({}));
    expect((await other.scim.send("GET", `/Roles/${manager.id}`)).status).toBe(404);
  });
});
