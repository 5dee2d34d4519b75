/**
 * Signing out together with the provider in a real browser. The provider is another site than Usher, so the browser withholds
 * Usher's cookies from its posts.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createBrowser } from "../../testing/browser.js";
import { startOpenIdProvider, type OpenIdProvider } from "../support/providers/openid/provider.js";
import { describeLogout, postLogout } from "../support/providers/saml/logout.js";
import { startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { createTenantOf, type AnyTenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";
import { launchChromium } from "./chromium.js";

let browser: Browser;
let usher: TestUsher;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
  usher = await startTestUsher();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await usher?.stop();
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

const homeOf = ({ slug }: { readonly slug: string }) => `${usher.url}/o/${slug}`;
const hasSession = async () => (await context.cookies(usher.url)).some(({ name }) => name === "usher-session");

describe("signing out with SAML", () => {
  let provider: SamlProvider;
  let tenant: SamlTenant;
  beforeAll(async () => {
    const certificates: string[] = [];
    provider = await startSamlProvider({ singleLogout: true, serviceProviderCertificates: certificates });
    tenant = await createSamlTenant(usher, provider);
    const { text } = await createBrowser().get(tenant.entityId);
    const [, base64 = ""] = /use="signing".*?X509Certificate>([^<]+)</s.exec(text) ?? [];
    certificates.push(`-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`);
  });
  afterAll(() => provider.close());

  async function signIn(): Promise<void> {
    await page.goto(homeOf(tenant));
    await page.getByRole("link", { name: "Sign in to Acme ID" }).click();
    await page.getByRole("button", { name: "Ann Archer" }).click();
    await page.waitForURL(homeOf(tenant));
    expect(await page.innerText("h1")).toBe("Ann Archer");
  }

  it("goes through the provider and back to the organization's page", async () => {
    await signIn();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${homeOf(tenant)}?signed-out`);
    expect(await page.innerText("main")).toContain("You are signed out.");
    expect(provider.logouts.map(({ name, signature }) => [name, signature?.isValid])).toEqual([
      ["LogoutRequest", true],
    ]);
    expect(await hasSession()).toBe(false);
  });

  it("ends the session by a form of the provider's site, which carries no cookie of Usher", async () => {
    await signIn();
    const logoutUrl = `${usher.url}/sso/${tenant.connectionId}/logout`;
    const message = { ...describeLogout(provider.entityId, logoutUrl), nameId: "p-1001" };
    const fields = Object.entries(postLogout(message, { key: provider.keys()[0]! }));
    const cookies: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url() === logoutUrl)
        cookies.push(request.headers()["cookie"] ?? "none");
    });
    await page.goto(provider.metadataUrl.replace("/metadata", "/portal-of-the-provider"));
    const inputs = fields.map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join("");
    await page.setContent(
      `<form method="post" action="${logoutUrl}">${inputs}<button>Sign out everywhere</button></form>`,
    );
    await page.getByRole("button").click();
    await page.waitForURL(`${provider.logoutUrl}?SAMLResponse=**`);
    expect(await page.innerText("body")).toContain("You are signed out everywhere.");
    expect(cookies).toEqual(["none"]);
    await page.goto(homeOf(tenant));
    expect(await page.innerText("main")).not.toContain("ann@acme.example");
  });
});

describe("signing out with OpenID Connect", () => {
  let provider: OpenIdProvider;
  let tenant: AnyTenant;
  beforeAll(async () => {
    provider = await startOpenIdProvider({
      clients: [{ clientId: "usher", clientSecret: "a secret of the client", redirectUris: [] }],
      people: [
        { sub: "ada", name: "Ada Lovelace", email: "ada@acme.test", given_name: "Ada", family_name: "Lovelace" },
      ],
    });
    const { discoveryUrl, clientId, clientSecret } = provider;
    tenant = await createTenantOf(usher, { oidc: { discoveryUrl, clientId, clientSecret, logoutAtProvider: true } });
    provider.addRedirectUri(tenant.detail("redirectUrl"));
    provider.addPostLogoutRedirectUri(tenant.detail("logoutUrl"));
    provider.setBackChannelLogoutUri(tenant.detail("backChannelLogoutUrl"));
  });
  afterAll(() => provider.close());

  it("goes through the provider, which then asks who signs in", async () => {
    await page.goto(homeOf(tenant));
    await page.getByRole("link", { name: "Sign in to Acme ID" }).click();
    await page.getByRole("button", { name: "Ada Lovelace" }).click();
    await page.waitForURL(homeOf(tenant));
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${provider.issuer}/**`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${homeOf(tenant)}?signed-out`);
    expect(await page.innerText("main")).toContain("You are signed out.");
    expect(await hasSession()).toBe(false);
    await page.getByRole("link", { name: "Sign in to Acme ID" }).click();
    await page.getByRole("button", { name: "Ada Lovelace" }).waitFor();
  });
});
