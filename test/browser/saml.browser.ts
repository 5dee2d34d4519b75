/**
 * SAML in a real browser. The provider's form is posted from another site, so the browser sends no cookies with it. The
 * ticket then proves that the same browser began the sign-in.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser, BrowserContext, Page, Request } from "playwright-core";
import { createBrowser } from "../../testing/browser.js";
import { startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";
import { launchChromium } from "./chromium.js";
import { startEvilSite, type Site } from "./sites.js";

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
  tenant = await createSamlTenant(usher, provider, { organization: { name: "Acme Training" } });
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

/** Goes from the organization's page to the provider's. */
async function leave(on: Page): Promise<void> {
  await on.goto(home());
  await on.getByRole("link", { name: "Sign in to Acme ID" }).click();
  await on.waitForURL(`${provider.signOnUrl}**`);
}

/** Chooses a person at the provider, whose form submits itself. Waits until the browser is back at Usher. */
async function choose(on: Page, name: string): Promise<void> {
  await on.getByRole("button", { name }).click();
  await on.waitForURL((url) => url.origin === usher.url);
}

/** Opens the organization's page again and returns its text. */
async function shownTo(on: Page): Promise<string> {
  await on.goto(home());
  return await on.innerText("main");
}

describe("signing in with SAML", () => {
  it("sends Usher's cookies with the ticket and not with the post from another site", async () => {
    const seen: { readonly method: string; readonly path: string; readonly request: Request }[] = [];
    page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.endsWith("/acs"))
        seen.push({ method: request.method(), path: pathname + search.slice(0, 8), request });
    });
    await leave(page);
    await choose(page, "Ann Archer");
    expect(page.url()).toBe(home());
    expect(await page.innerText("h1")).toBe("Ann Archer");
    const path = new URL(tenant.acsUrl).pathname;
    expect(seen.map((each) => `${each.method} ${each.path}`)).toEqual([`POST ${path}`, `GET ${path}?ticket=`]);
    const cookies = await Promise.all(seen.map(async ({ request }) => (await request.allHeaders())["cookie"] ?? ""));
    expect(cookies[0]).toBe("");
    expect(cookies[1]).toMatch(/(?:^|; )usher-browser=[\w-]{43}$/);
    // The person cannot copy the ticket from the address bar.
    expect(page.url()).not.toContain("ticket");
  });

  it("works without script, by the provider's visible button", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const own = await plain.newPage();
    await leave(own);
    await own.getByRole("button", { name: "Ann Archer" }).click();
    await own.getByRole("button", { name: "Continue" }).click();
    await own.waitForURL(home());
    expect(await own.innerText("h1")).toBe("Ann Archer");
    await plain.close();
  });

  it("works in two tabs at once, in any order", async () => {
    const other = await context.newPage();
    await leave(page);
    await leave(other);
    await choose(other, "Ben Baker");
    expect(await other.innerText("h1")).toBe("Ben Baker");
    await choose(page, "Ann Archer");
    expect(await page.innerText("h1")).toBe("Ann Archer");
    expect(await shownTo(other)).toContain("ann@acme.example");
  });

  it("survives the back button, and refuses the message that it posts again", async () => {
    await leave(page);
    await choose(page, "Ann Archer");
    const posts: string[] = [];
    page.on("response", (response) => {
      if (response.request().method() === "POST" && response.url() === tenant.acsUrl)
        posts.push(String(response.status()));
    });
    for (let step = 0; step < 3; step += 1) await page.goBack().catch(() => null);
    await page.waitForLoadState("networkidle");
    expect(posts.filter((status) => status === "303")).toEqual([]);
    expect(await shownTo(page)).toContain("ann@acme.example");
  });
});

describe("another site", () => {
  let evil: Site;
  let body = "";
  beforeAll(async () => {
    evil = await startEvilSite(() => body);
  });
  afterAll(() => evil.close());

  /** A page that posts the message of the attacker's own sign-in when a person opens it. */
  async function prepareTrap(): Promise<string> {
    const { fields } = await tenant.authenticate(createBrowser(), "p-1003");
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
    );
    return `<form method="post" action="${tenant.acsUrl}">${inputs.join("")}</form><script>document.forms[0].submit()</script>`;
  }

  it("cannot sign a person in to the attacker's account by posting its own message", async () => {
    body = await prepareTrap();
    await page.goto(evil.url);
    await page.waitForURL(`${tenant.acsUrl}**`);
    expect(await page.innerText("main")).toContain("This sign-in was begun in another browser.");
    expect(await shownTo(page)).not.toContain("mallory@acme.example");
  });

  it("cannot during the person's own sign-in, and cannot replace a session", async () => {
    await leave(page);
    const trap = await context.newPage();
    body = await prepareTrap();
    await trap.goto(evil.url);
    await trap.waitForURL(`${tenant.acsUrl}**`);
    expect(await trap.innerText("main")).toContain("This sign-in was begun in another browser.");
    await choose(page, "Ann Archer");
    body = await prepareTrap();
    await trap.goto(evil.url);
    await trap.waitForURL(`${tenant.acsUrl}**`);
    expect(await shownTo(trap)).toContain("ann@acme.example");
  });
});
