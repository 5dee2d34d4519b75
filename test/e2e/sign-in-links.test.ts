/** One-time sign-in links in a browser: the page that a link opens, its button, and posts from foreign pages. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_RETURN_URLS: "https://app.example/app" } });
  provider = await startHostileOpenIdProvider();
  tenant = await createTenant(usher, provider, { organization: { supportContact: "the help desk" } });
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

let people = 0;
/** Makes an account, and a link for it. */
async function makeLink(of = tenant, input: Record<string, unknown> = {}) {
  const email = `person-${(people += 1)}@acme.test`;
  const { createUser } = await of.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    { input: { organizationId: of.organizationId, email, firstName: "<b>Ada", lastName: "Local" } },
  );
  const userId: string = createUser.user.id;
  const { createSignInLink } = await of.ask(
    `mutation ($input: CreateSignInLinkInput!) { createSignInLink(input: $input) { url expiresAt } }`,
    { input: { organizationId: of.organizationId, userId, ...input } },
  );
  return { userId, email, ...(createSignInLink as { url: string; expiresAt: string }) };
}
const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);
const sessionOf = (browser: Browser) =>
  browser.cookiesFor(usher.url).find(({ name }) => name === "usher-session")?.value;

describe("a sign-in link in a browser", () => {
  it("opens a page that names the person, is not consumed by that, and signs in with the button", async () => {
    const { url, email } = await makeLink(tenant, { returnTo: "https://app.example/app/courses" });
    const browser = createBrowser();
    await browser.send("HEAD", url, null);
    await createBrowser().get(url);
    const page = await browser.get(url);
    expect([page.status, page.headers["cache-control"], page.headers["set-cookie"]]).toEqual([
      200,
      "no-store",
      undefined,
    ]);
    expect(page.visibleText).toContain(`<b>Ada Local ${email}`);
    expect(page.text).not.toContain("<b>");
    expect(page.text).not.toContain("<script");
    expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none';/);
    expect(page.headers["content-security-policy"]).not.toContain("script-src");
    // The page does not contain the link, and does not send it to another site.
    expect(page.text).not.toContain("usher_link_");
    expect(page.headers["referrer-policy"]).toBe("same-origin");
    expect(await signedIn(browser)).toBeNull();

    const sent = await browser.submitForm(0, {}, { follow: false });
    expect([sent.status, sent.headers.location]).toEqual([303, "https://app.example/app/courses"]);
    expect(sent.headers["cache-control"]).toBe("no-store");
    expect(await signedIn(browser)).toBe(email);
  });

  it("that was used shows a safe sentence, the support contact and the reference", async () => {
    const { url, userId } = await makeLink();
    const browser = createBrowser();
    await browser.get(url);
    await browser.submitForm(0);
    const stranger = createBrowser();
    const page = await stranger.post(url, {}, { from: url, follow: false });
    expect(page.status).toBe(410);
    expect(page.visibleText).toContain("This sign-in link was used before, and works only once. Ask for a new one.");
    expect(page.visibleText).toContain("ask the help desk.");
    const [attempt] = await tenant.attempts();
    expect(attempt).toMatchObject({ outcome: "SIGN_IN_LINK_USED", userId, steps: [{ step: "LINK" }] });
    expect(page.visibleText).toContain(attempt!.reference);
    for (const internal of ["SIGN_IN_LINK_USED", "usher_link_", userId]) expect(page.text).not.toContain(internal);
    expect(await signedIn(stranger)).toBeNull();
  });

  it("ends the session that the browser had, of any person", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser, makePerson("grace"));
    const before = sessionOf(browser)!;
    const { url, email } = await makeLink();
    await browser.get(url);
    await browser.submitForm(0);
    expect(await signedIn(browser)).toBe(email);
    expect(sessionOf(browser)).not.toBe(before);
    const held = await fetch(`${usher.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: `usher-session=${before}` },
      body: JSON.stringify({ query: "{ viewer { user { id } } }" }),
    });
    expect(await held.json()).toEqual({ data: { viewer: null } });
  });

  it.each(["https://evil.example/page", "http://localhost:1/page"])("cannot be used by a page of %s", async (from) => {
    const { url, email } = await makeLink();
    const victim = createBrowser();
    await tenant.signIn(victim, makePerson("grace"));
    const page = await victim.post(url, {}, { from, follow: false });
    expect([page.status, page.headers["set-cookie"]]).toEqual([403, undefined]);
    expect(page.visibleText).toContain("Another page asked to sign you in. Nothing has happened yet.");
    expect(await signedIn(victim)).toBe("grace@acme.test");
    // Usher consumed nothing, so the person can still press the button.
    await victim.submitForm(0);
    expect(await signedIn(victim)).toBe(email);
  });

  it("nor by a page that hides its origin", async () => {
    const { url } = await makeLink();
    const answer = await fetch(url, { method: "POST", redirect: "manual", headers: { origin: "null" } });
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([403, null]);
    expect(await answer.text()).toContain("Nothing has happened yet.");
  });

  it.each(["usher_link_unknown", "x".repeat(400), "%00", "..%2f..", "usher_link_%F0%9F"])(
    "that does not exist is refused, leaves no attempt and names no organization: %s",
    async (token) => {
      const before = (await tenant.attempts()).length;
      for (const method of ["GET", "POST"] as const) {
        const response = await fetch(`${usher.url}/sign-in/link/${token}`, {
          method,
          headers: { accept: "text/html" },
        });
        expect([400, 404]).toContain(response.status);
        expect(await response.text()).not.toContain(tenant.slug);
      }
      expect((await tenant.attempts()).length).toBe(before);
    },
  );
});

describe("a link of an organization", () => {
  it.each([
    ["changes", (of: Tenant) => of.updateConnection({ settings: { oidc: { clientId: "another" } } })],
    ["is disabled", (of: Tenant) => of.disable()],
    ["is deleted", (of: Tenant) => of.delete()],
  ])("becomes invalid when what a connection trusts %s, and stays valid after a new label", async (_how, change) => {
    const own = await createTenant(usher, provider);
    const { url } = await makeLink(own);
    await own.updateConnection({ displayName: "Another name" });
    const browser = createBrowser();
    expect((await browser.get(url)).status).toBe(200);
    const elsewhere = await makeLink(tenant);
    await change(own);
    expect((await browser.submitForm(0)).status).toBe(404);
    expect(await signedIn(browser)).toBeNull();
    expect((await browser.get(elsewhere.url)).status).toBe(200);
  });
});
