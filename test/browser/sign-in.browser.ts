/** Signing in with a real browser: cookies, sites, tabs, the back button and the keyboard. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createBrowser } from "../../testing/browser.js";
import { startOpenIdProvider, type OpenIdProvider } from "../support/providers/openid/provider.js";
import { createTenant, type Tenant } from "../support/tenant.js";
import { findFreePort, startTestUsher, type TestUsher } from "../support/usher.js";
import { HOSTS, launchChromium } from "./chromium.js";
import { startEvilSite, startTlsTerminator, type Site } from "./sites.js";

const PHONE = { width: 360, height: 740 };
/** The target size of WCAG 2.2, 2.5.5. */
const TARGET_PIXELS = 44;

let browser: Browser;
let provider: OpenIdProvider;
let usher: TestUsher;
let tenant: Tenant;
let context: BrowserContext;
let page: Page;

/** People sign in on the pages of the stand-in, so tests cannot call `authorize`. */
const byItsPages = (of: OpenIdProvider) => ({
  url: of.discoveryUrl,
  clientId: of.clientId,
  clientSecret: of.clientSecret,
  authorize: () => Promise.reject(new Error("people sign in on the pages of this stand-in")),
});

beforeAll(async () => {
  browser = await launchChromium();
  usher = await startTestUsher();
  provider = await startOpenIdProvider({
    clients: [{ clientId: "usher", clientSecret: "a secret of the client", redirectUris: [] }],
    people: [
      { sub: "ada", email: "ada@acme.test", email_verified: true, given_name: "Ada", family_name: "Lovelace" },
      { sub: "bob", email: "bob@acme.test", email_verified: true, given_name: "Bob", family_name: "Builder" },
      { sub: "nameless", email: "nameless@acme.test", email_verified: true },
    ],
  });
  tenant = await createTenant(usher, byItsPages(provider), {
    organization: { name: "Acme Training", supportContact: "the help desk, extension 4711" },
  });
  provider.addRedirectUri(tenant.callbackUrl);
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
const person = (name: string) => ({ button: `button[name=sub][value=${name}]`, email: `${name}@acme.test` });

/** Goes from the organization's page to the provider's. */
async function leave(on: Page): Promise<void> {
  await on.goto(home());
  await on.getByRole("link", { name: "Sign in to Acme ID" }).click();
  await on.waitForSelector("#people");
}

/** Chooses a person at the provider, and waits until the browser is back. */
async function choose(on: Page, name: string): Promise<void> {
  await on.click(person(name).button);
  await on.waitForURL((url) => url.origin !== provider.origin);
}

async function signIn(on: Page, name: string): Promise<void> {
  await leave(on);
  await choose(on, name);
}

/** Opens the organization's page again and returns its text. */
async function shownTo(on: Page): Promise<string> {
  await on.goto(home());
  return await on.innerText("main");
}

/** Begins a sign-in in the attacker's browser, and returns the address of its last step. */
async function prepareAttack(name = "bob"): Promise<string> {
  const attacker = createBrowser();
  await attacker.get(tenant.startUrl);
  let answer = await attacker.submitForm("people", { sub: name }, { follow: false });
  for (;;) {
    const { location } = answer.headers;
    if (location === undefined) throw new Error(`the provider did not send the attacker back: ${answer.visibleText}`);
    if (location.startsWith(tenant.callbackUrl)) return location;
    answer = await attacker.get(new URL(location, answer.url).href, { follow: false });
  }
}

describe("signing in", () => {
  it("goes to the provider and back, with cookies that scripts and posts of other sites do not get", async () => {
    await signIn(page, "ada");
    expect(page.url()).toBe(home());
    expect(await page.innerText("h1")).toBe("Ada Lovelace");
    const cookies = await context.cookies(usher.url);
    expect(cookies.map(({ name, httpOnly, sameSite }) => ({ name, httpOnly, sameSite }))).toEqual(
      expect.arrayContaining([
        { name: "usher-browser", httpOnly: true, sameSite: "Lax" },
        { name: "usher-session", httpOnly: true, sameSite: "Lax" },
      ]),
    );
    expect(await page.evaluate("document.cookie")).toBe("");
  });

  it("works without script", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const own = await plain.newPage();
    await signIn(own, "ada");
    expect(await own.innerText("h1")).toBe("Ada Lovelace");
    await own.getByRole("button", { name: "Sign out" }).click();
    expect(await own.innerText("main")).toContain("You are signed out.");
    await plain.close();
  });

  it("works in two tabs at once, in any order", async () => {
    const other = await context.newPage();
    await leave(page);
    await leave(other);
    await choose(other, "bob");
    expect(await other.innerText("h1")).toBe("Bob Builder");
    await choose(page, "ada");
    expect(await page.innerText("h1")).toBe("Ada Lovelace");
    expect(await shownTo(other)).toContain("ada@acme.test");
  });

  it("survives the back button, which shows nothing of the account after a sign-out", async () => {
    await signIn(page, "ada");
    await page.goBack();
    expect(await shownTo(page)).toContain("ada@acme.test");
    await page.getByRole("button", { name: "Sign out" }).click();
    expect(await page.innerText("main")).toContain("You are signed out.");
    await page.goBack();
    expect(await page.innerText("main")).not.toContain("ada@acme.test");
  });

  it("works with the keyboard alone, and shows the focus", async () => {
    const focused = () =>
      page.evaluate(`(() => {
        const { tagName, textContent, name } = document.activeElement;
        return { tag: tagName, text: textContent.trim(), name, outline: getComputedStyle(document.activeElement).outlineStyle };
      })()`) as Promise<{ tag: string; text: string; name?: string; outline: string }>;
    await page.goto(`${usher.url}/sign-in`);
    await page.keyboard.press("Tab");
    expect(await focused()).toMatchObject({ tag: "INPUT", name: "organization", outline: "solid" });
    await page.keyboard.type(tenant.slug);
    await page.keyboard.press("Enter");
    // Enter is "Continue with SSO". One connection is active, so it leads straight to the provider.
    await page.waitForSelector("#people");
    await page.goto(home());
    await page.keyboard.press("Tab");
    expect(await focused()).toMatchObject({ tag: "A", text: "Sign in to Acme ID", outline: "solid" });
    await page.keyboard.press("Enter");
    await page.waitForSelector("#people");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(home());
    expect(await page.innerText("h1")).toBe("Ada Lovelace");
    await page.keyboard.press("Tab");
    expect(await focused()).toMatchObject({ tag: "BUTTON", text: "Sign out", outline: "solid" });
    await page.keyboard.press("Enter");
    await page.waitForURL(`${home()}?signed-out`);
  });
});

describe("another site", () => {
  let evil: Site;
  let body = "";
  beforeAll(async () => {
    evil = await startEvilSite(() => body);
  });
  afterAll(() => evil.close());

  const visit = async (html: string) => {
    body = html;
    await page.goto(`${evil.url}/${Math.random()}`);
  };
  const post = (action: string) =>
    `<form method="post" action="${action}"></form><script>document.forms[0].submit()</script>`;

  it("cannot sign a person in to the attacker's account by a link", async () => {
    await visit(`<a href="${(await prepareAttack()).replaceAll("&", "&amp;")}">Win a prize</a>`);
    await page.click("a");
    expect(await page.innerText("main")).toContain("This sign-in was begun in another browser.");
    expect(await shownTo(page)).not.toContain("bob@acme.test");
  });

  it("cannot by a link, a frame, a picture or a form during the person's own sign-in", async () => {
    await leave(page);
    const tab = page;
    page = await context.newPage();
    const attack = await prepareAttack();
    const target = attack.replaceAll("&", "&amp;");
    await visit(`<img src="${target}"><iframe src="${target}"></iframe>${post(target)}`);
    await page.waitForLoadState("networkidle");
    await visit(`<meta http-equiv="refresh" content="0; url=${target}">`);
    await page.waitForURL(`${tenant.callbackUrl}**`);
    expect(await page.innerText("main")).toContain("This sign-in was begun in another browser.");
    expect(await shownTo(page)).not.toContain("bob@acme.test");
    await choose(tab, "ada");
    expect(await tab.innerText("h1")).toBe("Ada Lovelace");
  });

  it("cannot sign a person out, and cannot show a page of Usher in a frame", async () => {
    await signIn(page, "ada");
    await visit(post(`${usher.url}/sign-out`));
    await page.waitForURL(`${usher.url}/sign-out`);
    expect(await page.innerText("main")).toContain("Another page asked to sign you out.");
    expect(await shownTo(page)).toContain("ada@acme.test");
    await visit(`<iframe src="${home()}"></iframe>`);
    const frame = page.frames().find((each) => each !== page.mainFrame());
    expect((await frame?.content()) ?? "").not.toContain("ada@acme.test");
    // Usher asks first. The page has a button for signing out.
    await visit(post(`${usher.url}/sign-out`));
    await page.getByRole("button", { name: "Sign out" }).click();
    expect(await page.innerText("main")).toContain("You are signed out.");
  });
});

describe("over TLS", () => {
  it("cookies are bound to the host by their name, and the sign-in works", async () => {
    const port = await findFreePort();
    const terminator = await startTlsTerminator(() => port);
    const secure = await startTestUsher({
      environment: { PORT: String(port), USHER_URL: terminator.url, USHER_TRUSTED_PROXIES: "127.0.0.1" },
    });
    const own = await browser.newContext({ ignoreHTTPSErrors: true });
    try {
      // The test calls the API behind the proxy, because only this test's browser accepts the proxy's certificate.
      const behind = { url: `http://localhost:${port}` };
      const other = await createTenant(behind, byItsPages(provider));
      provider.addRedirectUri(other.callbackUrl);
      expect(new URL(other.callbackUrl).origin).toBe(terminator.url);

      // A page of the same host over plain http sets cookies of the same names. Usher must ignore them.
      await own.addCookies(
        ["usher-session", "usher-browser"].map((name) => ({ name, value: "planted", domain: HOSTS.usher, path: "/" })),
      );
      const tab = await own.newPage();
      const response = await tab.goto(`${terminator.url}/o/${other.slug}`);
      expect(response?.headers()["strict-transport-security"]).toBe("max-age=31536000");
      await tab.getByRole("link", { name: "Sign in to Acme ID" }).click();
      await tab.click(person("ada").button);
      await tab.waitForURL(`${terminator.url}/o/${other.slug}`);
      expect(await tab.innerText("h1")).toBe("Ada Lovelace");
      const cookies = (await own.cookies(terminator.url)).filter(({ value }) => value !== "planted");
      expect(cookies.map(({ name, secure: isSecure, domain, path }) => ({ name, isSecure, domain, path }))).toEqual(
        expect.arrayContaining([
          { name: "__Host-usher-browser", isSecure: true, domain: HOSTS.usher, path: "/" },
          { name: "__Host-usher-session", isSecure: true, domain: HOSTS.usher, path: "/" },
        ]),
      );
      const [attempt] = (
        await other.ask("query ($id: ID!) { signInAttempts(organizationId: $id) { nodes { address } } }", {
          id: other.organizationId,
        })
      ).signInAttempts.nodes;
      expect(attempt.address).toBe("203.0.113.7");
      await tab.getByRole("button", { name: "Sign out" }).click();
      expect(await tab.innerText("main")).toContain("You are signed out.");
      expect((await own.cookies(terminator.url)).map(({ name }) => name)).not.toContain("__Host-usher-session");
    } finally {
      await own.close();
      await secure.stop();
      await terminator.close();
    }
  });
});

describe("the pages on a phone", () => {
  /** Finds obstacles for users: wide content, small targets, missing names and structure. */
  const PROBLEMS = `(() => {
    const problems = [];
    if (document.documentElement.scrollWidth > innerWidth) problems.push("it scrolls sideways");
    if (document.querySelectorAll("h1").length !== 1) problems.push("it has not one heading");
    if (!document.documentElement.lang || !document.title) problems.push("it has no language or title");
    for (const target of document.querySelectorAll("button, input:not([type=hidden]), a.button, main p > a")) {
      const { height, width } = target.getBoundingClientRect();
      const inText = target.matches("p > a");
      if (!inText && height < ${TARGET_PIXELS}) problems.push("too small: " + target.outerHTML);
      if (!target.textContent.trim() && !target.labels?.length) problems.push("no name: " + target.outerHTML);
      if (width > innerWidth) problems.push("too wide: " + target.outerHTML);
      if (target.matches("input") && document.querySelector("[role=alert]") && !target.matches("[aria-invalid][aria-describedby]"))
        problems.push("its mistake is not said at: " + target.outerHTML);
    }
    return problems;
  })()`;

  it.each(["light", "dark"] as const)(
    "fit the screen, and have names and large targets, in %s",
    async (colorScheme) => {
      const phone = await browser.newContext({ viewport: PHONE, deviceScaleFactor: 2, colorScheme, hasTouch: true });
      page = await phone.newPage();
      const look = async (name: string) => {
        expect({ name, problems: await page.evaluate(PROBLEMS) }).toEqual({ name, problems: [] });
      };
      await page.goto(`${usher.url}/sign-in`);
      await look("prompt");
      await page.fill("input", "no-such-organization");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[role=alert]");
      await look("prompt-wrong");
      await page.goto(home());
      await look("sign-in");
      await signIn(page, "nameless");
      await page.waitForSelector("[role=alert]");
      await look("refusal");
      await phone.clearCookies({ domain: "127.0.0.1" });
      await signIn(page, "ada");
      await look("account");
      await page.getByRole("button", { name: "Sign out" }).click();
      await look("signed-out");
      await phone.close();
    },
  );
});
