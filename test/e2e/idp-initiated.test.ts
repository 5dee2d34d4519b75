/** Sign-ins that a SAML provider's portal begins: messages that answer no request begin a sign-in of Usher's own. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { whoIsSignedIn } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const RETURN_PREFIX = "https://app.example/training";

let usher: TestUsher;
let provider: SamlProvider;
let tenant: SamlTenant;
beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_RETURN_URLS: RETURN_PREFIX } });
  provider = await startSamlProvider();
  tenant = await createSamlTenant(usher, provider, { settings: { allowIdpInitiated: true } });
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);
type Changes = Parameters<SamlProvider["launch"]>[2];
const targetOf = ({ headers }: Page) => new URL(headers.location ?? "", usher.url).href;

/** Posts a message of the portal to the ACS, without following the redirect. */
const launch = (browser: Browser, personId: string, changes?: Changes, of = tenant) =>
  of.post(browser, provider.launch(of, personId, changes).fields as Record<string, string>);

/** Opens the portal's tile and follows the redirects to the provider. Returns the page that sends the browser there. */
async function openTile(browser: Browser, personId = "p-1001", changes?: Changes): Promise<Page> {
  return await browser.get(targetOf(await launch(browser, personId, changes)), { follow: false });
}

/** Answers the request with which a page sent the browser to the provider. Returns the redirect after the ticket. */
async function answer(browser: Browser, page: Page, personId: string): Promise<Page> {
  const { fields } = provider.answer(provider.readRequest(page.headers.location!), personId);
  const posted = await tenant.post(browser, fields as Record<string, string>);
  return await browser.get(targetOf(posted), { follow: false });
}

/** Expects a refusal on the page and in the attempts, and no session. */
async function expectRefused(page: Page, status: number, code: string, of = tenant): Promise<void> {
  const [attempt] = await of.attempts();
  expect({ status: page.status, outcome: attempt?.outcome }).toEqual({ status, outcome: code });
  expect(page.visibleText).toContain(attempt!.reference);
  expect(String(page.headers["set-cookie"] ?? "")).not.toContain("usher-session=usher");
}

describe("a message of the provider's portal, which answers no request", () => {
  it("begins a sign-in of Usher's own, which signs in the person who answers it", async () => {
    const browser = createBrowser();
    const posted = await launch(browser, "p-1001");
    expect([posted.status, posted.headers["set-cookie"]]).toEqual([303, undefined]);
    const sent = await browser.get(targetOf(posted), { follow: false });
    expect(String(sent.headers["set-cookie"])).toMatch(/usher-portal=1; Path=\/; HttpOnly; SameSite=Lax; Max-Age=60/);
    const landed = await answer(browser, sent, "p-1001");
    expect([landed.status, landed.headers.location]).toEqual([303, `/o/${tenant.slug}`]);
    expect(await signedIn(browser)).toBe("ann@acme.example");
    const [attempt] = await tenant.attempts();
    expect(attempt).toMatchObject({ outcome: "SUCCEEDED", subject: "p-1001" });
    expect(attempt!.steps.map(({ step }) => step)).toEqual(["START", "RETURN", "VERIFY", "NORMALIZE", "COMPLETE"]);
  });

  it("signs nobody in: of an attacker's message only the way to the provider is left", async () => {
    const victim = createBrowser();
    const sent = await openTile(victim, "p-1003");
    expect(await signedIn(victim)).toBeNull();
    expect((await tenant.users()).map(({ email }) => email)).not.toContain("mallory@acme.example");
    await answer(victim, sent, "p-1002");
    expect(await signedIn(victim)).toBe("ben@acme.example");
  });

  it("begins one sign-in a minute in a browser: the next message is refused with what to do", async () => {
    const browser = createBrowser();
    await openTile(browser);
    const refused = await openTile(browser);
    await expectRefused(refused, 409, "SIGN_IN_NOT_ANSWERED");
    expect((await tenant.attempts())[0]!.remedy).toContain("InResponseTo");
    expect((await openTile(createBrowser())).status).toBe(303);
    expect(await tenant.begin(browser)).toContain(provider.signOnUrl);
  });

  it("is refused with its remedy while the connection does not allow it", async () => {
    const strict = await createSamlTenant(usher, provider);
    await expectRefused(await launch(createBrowser(), "p-1001", {}, strict), 403, "SAML_UNSOLICITED", strict);
    const [attempt] = await strict.attempts();
    expect(attempt!.remedy).toContain("allowIdpInitiated");
  });

  it("leads to an address of its RelayState only if the allow-list has it", async () => {
    const locations: Record<string, string | undefined> = {};
    for (const relayState of [
      `${RETURN_PREFIX}/course-1`,
      "/graphql",
      "https://evil.example/",
      "//evil.example",
      "https://app.example.evil.example/training",
      "javascript:alert(1)",
      "x".repeat(3_000),
    ]) {
      const browser = createBrowser();
      const landed = await answer(browser, await openTile(browser, "p-1001", { relayState }), "p-1001");
      locations[relayState.slice(0, 60)] = landed.headers.location;
    }
    const landing = `/o/${tenant.slug}`;
    expect(locations).toEqual({
      [`${RETURN_PREFIX}/course-1`]: `${RETURN_PREFIX}/course-1`,
      "/graphql": `${usher.url}/graphql`,
      "https://evil.example/": landing,
      "//evil.example": landing,
      "https://app.example.evil.example/training": landing,
      "javascript:alert(1)": landing,
      ["x".repeat(60)]: landing,
    });
  });

  it("leaves the browser's own sign-in under way usable", async () => {
    const browser = createBrowser();
    const own = await tenant.authenticate(browser, "p-1001");
    await openTile(browser);
    const posted = await tenant.post(browser, own.fields as Record<string, string>);
    await browser.get(targetOf(posted), { follow: false });
    expect(await signedIn(browser)).toBe("ann@acme.example");
  });

  it("counts as an answer if it names a request, also a request of nobody", async () => {
    const page = await launch(createBrowser(), "p-1003", { inResponseTo: `_${"0".repeat(40)}` });
    await expectRefused(page, 403, "SAML_UNKNOWN_REQUEST");
  });

  it("does not begin a sign-in of a draft, even while a test of it waits for its answer", async () => {
    const own = await createSamlTenant(usher, provider, { settings: { allowIdpInitiated: true } });
    await own.disable();
    const { startTestSignIn } = await own.ask(
      `mutation ($id: ID!) { startTestSignIn(connectionId: $id) { startUrl } }`,
      { id: own.connectionId },
    );
    const browser = createBrowser();
    await browser.get(startTestSignIn.startUrl, { follow: false });
    await expectRefused(await launch(browser, "p-1001", {}, own), 403, "CONNECTION_NOT_ACTIVE", own);
  });
});
