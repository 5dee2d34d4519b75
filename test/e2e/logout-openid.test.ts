/** Signing out together with an OpenID provider, over real HTTP: from Usher, and from the provider. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import {
  ALICE,
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
  type LogoutFaultName,
  type Person,
} from "../support/providers/hostile-openid/index.js";
import { signInAtOpenIdProvider, signOutAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { startOpenIdProvider, type OpenIdProvider } from "../support/providers/openid/provider.js";
import { createTenant, createTenantOf, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_RETURN_URLS: "https://app.example/" } });
});
afterAll(() => usher.stop());

const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);
const signOut = (browser: Browser, query = "") => browser.post(`${usher.url}/sign-out${query}`, {}, { follow: false });

describe("with a certified provider", () => {
  let provider: OpenIdProvider;
  let tenant: Awaited<ReturnType<typeof createTenantOf>>;
  beforeAll(async () => {
    provider = await startOpenIdProvider({
      clients: [{ clientId: "usher", clientSecret: "a secret of the client", redirectUris: [] }],
      people: ["ada", "bob"].map((sub) => ({
        sub,
        email: `${sub}@acme.test`,
        email_verified: true,
        given_name: sub,
        family_name: "Tester",
      })),
    });
    const { discoveryUrl, clientId, clientSecret } = provider;
    tenant = await createTenantOf(usher, { oidc: { discoveryUrl, clientId, clientSecret, logoutAtProvider: true } });
    provider.addRedirectUri(tenant.detail("redirectUrl"));
    provider.addPostLogoutRedirectUri(tenant.detail("logoutUrl"));
    provider.setBackChannelLogoutUri(tenant.detail("backChannelLogoutUrl"));
  });
  afterAll(() => provider.close());

  it("a sign-out at Usher ends the provider's session, and leads back to returnTo", async () => {
    const browser = createBrowser();
    await signInAtOpenIdProvider(browser, tenant.startUrl, "ada");
    expect(await signedIn(browser)).toBe("ada@acme.test");
    const { location } = (await signOut(browser, "?returnTo=https%3A%2F%2Fapp.example%2Fbye")).headers;
    expect(await signedIn(browser)).toBeNull();
    const asked = new URL(location!).searchParams;
    expect(asked.get("id_token_hint")?.split(".")).toHaveLength(3);
    expect(asked.get("state")).toMatch(/^[0-9a-f]{40}$/);

    let page = await browser.get(location!, { follow: false });
    page = await browser.submitForm("xsrf", { logout: "yes" }, { follow: false });
    expect(page.headers.location).toBe(`${tenant.detail("logoutUrl")}?state=${asked.get("state")}`);
    page = await browser.get(page.headers.location!, { follow: false });
    expect(page.headers.location).toBe("https://app.example/bye");
    // The provider asks who signs in again: its session has ended.
    const again = await browser.get(tenant.startUrl);
    expect(again.forms.flatMap(({ buttons }) => buttons.map(({ value }) => value))).toContain("ada");
  });

  it("a sign-out at the provider ends the one session that came from it, by the back channel", async () => {
    const [here, elsewhere, other] = [createBrowser(), createBrowser(), createBrowser()];
    await signInAtOpenIdProvider(here, tenant.startUrl, "ada");
    await signInAtOpenIdProvider(elsewhere, tenant.startUrl, "ada");
    await signInAtOpenIdProvider(other, tenant.startUrl, "bob");
    await signOutAtOpenIdProvider(here, `${provider.issuer}/session/end?client_id=usher`);
    expect(await Promise.all([here, elsewhere, other].map(signedIn))).toEqual([null, "ada@acme.test", "bob@acme.test"]);
  });
});

describe("a logout token", () => {
  let provider: HostileOpenIdProvider;
  let tenant: Tenant;
  beforeAll(async () => {
    provider = await startHostileOpenIdProvider();
    tenant = await createTenant(usher, provider);
  });
  afterAll(() => provider.close());

  const post = async (token: string, to = tenant) =>
    await fetch(`${usher.url}/sso/${to.connectionId}/backchannel-logout`, {
      method: "POST",
      body: new URLSearchParams({ logout_token: token }),
    });
  /** A person of a provider's session with a name of its own. */
  const personIn = (word: string, sid?: string): Person => makePerson(word, sid === undefined ? {} : { sid });
  const signIn = async (person: Person, to = tenant) => {
    const browser = createBrowser();
    await to.signIn(browser, person);
    return browser;
  };
  const newWord = () => `p${randomBytes(4).toString("hex")}`;

  it("ends the session that its sid names, and answers 200 without a body or caching", async () => {
    const word = newWord();
    const [first, second] = [await signIn(personIn(word, "sid-1")), await signIn(personIn(word, "sid-2"))];
    const answer = await post(provider.makeLogoutToken({ sub: `${word}-1`, sid: "sid-1" }));
    expect([answer.status, await answer.text(), answer.headers.get("cache-control")]).toEqual([200, "", "no-store"]);
    expect([await signedIn(first), await signedIn(second)]).toEqual([null, `${word}@acme.test`]);
    expect((await post(provider.makeLogoutToken({ sid: "sid-2" }))).status).toBe(200);
    expect(await signedIn(second)).toBeNull();
  });

  it("without a sid ends every session of its person at this connection, and no other session", async () => {
    const word = newWord();
    const sibling = await createTenant(usher, provider);
    const own = [
      await signIn(personIn(word, "s-1")),
      await signIn(personIn(word, "s-2")),
      await signIn(personIn(word)),
    ];
    const others = [await signIn(personIn(newWord())), await signIn(personIn(word), sibling)];
    expect((await post(provider.makeLogoutToken({ sub: `${word}-1` }))).status).toBe(200);
    expect(await Promise.all(own.map(signedIn))).toEqual([null, null, null]);
    for (const browser of others) expect(await signedIn(browser)).not.toBeNull();
  });

  it("with a sid ends a session whose ID token had no sid, if the token names its person", async () => {
    const word = newWord();
    const browser = await signIn(personIn(word));
    await post(provider.makeLogoutToken({ sid: "sid-9" }));
    expect(await signedIn(browser)).not.toBeNull();
    await post(provider.makeLogoutToken({ sub: `${word}-1`, sid: "sid-9" }));
    expect(await signedIn(browser)).toBeNull();
  });

  it("that names a foreign person or session beside an own one ends nothing", async () => {
    const [word, other] = [newWord(), newWord()];
    const browsers = [await signIn(personIn(word, `${word}-s`)), await signIn(personIn(other, `${other}-s`))];
    expect((await post(provider.makeLogoutToken({ sub: `${other}-1`, sid: `${word}-s` }))).status).toBe(200);
    expect(await Promise.all(browsers.map(signedIn))).toEqual([`${word}@acme.test`, `${other}@acme.test`]);
  });

  it("is recorded as one event and one audit entry for its person", async () => {
    const own = await createTenant(usher, provider);
    await signIn(ALICE, own);
    await signIn(ALICE, own);
    await post(provider.makeLogoutToken({ sub: "alice-1" }), own);
    const [user] = await own.users();
    const told = (await own.events()).filter(({ type }) => type === "user.signed_out");
    expect(told).toEqual([
      expect.objectContaining({
        subject: { type: "user", subjectId: user!.id, version: user!.version },
        data: expect.objectContaining({ signOut: { connectionId: own.connectionId } }),
      }),
    ]);
    const { auditLog } = await own.ask(
      `query ($id: ID!) { auditLog(organizationId: $id, filter: { subjectId: "${user!.id}" }) {
         nodes { action cause { kind actor } after } } }`,
      { id: own.organizationId },
    );
    const entries = auditLog.nodes.filter(({ action }: { action: string }) => action.startsWith("user.signed_"));
    expect(entries.slice(0, 2)).toEqual([
      {
        action: "user.signed_out",
        cause: { kind: "SIGN_IN", actor: own.connectionId },
        after: { connectionId: own.connectionId },
      },
      {
        action: "user.signed_in",
        cause: { kind: "SIGN_IN", actor: own.connectionId },
        after: expect.objectContaining({ connectionId: own.connectionId, address: "127.0.0.1" }),
      },
    ]);
  });

  const hostile: readonly LogoutFaultName[] = [
    "id-token-alg-none",
    "id-token-key-of-another-under-known-kid",
    "id-token-issuer-of-another",
    "id-token-audience-of-another",
    "id-token-expired",
    "logout-token-is-an-id-token",
    "logout-token-with-nonce",
    "logout-token-names-nobody",
  ];
  it.each(hostile)("with the fault %s is refused with 400 and ends nothing", async (fault) => {
    const word = newWord();
    const browser = await signIn(personIn(word, "sid-3"));
    const answer = await post(provider.makeLogoutToken({ sub: `${word}-1`, sid: "sid-3" }, fault));
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([400, "no-store"]);
    expect(await answer.json()).toMatchObject({ error: "invalid_request" });
    expect(await signedIn(browser)).toBe(`${word}@acme.test`);
  });

  it("works once: a copy ends no later session of its person", async () => {
    const word = newWord();
    const token = provider.makeLogoutToken({ sub: `${word}-1` });
    expect((await post(token)).status).toBe(200);
    const browser = await signIn(personIn(word));
    const again = await post(token);
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({ error_description: expect.stringContaining("LOGOUT_REPLAYED") });
    expect(await signedIn(browser)).not.toBeNull();
  });

  it("at another connection ends nothing, even with the sid of a session there", async () => {
    const foreign = await startHostileOpenIdProvider({ clientId: "another" });
    try {
      const browser = await signIn(personIn(newWord(), "sid-4"));
      const answer = await post(foreign.makeLogoutToken({ sid: "sid-4" }));
      expect(answer.status).toBe(400);
      const neighbour = await createTenant(usher, foreign);
      expect((await post(foreign.makeLogoutToken({ sid: "sid-4" }), neighbour)).status).toBe(200);
      expect(await signedIn(browser)).not.toBeNull();
    } finally {
      await foreign.close();
    }
  });

  it("counts neither for the connection's health nor as an attempt, whatever is posted", async () => {
    const own = await createTenant(usher, provider);
    const to = `${usher.url}/sso/${own.connectionId}/backchannel-logout`;
    for (const body of [
      undefined,
      "x".repeat(1_000_000),
      new URLSearchParams([
        ["logout_token", "a"],
        ["logout_token", "b"],
      ]),
    ])
      expect((await fetch(to, { method: "POST", ...(body && { body }) })).status).toBe(400);
    expect((await fetch(to.replace(own.connectionId, "unknown"), { method: "POST" })).status).toBe(400);
    expect(await own.attempts()).toEqual([]);
    const { connection } = await own.ask("query ($id: ID!) { connection(id: $id) { health { lastFailedAt } } }", {
      id: own.connectionId,
    });
    expect(connection.health.lastFailedAt).toBeNull();
    await own.disable();
    const closed = await post(provider.makeLogoutToken({ sub: "alice-1" }), own);
    expect(await closed.json()).toMatchObject({ error_description: expect.stringContaining("CONNECTION_NOT_ACTIVE") });
  });
});
