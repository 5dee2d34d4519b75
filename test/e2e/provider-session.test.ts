/** The provider limits the session, over HTTP: until when it lasts, how old and how strong the authentication must be. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant, type SamlTenant } from "../support/saml-tenant.js";
import { createTenant, makePerson, whoIsSignedIn, type AnyTenant, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const MINUTE_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 60 * MINUTE_MILLISECONDS;
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;
const MFA = "https://refeds.org/profile/mfa";

let usher: TestUsher;
let openId: HostileOpenIdProvider;
let saml: SamlProvider;
/** The time at which Usher's clock stands still; `null` while the clock runs. */
let stoppedAt: number | null = null;
beforeAll(async () => {
  usher = await startTestUsher({ clock: () => new Date(stoppedAt ?? Date.now()) });
  openId = await startHostileOpenIdProvider();
  saml = await startSamlProvider();
});
afterAll(async () => {
  await usher.stop();
  await openId.close();
  await saml.close();
});
beforeEach(() => {
  stoppedAt = null;
});

const inSeconds = (milliseconds: number) => Math.floor((Date.now() + milliseconds) / 1_000);
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);
const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);

type Ask = (browser: Browser, query: string) => Promise<{ data: any; errors?: { extensions: { code: string } }[] }>; // any: the shape is what the query asked for
const ask: Ask = async (browser, query) => {
  const answer = await browser.send("POST", `${usher.url}/graphql`, {
    type: "application/json",
    text: JSON.stringify({ query }),
  });
  return JSON.parse(answer.text) as Awaited<ReturnType<Ask>>;
};
const readSession = async (browser: Browser) =>
  (await ask(browser, "{ viewer { session { connectionId createdAt expiresAt acr amr authTime } } }")).data.viewer
    .session;

/** Expects a refusal with its code and remedy, and no session. */
async function expectRefused(page: Page, code: string, of: Pick<AnyTenant, "attempts">, browser: Browser) {
  const [attempt] = await of.attempts();
  expect({ status: page.status, outcome: attempt?.outcome }).toEqual({ status: 403, outcome: code });
  expect(attempt!.remedy).toBeTruthy();
  expect(await signedIn(browser)).toBeNull();
  return attempt!.detail;
}

