/**
 * A SAML portal's tile in a real browser. The portal's page on another site posts a message that answers no request. Usher throws
 * the message away and leads the browser to the provider with a request of its own.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";
import { launchChromium } from "./chromium.js";
import { startEvilSite } from "./sites.js";

let browser: Browser;
/** The provider runs on 127.0.0.1. For a browser, this is a different site than localhost, where Usher runs. */
let provider: SamlProvider;
let usher: TestUsher;
let tenant: SamlTenant;
let context: BrowserContext;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
  usher = await startTestUsher();
  provider = await startSamlProvider();
  tenant = await createSamlTenant(usher, provider, { settings: { allowIdpInitiated: true } });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await usher?.stop();
  await provider?.close();
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

const home = () => `${usher.url}/o/${tenant.slug}`;

/** Opens the tile, whose page posts itself, and waits until the browser is at the provider again, with a request of Usher. */
async function openTile(on: Page, person: string, relayState?: string): Promise<void> {
  const { entityId, acsUrl } = tenant;
  const parameters = { entityId, acsUrl, person, ...(relayState !== undefined && { relayState }) };
  await on.goto(`${provider.url}/portal?${new URLSearchParams(parameters).toString()}`, { waitUntil: "commit" });
  await on.waitForURL(`${provider.signOnUrl}**`);
}

describe("the tile of a provider's portal", () => {
  it("leads back to the provider, and signs in the person who answers there", async () => {
    const cookies: Promise<string>[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname.endsWith("/acs"))
        cookies.push(request.allHeaders().then(({ cookie = "" }) => `${request.method()} ${cookie}`));
    });
    await openTile(page, "p-1001");
    expect(await Promise.all(cookies)).toEqual(["POST "]);
    await page.getByRole("button", { name: "Ann Archer" }).click();
    await page.waitForURL(home());
    expect(await page.innerText("h1")).toBe("Ann Archer");
  });

  it("leads to an address of Usher's that its RelayState names", async () => {
    await openTile(page, "p-1001", "/graphql");
    await page.getByRole("button", { name: "Ann Archer" }).click();
    await page.waitForURL(`${usher.url}/graphql`);
  });

  it("leaves the person's own sign-in in another tab usable", async () => {
    const other = await context.newPage();
    await other.goto(home());
    await other.getByRole("link", { name: "Sign in to Acme ID" }).click();
    await other.waitForURL(`${provider.signOnUrl}**`);
    await openTile(page, "p-1001");
    await other.getByRole("button", { name: "Ann Archer" }).click();
    await other.waitForURL(home());
    expect(await other.innerText("h1")).toBe("Ann Archer");
  });

  it("and a page of an attacker sign nobody in, and the next one within a minute is refused", async () => {
    const { fields } = provider.launch(tenant, "p-1003");
    const evil = await startEvilSite(
      () =>
        `<form method="post" action="${tenant.acsUrl}"><input name="SAMLResponse" value="${fields.SAMLResponse}"></form><script>document.forms[0].submit()</script>`,
    );
    try {
      await page.goto(evil.url, { waitUntil: "commit" });
      await page.waitForURL(`${provider.signOnUrl}**`);
      await page.goto(evil.url, { waitUntil: "commit" });
      await page.waitForURL(`${usher.url}/sso/**`);
      expect(await page.innerText("main")).toContain("did not answer the request of this page");
      await page.goto(home());
      expect(await page.innerText("main")).toContain("Sign in to Acme ID");
    } finally {
      await evil.close();
    }
  });
});
