/** What ends when a person's access ends: everything by which the person gets in, whichever door ends it. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createScimClient, describeUser, type ScimClient } from "../support/scim.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
let scim: ScimClient;
beforeAll(async () => {
  usher = await startTestUsher();
  provider = await startHostileOpenIdProvider();
  tenant = await createTenant(usher, provider);
  // The last administrator cannot be disabled by hand.
  await usher.ask(`mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`, {
    input: {
      organizationId: tenant.organizationId,
      email: "admin@acme.test",
      firstName: "Ada",
      lastName: "Admin",
      roleKeys: ["ADMIN"],
    },
  });
  scim = await createScimClient(usher, tenant.organizationId, { connectionId: tenant.connectionId });
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

/** How access ends, by the id of the resource and of the account. */
const DOORS: Readonly<Record<string, (resourceId: string, userId: string) => Promise<unknown>>> = {
  "SCIM with active false": (id) => scim.patch(`/Users/${id}`, { op: "replace", path: "active", value: false }),
  "SCIM with DELETE": (id) => scim.send("DELETE", `/Users/${id}`),
  "SCIM with DELETE, where it deletes the account": async (id) => {
    await usher.ask(
      `mutation ($input: UpdateProvisioningDirectoryInput!) { updateProvisioningDirectory(input: $input) { directory { id } } }`,
      { input: { id: scim.directoryId, deprovisionAction: "DELETE" } },
    );
    await scim.send("DELETE", `/Users/${id}`);
  },
  disableUser: (_id, userId) =>
    usher.ask(`mutation ($id: ID!) { disableUser(id: $id) { user { id } } }`, { id: userId }),
  archiveUser: (_id, userId) =>
    usher.ask(`mutation ($id: ID!) { archiveUser(id: $id) { user { id } } }`, { id: userId }),
  deleteUser: (_id, userId) => usher.ask(`mutation ($id: ID!) { deleteUser(id: $id) { user { id } } }`, { id: userId }),
};

it.each(Object.keys(DOORS))("%s ends sessions, keys, links and sign-ins that are under way", async (door) => {
  const word = `p${Object.keys(DOORS).indexOf(door)}`;
  const { organizationId } = tenant;
  const resource = await scim.makeUser(describeUser(word));
  const browser = createBrowser();
  provider.forget();
  await tenant.signIn(browser, makePerson(word));
  const userId = (await tenant.attempts())[0]!.userId!;
  await usher.ask(`mutation ($input: SetMemberRolesInput!) { setMemberRoles(input: $input) { member { id } } }`, {
    input: { organizationId, userId, roleKeys: ["ADMIN"] },
  });
  const makeKey = async (ask: (query: string, variables: Record<string, unknown>) => Promise<any>) =>
    (
      await ask(`mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`, {
        input: { organizationId, name: word, scopes: ["ORGANIZATION_WRITE"] },
      })
    ).createApiKey.key as string;
  const key = await makeKey(async (query, variables) => {
    const text = JSON.stringify({ query, variables });
    return JSON.parse((await browser.send("POST", `${usher.url}/graphql`, { type: "application/json", text })).text)
      .data;
  });
  const keyOfKey = await makeKey((query, variables) => usher.ask(query, variables, key));
  const foreignKey = await makeKey((query, variables) => usher.ask(query, variables));
  const isKnown = async (secret: string) =>
    (await usher.graphql("{ viewer { permissions } }", {}, secret)).errors === undefined;
  expect(await Promise.all([key, keyOfKey, foreignKey].map(isKnown))).toEqual([true, true, true]);
  const { createSignInLink } = await usher.ask(
    `mutation ($input: CreateSignInLinkInput!) { createSignInLink(input: $input) { url } }`,
    { input: { organizationId, userId } },
  );
  const underWay = createBrowser();
  provider.forget();
  const callback = await tenant.authenticate(underWay, makePerson(word));
  expect(await whoIsSignedIn(browser, usher)).toBe(`${word}@acme.test`);

  await DOORS[door]!(resource.id, userId);

  expect(await whoIsSignedIn(browser, usher)).toBeNull();
  expect(await Promise.all([key, keyOfKey, foreignKey].map(isKnown))).toEqual([false, false, true]);
  const linked = createBrowser();
  await linked.post(createSignInLink.url, {}, { from: createSignInLink.url });
  expect(await whoIsSignedIn(linked, usher)).toBeNull();
  await underWay.get(callback);
  // A sign-in after a deletion by hand makes a new account. It is not the one that had access.
  const signedIn = (await tenant.attempts())[0]!;
  if (door === "deleteUser") expect(signedIn.userId).not.toBe(userId);
  else expect(await whoIsSignedIn(underWay, usher)).toBeNull();
});