describe("a session", () => {
  it.each(["OpenID Connect", "SAML"])("of %s ends when the provider says so, and no later", async (protocol) => {
    const browser = createBrowser();
    const end = inSeconds(10 * MINUTE_MILLISECONDS);
    if (protocol === "SAML")
      await (await createSamlTenant(usher, saml)).signIn(browser, "p-1001", { sessionEnd: new Date(end * 1_000) });
    else await (await createTenant(usher, openId)).signIn(browser, makePerson("ada", { session_expiry: end }));
    expect((await readSession(browser)).expiresAt).toBe(new Date(end * 1_000).toISOString());
    stoppedAt = end * 1_000 - 1;
    expect(await signedIn(browser)).not.toBeNull();
    stoppedAt = end * 1_000;
    expect(await signedIn(browser)).toBeNull();
    const { errors } = await ask(browser, "{ users(first: 1) { totalCount } }");
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAUTHENTICATED"]);
  });

  it("that has expired leads a page to a new sign-in, and back to the page", async () => {
    const browser = createBrowser();
    const tenant = await createTenant(usher, openId);
    const end = inSeconds(10 * MINUTE_MILLISECONDS);
    await tenant.signIn(browser, makePerson("ada", { session_expiry: end }));
    const home = `${usher.url}/o/${tenant.slug}`;
    const whereTo = async (query: string) => (await browser.get(`${home}${query}`, { follow: false })).headers.location;
    stoppedAt = end * 1_000;
    const startOf = (returnTo: string) =>
      `/sso/${tenant.connectionId}/start?${new URLSearchParams({ returnTo }).toString()}`;
    expect(await whereTo("")).toBe(startOf(`/o/${tenant.slug}`));
    expect(await whereTo("?returnTo=%2Fgraphql")).toBe(startOf("/graphql"));
    expect(await whereTo("?returnTo=https%3A%2F%2Fevil.example")).toBe(startOf(`/o/${tenant.slug}`));
    // The person can stay, and a browser without the session gets the page.
    expect(await whereTo("?stay")).toBeUndefined();
    expect((await createBrowser().get(home, { follow: false })).status).toBe(200);
    await tenant.disable();
    expect(await whereTo("")).toBeUndefined();
  });

  it("that the person ended leads to no new sign-in", async () => {
    const browser = createBrowser();
    const tenant = await createTenant(usher, openId);
    await tenant.signIn(browser, makePerson("ada"));
    const cookie = browser.cookiesFor(usher.url).find(({ name }) => name === "usher-session")!;
    await browser.post(`${usher.url}/sign-out`, {}, { follow: false });
    const headers = { cookie: `${cookie.name}=${cookie.value}` };
    expect((await createBrowser().get(`${usher.url}/o/${tenant.slug}`, { follow: false, headers })).status).toBe(200);
  });

  it("ends after twelve hours without a request if the provider allows a longer one", async () => {
    const browser = createBrowser();
    await (
      await createTenant(usher, openId)
    ).signIn(browser, makePerson("ada", { session_expiry: inSeconds(30 * DAY_MILLISECONDS) }));
    const { createdAt, expiresAt } = await readSession(browser);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(12 * HOUR_MILLISECONDS);
  });

  it("keeps the provider's end when it moves into another organization", async () => {
    const browser = createBrowser();
    const tenant = await createTenant(usher, openId);
    const end = inSeconds(10 * MINUTE_MILLISECONDS);
    await tenant.signIn(browser, makePerson("ada", { session_expiry: end }));
    await ask(
      browser,
      `mutation { switchOrganization(organizationId: "${tenant.organizationId}") { organization { id } } }`,
    );
    expect((await readSession(browser)).expiresAt).toBe(new Date(end * 1_000).toISOString());
  });

  it.each([
    ["in the past", inSeconds(-5_000), "PROVIDER_SESSION_ENDED"],
    ["a text", String(inSeconds(HOUR_MILLISECONDS)), "OIDC_SESSION_EXPIRY_INVALID"],
    ["in milliseconds", Date.now() + HOUR_MILLISECONDS, "OIDC_SESSION_EXPIRY_INVALID"],
    ["zero", 0, "OIDC_SESSION_EXPIRY_INVALID"],
    ["null", null, "OIDC_SESSION_EXPIRY_INVALID"],
  ])("whose session_expiry is %s does not begin", async (_name, expiry, code) => {
    const tenant = await createTenant(usher, openId);
    const browser = createBrowser();
    const page = await tenant.signIn(browser, makePerson("ada", { session_expiry: expiry }));
    await expectRefused(page, code, tenant, browser);
  });

  it("whose SessionNotOnOrAfter is in the past does not begin, even within the tolerated skew", async () => {
    const tenant = await createSamlTenant(usher, saml);
    for (const [sessionEnd, code] of [
      [ago(5_000), "PROVIDER_SESSION_ENDED"],
      [ago(5 * MINUTE_MILLISECONDS), "SAML_EXPIRED"],
    ] as const) {
      const browser = createBrowser();
      await expectRefused(await tenant.signIn(browser, "p-1001", { sessionEnd }), code, tenant, browser);
    }
  });

  it("takes session_expiry only from the signed token, not from userinfo", async () => {
    const browser = createBrowser();
    const person = makePerson("ada");
    const { email: _left, ...claims } = person.claims;
    await (
      await createTenant(usher, openId)
    ).signIn(browser, {
      claims,
      userinfo: { ...person.claims, session_expiry: inSeconds(MINUTE_MILLISECONDS), acr: MFA, auth_time: inSeconds(0) },
    });
    const { createdAt, expiresAt, acr, authTime } = await readSession(browser);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(12 * HOUR_MILLISECONDS);
    expect({ acr, authTime }).toEqual({ acr: null, authTime: null });
  });
});

describe("what the provider says about the authentication", () => {
  it("is kept with session, attempt and event", async () => {
    const tenant = await createTenant(usher, openId);
    const browser = createBrowser();
    const authTime = inSeconds(-MINUTE_MILLISECONDS);
    await tenant.signIn(browser, makePerson("ada", { acr: MFA, amr: ["pwd", "otp"], auth_time: authTime }));
    const kept = { acr: MFA, amr: ["pwd", "otp"], authTime: new Date(authTime * 1_000).toISOString() };
    expect(await readSession(browser)).toMatchObject({ connectionId: tenant.connectionId, ...kept });
    const { reference } = (await tenant.attempts())[0]!;
    const { signInAttempt } = await tenant.ask(
      "query ($reference: String!) { signInAttempt(reference: $reference) { acr amr authTime } }",
      { reference },
    );
    expect(signInAttempt).toEqual(kept);
    const event = (await tenant.events()).find(({ type }) => type === "user.signed_in")!;
    expect(event.data.signIn).toEqual({ connectionId: tenant.connectionId, reference, ...kept });
  });

  it("comes from AuthnStatement with SAML", async () => {
    const tenant = await createSamlTenant(usher, saml);
    const browser = createBrowser();
    const authnInstant = ago(MINUTE_MILLISECONDS);
    await tenant.signIn(browser, "p-1001", { authnInstant, authnContext: MFA });
    const { acr, amr, authTime } = await readSession(browser);
    expect({ acr, amr, time: Math.floor(Date.parse(authTime) / 1_000) }).toEqual({
      acr: MFA,
      amr: [],
      time: Math.floor(authnInstant.getTime() / 1_000),
    });
  });
});

