/**
 * A speech analytics product, made by settings only: switches of the system and of the company, the short-name prompt,
 * accounts prepared by e-mail address, names derived from the address, approval of new people, locked fields.
 */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../../testing/browser.js";
import { makePerson } from "../../support/tenant.js";
import {
  signIn,
  askAs,
  codeFor,
  createUser,
  openScene,
  SET_PASSWORD,
  tryPassword,
  tryToSignIn,
  type Scene,
} from "./scene.js";

describe("a speech analytics product", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());

  it("obeys the switch of the system and the switch of the company", async () => {
    const tenant = await scene.tenant();
    const system = (ssoAllowed: boolean) =>
      scene.usher.ask(
        `mutation { updateInstallation(input: { ssoAllowed: ${ssoAllowed} }) { installation { ssoAllowed } } }`,
      );
    await system(false);
    expect(await tryToSignIn(tenant, makePerson("ada"))).toBe("SSO_SYSTEM_OFF");
    await system(true);
    await tenant.updateOrganization({ ssoAllowed: false });
    expect(await tryToSignIn(tenant, makePerson("ada"))).toBe("SSO_NOT_ALLOWED");
    await tenant.updateOrganization({ ssoAllowed: true });
    expect(await tryToSignIn(tenant, makePerson("ada"))).toBeNull();
  });

  it("finds the company by its short name", async () => {
    const tenant = await scene.tenant();
    const browser = createBrowser();
    await browser.get(`${scene.usher.url}/sign-in`);
    const page = await browser.submitForm("organization", { organization: tenant.slug.toUpperCase() });
    expect(page.url).toBe(`${scene.usher.url}/o/${tenant.slug}`);
    expect(page.visibleText).toContain("Sign in to Acme ID");
  });

  it("signs people in to the account that was prepared for their address, without creating a second one", async () => {
    const tenant = await scene.tenant({ policies: { matchKey: "EMAIL", jitProvisioning: false } });
    const prepared = await createUser(tenant, { email: "Ben@acme.test", authMethod: "SSO" });
    expect((await signIn(scene, tenant, makePerson("ben"))).user.id).toBe(prepared);
    expect(await tryToSignIn(tenant, makePerson("stranger"))).toBe("NO_MATCHING_ACCOUNT");
  });

  it("fills missing names from the address", async () => {
    const tenant = await scene.tenant({ policies: { missingName: "USE_EMAIL" } });
    const nameless = makePerson("cid", { given_name: undefined, family_name: undefined });
    expect((await signIn(scene, tenant, nameless)).user.fullName).toBe("cid@acme.test");
    const [user] = await tenant.users();
    expect(user).toMatchObject({ firstName: "cid@acme.test", lastName: "cid@acme.test", username: "cid@acme.test" });
  });

  it("keeps a new person waiting until an administrator approves", async () => {
    const tenant = await scene.tenant({ policies: { jitActivation: "PENDING_APPROVAL" } });
    expect(await tryToSignIn(tenant, makePerson("dan"))).toBe("ACCOUNT_PENDING_APPROVAL");
    expect(await tryToSignIn(tenant, makePerson("dan"))).toBe("ACCOUNT_PENDING_APPROVAL");
    const [user, ...others] = await tenant.users();
    expect(others).toEqual([]);
    expect(user?.status).toBe("PENDING_APPROVAL");
    await tenant.ask(`mutation ($id: ID!) { approveUser(id: $id) { user { status } } }`, { id: user?.id });
    expect((await signIn(scene, tenant, makePerson("dan"))).user.id).toBe(user?.id);
    expect((await tenant.events()).map(({ type }) => type)).toEqual(
      expect.arrayContaining(["user.approval_requested", "user.approved"]),
    );
  });

  it("fixes the sign-in method and the home company, and locks fields of the provider", async () => {
    const tenant = await scene.tenant();
    const { browser, user } = await signIn(scene, tenant, makePerson("eve"));
    for (const field of ["authMethod: PASSWORD", `organizationId: "${tenant.organizationId}"`]) {
      const { errors } = await scene.usher.graphql(
        `mutation { updateUser(input: { id: "${user.id}", ${field} }) { user { id } } }`,
        {},
        tenant.key,
      );
      expect(errors?.[0]?.extensions.code).toMatch(/INVALID_INPUT|GRAPHQL_VALIDATION_FAILED/);
    }
    const change = `mutation ($input: UpdateMyProfileInput!) { updateMyProfile(input: $input) { user { fullName } } }`;
    expect(await codeFor(scene, browser, change, { input: { lastName: "Other" } })).toBe("FIELD_OVERRULED");
    await askAs(scene, browser, change, { input: { profile: { phone: "+49 30 1234" } } });
  });

  it("lets people work in further companies, where only the home company decides about single sign-on", async () => {
    const home = await scene.tenant();
    const further = await scene.tenant({ organization: { policies: { ssoEnforcement: "OFF" } } });
    const { browser, user } = await signIn(scene, home, makePerson("fay"));
    await scene.usher.ask(`mutation ($input: AddMemberInput!) { addMember(input: $input) { member { id } } }`, {
      input: { organizationId: further.organizationId, userId: user.id, roleKeys: ["MANAGER"] },
    });
    await askAs(
      scene,
      browser,
      `mutation ($id: ID!) { switchOrganization(organizationId: $id) { organization { id } } }`,
      {
        id: further.organizationId,
      },
    );
    const { viewer } = await askAs(
      scene,
      browser,
      `query ($id: ID!) { viewer { organization { id } user { id organization { slug } membership(organizationId: $id) { role { key } } } } }`,
      { id: further.organizationId },
    );
    expect(viewer).toEqual({
      organization: { id: further.organizationId },
      user: { id: user.id, organization: { slug: home.slug }, membership: { role: { key: "MANAGER" } } },
    });
    await home.updateOrganization({ ssoAllowed: false });
    expect(await tryToSignIn(home, makePerson("fay"))).toBe("SSO_NOT_ALLOWED");
  });

  it("refuses a change of password to people of the provider, in every way", async () => {
    const tenant = await scene.tenant();
    const { user, browser } = await signIn(scene, tenant, makePerson("gil"));
    for (const as of [tenant.key, undefined]) {
      const { errors } = await scene.usher.graphql(SET_PASSWORD, { userId: user.id }, as);
      expect(errors?.[0]?.extensions.code).toBe("PASSWORD_NOT_ALLOWED");
    }
    // Nor do they get a link, or a way to change it themselves.
    expect(await codeFor(scene, browser, SET_PASSWORD, { userId: user.id })).toBe("FORBIDDEN");
    await browser.get(`${scene.usher.url}/o/${tenant.slug}/forgot`);
    await browser.submitForm(0, { login: user.email });
    const { auditLog } = await tenant.ask(
      `query ($id: ID!) { auditLog(organizationId: $id, first: 50) { nodes { action } } }`,
      { id: tenant.organizationId },
    );
    expect(JSON.stringify(auditLog.nodes)).not.toContain("password");
    expect(await tryPassword(scene, tenant, user.email)).toBe("PASSWORD_LOGIN_UNKNOWN");
  });
});
