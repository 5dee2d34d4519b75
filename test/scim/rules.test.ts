/** The rules of a directory over HTTP: roles, memberships and fields that follow from what the provider says by SCIM. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createScimClient, describeUser, GROUP, type ScimClient } from "../support/scim.js";
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
