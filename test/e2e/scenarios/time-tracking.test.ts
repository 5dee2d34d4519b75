/**
 * A time tracking product, made by settings only. Only administrators configure it, and single sign-on is part of a plan. New
 * people get one of the organization's own roles. Archived people cannot sign in.
 */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createScimClient, describeUser } from "../../support/scim.js";
import { makePerson } from "../../support/tenant.js";
import {
  signIn,
  askAs,
  codeFor,
  createRole,
  mapRoles,
  openScene,
  SET_PASSWORD,
  tryPassword,
  tryToSignIn,
  type Scene,
} from "./scene.js";

describe("a time tracking product", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());

  it("lets only administrators configure single sign-on", async () => {
    const tenant = await scene.tenant();
    await mapRoles(tenant, { Administrators: "ADMIN" });
    const rename = `mutation ($id: ID!) { updateConnection(input: { id: $id, displayName: "Acme" }) { connection { displayName } } }`;
    const variables = { id: tenant.connectionId };
    const employee = await signIn(scene, tenant, makePerson("ada", { groups: [] }));
    expect(await codeFor(scene, employee.browser, rename, variables)).toBe("FORBIDDEN");
    const administrator = await signIn(scene, tenant, makePerson("ben", { groups: ["Administrators"] }));
    const { updateConnection } = await askAs(scene, administrator.browser, rename, variables);
    expect(updateConnection.connection.displayName).toBe("Acme");
  });

  it("is closed to organizations whose plan does not include it", async () => {
    const tenant = await scene.tenant({ organization: { entitlements: { sso: false } } });
    expect(await tryToSignIn(tenant, makePerson("ada"))).toBe("SSO_NOT_IN_PLAN");
    await tenant.updateOrganization({ entitlements: { sso: true } });
    expect(await tryToSignIn(tenant, makePerson("ada"))).toBeNull();
  });

  it("gives new people a role of its own", async () => {
    const tenant = await scene.tenant();
    await createRole(tenant, "EMPLOYEE", 120, ["TRAINING_READ"]);
    await tenant.updateOrganization({ policies: { defaultRole: "EMPLOYEE" } });
    expect((await signIn(scene, tenant, makePerson("cid"))).user.roles).toEqual([{ key: "EMPLOYEE" }]);
  });

  it("keeps archived people out, at once and afterwards", async () => {
    const tenant = await scene.tenant();
    const { browser, user } = await signIn(scene, tenant, makePerson("dan"));
    await tenant.ask(`mutation ($id: ID!) { archiveUser(id: $id) { user { status } } }`, { id: user.id });
    expect((await askAs(scene, browser, "{ viewer { user { id } } }")).viewer).toBeNull();
    expect(await tryToSignIn(tenant, makePerson("dan"))).toBe("ACCOUNT_ARCHIVED");
    await tenant.ask(`mutation ($id: ID!) { restoreUser(id: $id) { user { status } } }`, { id: user.id });
    expect((await signIn(scene, tenant, makePerson("dan"))).user.id).toBe(user.id);
  });

  it("archives people whom the provider removes", async () => {
    const tenant = await scene.tenant();
    const scim = await createScimClient(scene.usher, tenant.organizationId, { connectionId: tenant.connectionId });
    const made = await scim.makeUser(describeUser("eve"));
    const { browser, user } = await signIn(scene, tenant, makePerson("eve"));
    await scim.patch(`/Users/${made.id}`, { op: "Replace", path: "active", value: "False" });
    expect((await askAs(scene, browser, "{ viewer { user { id } } }")).viewer).toBeNull();
    expect(await tryToSignIn(tenant, makePerson("eve"))).toBe("ACCOUNT_ARCHIVED");
    await scim.patch(`/Users/${made.id}`, { op: "Replace", path: "active", value: "True" });
    expect((await signIn(scene, tenant, makePerson("eve"))).user.id).toBe(user.id);
    await scim.send("DELETE", `/Users/${made.id}`);
    expect(await tryToSignIn(tenant, makePerson("eve"))).toBe("ACCOUNT_ARCHIVED");
    const { status } = (await tenant.users()).find(({ id }) => id === user.id)!;
    expect(status).toBe("ARCHIVED");
  });

  it("refuses passwords for people who sign in through a provider", async () => {
    const tenant = await scene.tenant();
    const { user } = await signIn(scene, tenant, makePerson("eva"));
    const refused = await scene.usher.graphql(SET_PASSWORD, { userId: user.id }, tenant.key);
    expect(refused.errors?.[0]?.extensions.code).toBe("PASSWORD_NOT_ALLOWED");
    expect(await tryPassword(scene, tenant, user.email)).toBe("PASSWORD_LOGIN_UNKNOWN");

    // Colleagues without the provider have one.
    const input = { organizationId: tenant.organizationId, email: "fritz@acme.test", authMethod: "PASSWORD" };
    const { createUser } = await tenant.ask(
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
      { input: { ...input, firstName: "Fritz", lastName: "Local" } },
    );
    await tenant.ask(SET_PASSWORD, { userId: createUser.user.id });
    expect(await tryPassword(scene, tenant, "fritz@acme.test")).toBe("SUCCEEDED");
  });
});
