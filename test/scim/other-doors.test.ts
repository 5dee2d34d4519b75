/** What a directory and the other doors say of the same person: which value shows, and who may change what. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createScimClient, describeUser, GROUP } from "../support/scim.js";
import { createTenant, makePerson } from "../support/tenant.js";
import { OPERATOR_KEY, startTestUsher, type TestUsher } from "../support/usher.js";

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

async function makeLinked(input: Readonly<Record<string, unknown>> = {}) {
  const tenant = await createTenant(usher, provider);
  const { organizationId, connectionId } = tenant;
  const scim = await createScimClient(usher, organizationId, { connectionId, ...input });
  const accountOf = async (name: string) => {
    const { users } = await tenant.ask(
      `query ($id: ID!, $search: String) { users(organizationId: $id, filter: { search: $search }) { nodes {
         id email firstName status roles { key } groups { id name } profile { field value source }
         fieldValues { field value source } } } }`,
      { id: organizationId, search: `${name}@acme.test` },
    );
    return users.nodes[0];
  };
  return { tenant, scim, organizationId, accountOf };
}

describe("the values of a field", () => {
  it("show by fieldPrecedence, and a value that the directory removes gives way to the next source", async () => {
    const { tenant, scim, organizationId, accountOf } = await makeLinked();
    const { id: resourceId } = await scim.makeUser({
      ...describeUser("ada"),
      title: "By SCIM",
      displayName: "By SCIM",
    });
    const browser = createBrowser();
    await tenant.signIn(browser, makePerson("ada", { given_name: "Augusta" }));
    const { id } = await accountOf("ada");
    const title = (value: string) => ({ input: { id, profile: { jobTitle: value } } });
    const update = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }`;
    const shown = async (field = "jobTitle") =>
      (await accountOf("ada")).profile
        .filter((each: { field: string }) => each.field === field)
        .map(({ value, source }: { value: string; source: string }) => `${value} (${source})`);
    const sources = async (field: string) =>
      (await accountOf("ada")).fieldValues
        .filter((each: { field: string }) => each.field === field)
        .map(({ source }: { source: string }) => source);
    // SCIM is first: an administrator hears that it overrules the change.
    expect(await shown()).toEqual(["By SCIM (SCIM)"]);
    const refused = await usher.graphql(update, title("By an administrator"), tenant.key);
    expect(refused.errors?.[0]?.extensions.code).toBe("FIELD_OVERRULED");
    expect(await sources("firstName")).toEqual(["SCIM", "SSO"]);
    expect((await accountOf("ada")).firstName).toBe("Ada");
    // With SCIM last, the others show. SCIM answers with its own values all the same.
    await tenant.updateOrganization({
      policies: { fieldPrecedence: ["PERSON", "API", "ADMIN", "FILE", "SSO", "SCIM"] },
    });
    await usher.ask(update, title("By API"), tenant.key);
    expect(await shown()).toEqual(["By API (API)"]);
    await scim.patch(`/Users/${resourceId}`, { op: "replace", path: "title", value: "Again by SCIM" });
    expect(await shown()).toEqual(["By API (API)"]);
    expect((await scim.send("GET", `/Users/${resourceId}`)).body.title).toBe("Again by SCIM");
    expect((await accountOf("ada")).firstName).toBe("Augusta");
    await tenant.updateOrganization({ policies: { fieldPrecedence: null } });
    expect(await shown()).toEqual(["Again by SCIM (SCIM)"]);
    // Removed by PATCH, emptied by PUT: the next source shows, and the directory reads it back as empty.
    await scim.patch(`/Users/${resourceId}`, { op: "remove", path: "title" });
    expect(await shown()).toEqual(["By API (API)"]);
    expect(await sources("jobTitle")).toEqual(["API"]);
    expect((await scim.send("GET", `/Users/${resourceId}`)).body.title).toBeUndefined();
    await scim.patch(`/Users/${resourceId}`, { op: "replace", path: "title", value: "Once more" });
    expect(await shown()).toEqual(["Once more (SCIM)"]);
    const { title: _, ...without } = (await scim.send("GET", `/Users/${resourceId}`)).body;
    await scim.send("PUT", `/Users/${resourceId}`, { ...without, displayName: "" });
    expect(await shown()).toEqual(["By API (API)"]);
    expect(await shown("fullName")).toEqual([]);
    expect(organizationId).toBe(tenant.organizationId);
  });
});

describe("a person and a group that a directory manages alone", () => {
  const send = async (browser: Browser, query: string, variables: object) => {
    const answer = await browser.send("POST", `${usher.url}/graphql`, {
      type: "application/json",
      text: JSON.stringify({ query, variables }),
    });
    return JSON.parse(answer.text);
  };
  const makeLocked = async () => {
    const made = await makeLinked({ lockManaged: true });
    const { id: resourceId } = await made.scim.makeUser(describeUser("ada"));
    const pushed = { schemas: [GROUP], displayName: "Pushed", members: [{ value: resourceId }] };
    const { body: group } = await made.scim.send("POST", "/Groups", pushed);
    const ada = await made.accountOf("ada");
    const groupId = ada.groups[0].id as string;
    const makeLocal = async (input: object, mutation: string, field: string) =>
      (await made.tenant.ask(mutation, { input: { organizationId: made.organizationId, ...input } }))[field];
    const { group: local } = await makeLocal(
      { name: "Local" },
      `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`,
      "createGroup",
    );
    const { user } = await makeLocal(
      { email: "free@acme.test", firstName: "F", lastName: "F", authMethod: "SSO" },
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
      "createUser",
    );
    return { ...made, resourceId, group, ada, groupId, localId: local.id as string, freeId: user.id as string };
  };
  type Locked = Awaited<ReturnType<typeof makeLocked>>;
  const one = (name: string) =>
    [`mutation ($id: ID!) { ${name}(id: $id) { user { id } } }`, ({ ada }: Locked) => ({ id: ada.id })] as const;
  const input = (name: string, type: string, payload: string, make: (locked: Locked) => object) =>
    [
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${payload} } }`,
      (locked: Locked) => ({ input: make(locked) }),
    ] as const;
  const DOORS: Readonly<Record<string, readonly [string, (locked: Locked) => Record<string, unknown>]>> = {
    "updateUser of a field": input("updateUser", "UpdateUserInput", "user { id }", ({ ada }) => ({
      id: ada.id,
      profile: { phone: "1" },
    })),
    "updateUser of roles": input("updateUser", "UpdateUserInput", "user { id }", ({ ada }) => ({
      id: ada.id,
      roleKeys: ["MANAGER"],
    })),
    setMemberRoles: input("setMemberRoles", "SetMemberRolesInput", "member { id }", ({ ada, organizationId }) => ({
      organizationId,
      userId: ada.id,
      roleKeys: ["MANAGER"],
    })),
    disableUser: one("disableUser"),
    archiveUser: one("archiveUser"),
    enableUser: one("enableUser"),
    restoreUser: one("restoreUser"),
    deleteUser: one("deleteUser"),
    updateGroup: input("updateGroup", "UpdateGroupInput", "group { id }", ({ groupId }) => ({
      id: groupId,
      name: "N",
    })),
    deleteGroup: ["mutation ($id: ID!) { deleteGroup(id: $id) { group { id } } }", ({ groupId }) => ({ id: groupId })],
    "addUsersToGroup of the group": input("addUsersToGroup", "AddUsersToGroupInput", "group { id }", (locked) => ({
      groupId: locked.groupId,
      userIds: [locked.freeId],
    })),
    "removeUsersFromGroup of the group": input(
      "removeUsersFromGroup",
      "RemoveUsersFromGroupInput",
      "group { id }",
      (locked) => ({ groupId: locked.groupId, userIds: [locked.ada.id] }),
    ),
  };

  it("are read-only for an API key through every door, and for the person, with a code and a remedy", async () => {
    const locked = await makeLocked();
    const { tenant, ada, scim } = locked;
    for (const [name, [mutation, make]] of Object.entries(DOORS)) {
      const { errors } = await usher.graphql(mutation, make(locked), tenant.key);
      expect([name, errors?.[0]?.extensions.code]).toEqual([name, "MANAGED_BY_DIRECTORY"]);
      expect(errors?.[0]?.extensions.details).toMatchObject({ directoryId: scim.directoryId });
    }
    const plural = await tenant.ask(`mutation ($ids: [ID!]!) { archiveUsers(ids: $ids) { results { userId code } } }`, {
      ids: [ada.id, locked.freeId],
    });
    expect(plural.archiveUsers.results.map(({ code }: { code: string | null }) => code)).toEqual([
      "MANAGED_BY_DIRECTORY",
      null,
    ]);
    // A group of the organization's own takes the others, and not the person whom the directory manages.
    const added = await tenant.ask(
      `mutation ($input: AddUsersToGroupInput!) { addUsersToGroup(input: $input) { results { userId code } } }`,
      { input: { groupId: locked.localId, userIds: [ada.id, locked.freeId] } },
    );
    expect(added.addUsersToGroup.results).toEqual([
      { userId: ada.id, code: "MANAGED_BY_DIRECTORY" },
      { userId: locked.freeId, code: null },
    ]);
    const browser = createBrowser();
    await tenant.signIn(browser, makePerson("ada"));
    const mine = `mutation ($input: UpdateMyProfileInput!) { updateMyProfile(input: $input) { user { id } } }`;
    const own = await send(browser, mine, { input: { profile: { phone: "1" } } });
    expect(own.errors[0].extensions.code).toBe("MANAGED_BY_DIRECTORY");
    expect(await locked.accountOf("ada")).toMatchObject({
      status: "ACTIVE",
      roles: [{ key: "USER" }],
      groups: [{ name: "Pushed" }],
    });
  });

  it("stay open to the directory, to sign-ins and to the operator, and to all when the lock ends", async () => {
    const { tenant, scim, ada, resourceId, group, groupId } = await makeLocked();
    await scim.patch(`/Users/${resourceId}`, { op: "replace", path: "title", value: "Changed" });
    const renamed = await scim.patch(`/Groups/${group.id}`, { op: "replace", path: "displayName", value: "Renamed" });
    expect(renamed.status).toBe(204);
    await tenant.signIn(createBrowser(), makePerson("ada"));
    expect((await tenant.attempts())[0]!.outcome).toBe("SUCCEEDED");
    const [disable, restore] = [DOORS["disableUser"]![0], DOORS["enableUser"]![0]];
    for (const mutation of [disable, restore])
      expect((await usher.graphql(mutation, { id: ada.id }, OPERATOR_KEY)).errors).toBeUndefined();
    await tenant.ask(
      `mutation ($input: UpdateProvisioningDirectoryInput!) { updateProvisioningDirectory(input: $input) { directory { id } } }`,
      { input: { id: scim.directoryId, lockManaged: false } },
    );
    expect((await usher.graphql(disable, { id: ada.id }, tenant.key)).errors).toBeUndefined();
    expect((await usher.graphql(DOORS["deleteGroup"]![0], { id: groupId }, tenant.key)).errors).toBeUndefined();
  });

  it("are not locked by a directory without the policy, which is the default", async () => {
    const { tenant, scim, accountOf } = await makeLinked();
    await scim.makeUser(describeUser("ada"));
    const { id } = await accountOf("ada");
    expect((await usher.graphql(DOORS["disableUser"]![0], { id }, tenant.key)).errors).toBeUndefined();
  });
});
