/**
 * A service desk, made by settings only. One groups claim gives several roles, and a role ends with its group. People without a
 * matching rule are refused. Department and manager are stored. Auditors may only read.
 */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../../testing/browser.js";
import { KEEPER_PASSWORD, makePasswordAdministrator, markBreakGlass } from "../../support/break-glass.js";
import { addAppAndGoOn } from "../../support/second-factor.js";
import { makePerson, whoIsSignedIn } from "../../support/tenant.js";
import {
  signIn,
  askAs,
  codeFor,
  createRole,
  mapAttributes,
  mapRoles,
  openScene,
  tryToSignIn,
  type Scene,
} from "./scene.js";

describe("a service desk", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());

  const settings = {
    policies: { roleSync: "AUTHORITATIVE", unmappedUser: "REFUSE", missingGroups: "EMPTY" },
    organization: { policies: { roleAssignment: "ALL" } },
  };

  it("gives the roles of all groups, adds their permissions up, and removes a role with its group", async () => {
    const tenant = await scene.tenant(settings);
    await createRole(tenant, "AGENT", 250, ["USERS_READ"]);
    await createRole(tenant, "LIBRARIAN", 240, ["GROUPS_READ"]);
    await mapRoles(tenant, { Agents: "AGENT", Librarians: "LIBRARIAN" });
    const both = await signIn(scene, tenant, makePerson("ada", { groups: ["Agents", "Librarians"] }));
    expect(both.user.roles.map(({ key }) => key)).toEqual(["AGENT", "LIBRARIAN"]);
    const { viewer } = await askAs(scene, both.browser, "{ viewer { permissions user { role { key } } } }");
    expect(viewer.permissions.toSorted()).toEqual(["GROUPS_READ", "USERS_READ"]);
    expect(viewer.user.role.key).toBe("AGENT");
    const one = await signIn(scene, tenant, makePerson("ada", { groups: ["Librarians"] }));
    expect(one.user.roles.map(({ key }) => key)).toEqual(["LIBRARIAN"]);
  });

  it("refuses people without a rule, at the first sign-in and when their last group is gone", async () => {
    const tenant = await scene.tenant(settings);
    await mapRoles(tenant, { Agents: "MANAGER" });
    expect(await tryToSignIn(tenant, makePerson("ben", { groups: ["Others"] }))).toBe("NO_ROLE");
    expect(await tenant.users()).toEqual([]);
    expect(await tryToSignIn(tenant, makePerson("ben", { groups: ["Agents"] }))).toBeNull();
    expect(await tryToSignIn(tenant, makePerson("ben", { groups: [] }))).toBe("NO_ROLE");
    expect(await tryToSignIn(tenant, makePerson("ben", {}))).toBe("NO_ROLE");
  });

  it("stores department and manager with their sources", async () => {
    const tenant = await scene.tenant({ organization: settings.organization });
    await mapAttributes(tenant, { dept: "department", boss: "managerName", boss_mail: "managerEmail" });
    const claims = { dept: "Field service", boss: "Grace Hopper", boss_mail: "grace@acme.test" };
    const { user } = await signIn(scene, tenant, makePerson("cid", claims));
    const { user: stored } = await tenant.ask(`query ($id: ID!) { user(id: $id) { profile { field value source } } }`, {
      id: user.id,
    });
    expect(stored.profile).toEqual(
      expect.arrayContaining([
        { field: "department", value: "Field service", source: "SSO" },
        { field: "managerName", value: "Grace Hopper", source: "SSO" },
        { field: "managerEmail", value: "grace@acme.test", source: "SSO" },
      ]),
    );
  });

  it("has auditors who may read everything and change nothing", async () => {
    const tenant = await scene.tenant({ organization: settings.organization });
    await mapRoles(tenant, { Audit: "AUDITOR" });
    const { browser, user } = await signIn(scene, tenant, makePerson("dan", { groups: ["Audit"] }));
    const { auditLog } = await askAs(
      scene,
      browser,
      `query ($id: ID!) { auditLog(organizationId: $id) { totalCount } }`,
      {
        id: tenant.organizationId,
      },
    );
    expect(auditLog.totalCount).toBeGreaterThan(0);
    const change = `mutation ($id: ID!) { updateUser(input: { id: $id, firstName: "Other" }) { user { id } } }`;
    expect(await codeFor(scene, browser, change, { id: user.id })).toBe("FORBIDDEN");
  });

  it("keeps local sign-in as a backup, then requires single sign-on of all but a break-glass account", async () => {
    const tenant = await scene.tenant();
    const local = await makePasswordAdministrator(scene.usher, tenant.organizationId);
    const keeper = await makePasswordAdministrator(scene.usher, tenant.organizationId);
    await tenant.signIn(createBrowser(), makePerson("eve"));
    const enter = async ({ email }: { readonly email: string }) => {
      const browser = createBrowser();
      await browser.get(`${scene.usher.url}/o/${tenant.slug}/password`);
      const page = await browser.submitForm(0, { login: email, password: KEEPER_PASSWORD });
      if (new URL(page.url).pathname.endsWith("/factors")) await addAppAndGoOn(browser, page, new Date());
      return await whoIsSignedIn(browser, scene.usher);
    };
    expect(await enter(local)).toBe(local.email);
    await markBreakGlass(scene.usher, keeper.id);
    await tenant.updateOrganization({ policies: { ssoEnforcement: "REQUIRED" }, confirmAffectedUsers: 1 });
    expect([await enter(local), await enter(keeper)]).toEqual([null, keeper.email]);
  });
});
