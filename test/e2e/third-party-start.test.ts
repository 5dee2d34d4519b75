/** Sign-ins that a third party begins (OpenID Connect Core 1.0, section 4), over HTTP: at the start address, by GET and POST. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Page } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let openId: HostileOpenIdProvider;
let saml: SamlProvider;
let tenant: Tenant;
let samlTenant: SamlTenant;
beforeAll(async () => {
  usher = await startTestUsher();
  openId = await startHostileOpenIdProvider();
  saml = await startSamlProvider();
  tenant = await createTenant(usher, openId);
  samlTenant = await createSamlTenant(usher, saml);
});
afterAll(async () => {
  await usher.stop();
  await openId.close();
  await saml.close();
});

const queryOf = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters).toString()}`;
const start = (query: string, of: { readonly startUrl: string } = tenant) =>
  createBrowser().get(`${of.startUrl}${query}`, { follow: false });

async function expectRefused(page: Page, status: number, code: string, of: Pick<Tenant, "attempts"> = tenant) {
  const [attempt] = await of.attempts();
  expect({ status: page.status, outcome: attempt?.outcome }).toEqual({ status, outcome: code });
  expect(page.visibleText).toContain(attempt!.reference);
  expect(page.headers.location).toBeUndefined();
}

describe("a sign-in that a third party begins", () => {
  it("goes to the provider that it names, with the hint, and ends at target_link_uri", async () => {
    const browser = createBrowser();
    const query = queryOf({ iss: openId.issuer, login_hint: "ada@acme.test", target_link_uri: `${usher.url}/graphql` });
    const url = await tenant.begin(browser, query);
    expect(new URL(url).searchParams.get("login_hint")).toBe("ada@acme.test");
    const landed = await browser.get(await openId.authorize(url, makePerson("ada")), { follow: false });
    expect(landed.headers.location).toBe(`${usher.url}/graphql`);
    expect(await whoIsSignedIn(browser, usher)).toBe("ada@acme.test");
  });

  it("may be posted from the provider's site, and keeps the browser's other sign-ins", async () => {
    const browser = createBrowser();
    const pending = await tenant.authenticate(browser, makePerson("ada"));
    const form = {
      iss: openId.issuer,
      login_hint: "ben@acme.test",
      target_link_uri: "/graphql",
      test: "x",
      prompt: "y",
    };
    const posted = await browser.post(tenant.startUrl, form, { from: `${openId.url}/`, follow: false });
    expect([posted.status, posted.headers["set-cookie"]]).toEqual([303, undefined]);
    const location = new URL(posted.headers.location!, usher.url);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      iss: openId.issuer,
      login_hint: "ben@acme.test",
      target_link_uri: "/graphql",
    });
    const begun = await browser.get(location.href, { follow: false });
    expect(new URL(begun.headers.location!).searchParams.get("login_hint")).toBe("ben@acme.test");
    expect((await browser.get(pending, { follow: false })).status).toBe(303);
    const ended = await browser.get(await openId.authorize(begun.headers.location!, makePerson("ben")), {
      follow: false,
    });
    expect(ended.headers.location).toBe(`${usher.url}/graphql`);
  });

  it.each(["https://evil.example/", "//evil.example", "javascript:alert(1)"])(
    "does not lead to the foreign address %s",
    async (target) => {
      const browser = createBrowser();
      const query = queryOf({ iss: openId.issuer, target_link_uri: target, returnTo: "https://evil.example/" });
      const url = await tenant.begin(browser, query);
      const landed = await browser.get(await openId.authorize(url, makePerson("ada")), { follow: false });
      expect(landed.headers.location).toBe(`/o/${tenant.slug}`);
    },
  );

  it("is refused with an attempt if it names the issuer of a different connection", async () => {
    for (const iss of ["https://other.example", `${openId.issuer}/`, openId.issuer.toUpperCase(), ""])
      await expectRefused(await start(queryOf({ iss })), 403, "OIDC_INITIATED_BY_OTHER_ISSUER");
    const form = { iss: "https://other.example" };
    await expectRefused(await createBrowser().post(tenant.startUrl, form), 403, "OIDC_INITIATED_BY_OTHER_ISSUER");
    const [attempt] = await tenant.attempts();
    expect(attempt!.detail).toBe(`iss is https://other.example, expected was ${openId.issuer}`);
  });

  it("is refused if it names several issuers", async () => {
    const twice = `?iss=${encodeURIComponent(openId.issuer)}&iss=${encodeURIComponent(openId.issuer)}`;
    await expectRefused(await start(twice), 400, "SIGN_IN_PARAMETERS_INVALID");
    await expectRefused(await start(queryOf({ iss: "x".repeat(2_049) })), 400, "SIGN_IN_PARAMETERS_INVALID");
  });

  it("names the entity ID at a SAML connection", async () => {
    expect((await start(queryOf({ iss: saml.entityId }), samlTenant)).status).toBe(303);
    const other = queryOf({ iss: "https://other.example/metadata" });
    await expectRefused(await start(other, samlTenant), 403, "SAML_INITIATED_BY_OTHER_ISSUER", samlTenant);
  });
});
