/** Sign-ins that a SAML provider's portal begins: messages that answer no request, over HTTP, with hostile ones among them. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { startSamlProvider, type PostedAnswer, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { whoIsSignedIn } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const MINUTE_MILLISECONDS = 60_000;
const RETURN_PREFIX = "https://app.example/training";

let usher: TestUsher;
let provider: SamlProvider;
let tenant: SamlTenant;
let clockOffsetMilliseconds = 0;
beforeAll(async () => {
  usher = await startTestUsher({
    clock: () => new Date(Date.now() + clockOffsetMilliseconds),
    environment: { USHER_RETURN_URLS: RETURN_PREFIX },
  });
  provider = await startSamlProvider();
  tenant = await createSamlTenant(usher, provider, { settings: { allowIdpInitiated: true } });
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);
const ticketOf = (page: Page) => new URL(page.headers.location ?? "", usher.url).href;
type Changes = Parameters<SamlProvider["launch"]>[2];

/** Posts a message of the portal to the ACS, without following the redirect. */
const launch = (browser: Browser, personId: string, changes?: Changes, of = tenant) =>
  post(browser, provider.launch(of, personId, changes), of);
const post = (browser: Browser, { fields }: PostedAnswer, of = tenant) =>
  of.post(browser, fields as Record<string, string>);

/** Signs in through the portal, and returns the redirect after the ticket. */
async function signIn(browser: Browser, personId: string, changes?: Changes, of = tenant): Promise<Page> {
  return await browser.get(ticketOf(await launch(browser, personId, changes, of)), { follow: false });
}

/** Expects a refusal on the page and in the attempts, and no session. */
async function expectRefused(page: Page, status: number, code: string, of = tenant): Promise<void> {
  const [attempt] = await of.attempts();
  expect({ status: page.status, outcome: attempt?.outcome }).toEqual({ status, outcome: code });
  expect(page.visibleText).toContain(attempt!.reference);
  expect(String(page.headers["set-cookie"] ?? "")).not.toContain("usher-session=usher");
}

describe("a sign-in that the provider's portal begins", () => {
  it("signs the person in to the landing page, without a request of Usher", async () => {
    const browser = createBrowser();
    const posted = await launch(browser, "p-1001");
    expect(posted.status).toBe(303);
    expect(String(posted.headers["set-cookie"])).toMatch(
      /^usher-portal=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=60$/,
    );
    const landed = await browser.get(ticketOf(posted), { follow: false });
    expect([landed.status, landed.headers.location]).toEqual([303, `/o/${tenant.slug}`]);
    expect(await signedIn(browser)).toBe("ann@acme.example");
    const [attempt] = await tenant.attempts();
    expect(attempt).toMatchObject({ outcome: "SUCCEEDED", subject: "p-1001" });
    expect(attempt!.steps.map(({ step }) => step)).toEqual(["RETURN", "VERIFY", "NORMALIZE", "COMPLETE"]);
  });

  it("is refused with its remedy while the connection does not allow it", async () => {
    const strict = await createSamlTenant(usher, provider);
    await expectRefused(await launch(createBrowser(), "p-1001", {}, strict), 403, "SAML_UNSOLICITED", strict);
    const [attempt] = await strict.attempts();
    expect(attempt!.remedy).toContain("allowIdpInitiated");
    expect(await strict.users()).toEqual([]);
  });

  it("leads to an address of the RelayState only if the allow-list has it", async () => {
    const locations: Record<string, string | undefined> = {};
    for (const relayState of [
      `${RETURN_PREFIX}/course-1`,
      "/graphql",
      "https://evil.example/",
      "//evil.example",
      "https://app.example.evil.example/training",
      "javascript:alert(1)",
      "x".repeat(3_000),
    ])
      locations[relayState.slice(0, 60)] = (await signIn(createBrowser(), "p-1001", { relayState })).headers.location;
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

  it("replaces the session of the same person", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser, "p-1002");
    expect((await signIn(browser, "p-1002")).status).toBe(303);
    expect(await signedIn(browser)).toBe("ben@acme.example");
  });

  it("leaves the browser's own sign-in under way usable", async () => {
    const browser = createBrowser();
    const answer = await tenant.authenticate(browser, "p-1001");
    await signIn(browser, "p-1001");
    expect((await browser.get(ticketOf(await post(browser, answer)), { follow: false })).status).toBe(303);
  });

  it("shows that the person is signed in when the browser opens the ticket again", async () => {
    const browser = createBrowser();
    const ticket = ticketOf(await launch(browser, "p-1001"));
    await browser.get(ticket);
    expect((await browser.get(ticket)).visibleText).toContain("You are signed in");
  });
});