describe("a connection with maxAgeSeconds", () => {
  let oidcTenant: Tenant;
  let samlTenant: SamlTenant;
  const settings = { maxAgeSeconds: 600 };
  beforeAll(async () => {
    oidcTenant = await createTenant(usher, openId, { settings });
    samlTenant = await createSamlTenant(usher, saml, { settings });
  });

  it("sends max_age, or ForceAuthn", async () => {
    const url = new URL(await oidcTenant.begin(createBrowser()));
    expect(url.searchParams.get("max_age")).toBe("600");
    expect((await samlTenant.request(createBrowser())).forceAuthn).toBe(true);
  });

  it.each([
    ["nine minutes old", () => inSeconds(-9 * MINUTE_MILLISECONDS), null],
    ["ten seconds too old, within the tolerance", () => inSeconds(-610_000), null],
    ["twelve minutes old", () => inSeconds(-12 * MINUTE_MILLISECONDS), "OIDC_AUTHENTICATION_TOO_OLD"],
    ["missing", () => undefined, "OIDC_AUTHENTICATION_TIME_MISSING"],
    ["a text", () => String(inSeconds(0)), "OIDC_AUTHENTICATION_TIME_MISSING"],
    ["in the future", () => inSeconds(5 * MINUTE_MILLISECONDS), "OIDC_CLOCK_SKEW"],
  ])("judges an auth_time that is %s", async (_name, authTime, code) => {
    const browser = createBrowser();
    const page = await oidcTenant.signIn(browser, makePerson("ada", { auth_time: authTime() }));
    if (code !== null) await expectRefused(page, code, oidcTenant, browser);
    else expect(await signedIn(browser)).toBe("ada@acme.test");
  });

  it("judges AuthnInstant", async () => {
    for (const [authnInstant, code] of [
      [ago(9 * MINUTE_MILLISECONDS), null],
      [ago(12 * MINUTE_MILLISECONDS), "SAML_AUTHENTICATION_TOO_OLD"],
      [ago(-5 * MINUTE_MILLISECONDS), "SAML_CLOCK_SKEW"],
    ] as const) {
      const browser = createBrowser();
      const page = await samlTenant.signIn(browser, "p-1001", { authnInstant });
      if (code !== null) await expectRefused(page, code, samlTenant, browser);
      else expect(await signedIn(browser)).toBe("ann@acme.example");
    }
  });
});

describe("a connection with requiredAcr", () => {
  const settings = { requiredAcr: [MFA, "phrh"] };

  it("sends acr_values, and refuses a weaker class of OpenID Connect", async () => {
    const tenant = await createTenant(usher, openId, { settings });
    const url = new URL(await tenant.begin(createBrowser()));
    expect(url.searchParams.get("acr_values")).toBe(`${MFA} phrh`);
    for (const acr of ["pwd", undefined, "", [MFA], MFA.toUpperCase()]) {
      const browser = createBrowser();
      const page = await tenant.signIn(browser, makePerson("ada", { acr }));
      const detail = await expectRefused(page, "OIDC_AUTHENTICATION_CONTEXT_TOO_WEAK", tenant, browser);
      expect(detail).toContain(MFA);
    }
    const browser = createBrowser();
    await tenant.signIn(browser, makePerson("ada", { acr: "phrh" }));
    expect(await signedIn(browser)).toBe("ada@acme.test");
  });

  it("refuses a weaker class of SAML", async () => {
    const tenant = await createSamlTenant(usher, saml, { settings });
    const browser = createBrowser();
    const weak = await tenant.signIn(browser, "p-1001");
    await expectRefused(weak, "SAML_AUTHENTICATION_CONTEXT_TOO_WEAK", tenant, browser);
    await tenant.signIn(browser, "p-1001", { authnContext: MFA });
    expect(await signedIn(browser)).toBe("ann@acme.example");
  });
});
