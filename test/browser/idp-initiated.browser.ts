/**
 * A SAML portal's tile in a real browser. The portal's page on another site posts a message that answers no request. The browser
 * sends no cookies with it, and takes the cookie that binds it to the ticket.
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

/** Opens the tile, whose page posts itself, and waits until the browser is at Usher. */
async function openTile(on: Page, person: string, relayState?: string): Promise<void> {
  const { entityId, acsUrl } = tenant;
  const parameters = { entityId, acsUrl, person, ...(relayState !== undefined && { relayState }) };
  await on.goto(`${provider.url}/portal?${new URLSearchParams(parameters).toString()}`, { waitUntil: "commit" });
  await on.waitForURL((url) => url.origin === usher.url && url.search === "");
}

describe("the tile of a provider's portal", () => {
  it("signs the person in, with a ticket that carries the new cookie", async () => {
    const cookies: Promise<string>[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname.endsWith("/acs"))
        cookies.push(request.allHeaders().then(({ cookie = "" }) => `${request.method()} ${cookie}`));
    });
    await openTile(page, "p-1001");
    expect(page.url()).toBe(home());
    expect(await page.innerText("h1")).toBe("Ann Archer");
    expect(await Promise.all(cookies)).toEqual(["POST ", expect.stringMatching(/^GET usher-portal=[\w-]{43}$/)]);
  });

  it("leads to an address of Usher's that its RelayState names", async () => {
    await openTile(page, "p-1001", "/graphql");
    expect(page.url()).toBe(`${usher.url}/graphql`);
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

  it("and a page of an attacker do not replace the session of a different person", async () => {
    await openTile(page, "p-1001");
    const { fields } = provider.launch(tenant, "p-1003");
    const evil = await startEvilSite(
      () =>
        `<form method="post" action="${tenant.acsUrl}"><input name="SAMLResponse" value="${fields.SAMLResponse}"></form><script>document.forms[0].submit()</script>`,
    );
    try {
      const trap = await context.newPage();
      await trap.goto(evil.url, { waitUntil: "commit" });
      await trap.waitForURL(`${tenant.acsUrl}**`);
      expect(await trap.innerText("main")).toContain("A different person is signed in here.");
      await page.goto(home());
      expect(await page.innerText("h1")).toBe("Ann Archer");
    } finally {
      await evil.close();
    }
  });
});