describe("a hostile message that answers no request", () => {
  it("is accepted once, as long as any part of it is valid", async () => {
    const own = await createSamlTenant(usher, provider, { settings: { allowIdpInitiated: true } });
    const end = new Date(Date.now() + 20 * MINUTE_MILLISECONDS);
    const answer = provider.launch(own, "p-1001", { notOnOrAfter: end, confirmationEnd: end });
    expect((await post(createBrowser(), answer, own)).status).toBe(303);
    await expectRefused(await post(createBrowser(), answer, own), 400, "SIGN_IN_REPLAYED", own);
    clockOffsetMilliseconds = 9 * MINUTE_MILLISECONDS;
    await expectRefused(await post(createBrowser(), answer, own), 400, "SIGN_IN_REPLAYED", own);
    clockOffsetMilliseconds = 0;
  });

  it("is accepted once: of 20 parallel copies one gets a ticket", async () => {
    const answer = provider.launch(tenant, "p-1002");
    const pages = await Promise.all(Array.from({ length: 20 }, () => post(createBrowser(), answer)));
    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  it.each([
    ["for a sibling's audience", "SAML_WRONG_AUDIENCE", { audiences: [["https://sibling.example/metadata"]] }],
    ["for a sibling's address", "SAML_WRONG_RECIPIENT", { recipient: "https://sibling.example/acs" }],
    ["of a different issuer", "SAML_WRONG_ISSUER", { assertionIssuer: "https://other.example/metadata" }],
    ["that names a request of nobody", "SAML_UNKNOWN_REQUEST", { inResponseTo: `_${"0".repeat(40)}` }],
    ["whose assertion answers a request", "SAML_WRONG_REQUEST", { confirmationInResponseTo: `_${"0".repeat(40)}` }],
    ["that nothing signs", "SAML_UNSIGNED", { signedPart: "NOTHING" }],
    ["that has expired", "SAML_EXPIRED", { notOnOrAfter: new Date(Date.now() - 5 * MINUTE_MILLISECONDS) }],
  ] as const)("%s is refused", async (_name, code, changes) => {
    await expectRefused(await launch(createBrowser(), "p-1003", changes), 403, code);
    expect((await tenant.users()).map(({ email }) => email)).not.toContain("mallory@acme.example");
  });

  it("cannot be made of a stolen answer by taking its InResponseTo away", async () => {
    const request = await tenant.request(createBrowser());
    const { fields } = provider.answer(request, "p-1001", { signedPart: "ASSERTION" });
    const xml = Buffer.from(fields.SAMLResponse, "base64").toString();
    const stripped = xml.replace(` InResponseTo="${request.id}"`, "");
    expect(stripped).not.toBe(xml);
    const stolen = { SAMLResponse: Buffer.from(stripped).toString("base64") };
    await expectRefused(await tenant.post(createBrowser(), stolen), 403, "SAML_WRONG_REQUEST");
  });

  it("gives a ticket only to the browser that posted it", async () => {
    const ticket = ticketOf(await launch(createBrowser(), "p-1003"));
    const victim = createBrowser();
    await expectRefused(await victim.get(ticket), 403, "SIGN_IN_OTHER_BROWSER");
    await launch(victim, "p-1001");
    await expectRefused(await victim.get(ticket), 403, "SIGN_IN_OTHER_BROWSER");
    expect(await signedIn(victim)).toBeNull();
  });

  it("does not replace the session of a different person", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser, "p-1001");
    for (const personId of ["p-1002", "p-1003"]) {
      const page = await signIn(browser, personId);
      await expectRefused(page, 409, "SIGN_IN_OTHER_PERSON");
      expect(page.visibleText).toContain("A different person is signed in here.");
    }
    expect(await signedIn(browser)).toBe("ann@acme.example");
  });

  it("does not sign in through a draft, even while a test of it waits for its answer", async () => {
    const own = await createSamlTenant(usher, provider, { settings: { allowIdpInitiated: true } });
    await own.disable();
    const { startTestSignIn } = await own.ask(
      `mutation ($id: ID!) { startTestSignIn(connectionId: $id) { startUrl } }`,
      { id: own.connectionId },
    );
    const browser = createBrowser();
    await browser.get(startTestSignIn.startUrl, { follow: false });
    await expectRefused(await launch(browser, "p-1001", {}, own), 403, "CONNECTION_NOT_ACTIVE", own);
    expect(await own.users()).toEqual([]);
  });
});
