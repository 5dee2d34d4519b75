/** Signing in and out over real HTTP: answers are single-use, bound to a connection and a browser, and lead to allowed addresses. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { requireSsoOf } from "../support/break-glass.js";
import {
  ALICE,
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
} from "../support/providers/hostile-openid/index.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { startOpenIdProvider } from "../support/providers/openid/provider.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const BOB = makePerson("bob");

let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_RETURN_URLS: "https://app.example/app" } });
  provider = await startHostileOpenIdProvider();
  tenant = await createTenant(usher, provider);
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);
const open = (browser: Browser, url: string, headers: Record<string, string> = {}) =>
  browser.get(url, { follow: false, headers });
const lastOutcome = async (of = tenant) => (await of.attempts())[0]?.outcome;

/** Expects a refusal: the status, no session, and the recorded code. */
async function expectRefused(page: Page, status: number, code: string, of = tenant): Promise<void> {
  expect({ status: page.status, outcome: await lastOutcome(of) }).toEqual({ status, outcome: code });
  expect(String(page.headers["set-cookie"] ?? "")).not.toContain("usher-session=usher");
}

describe("the answer of a provider", () => {
  it.each([
    ["without a state", (url: URL) => url.searchParams.delete("state")],
    ["with an empty state", (url: URL) => url.searchParams.set("state", "")],
    ["with an unknown state", (url: URL) => url.searchParams.set("state", "a".repeat(43))],
    [
      "with a state in a different case",
      (url: URL) => url.searchParams.set("state", swapCase(url.searchParams.get("state")!)),
    ],
  ])("%s is refused, and the sign-in can still be completed", async (_name, spoil) => {
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser);
    const spoilt = new URL(callback);
    spoil(spoilt);
    await expectRefused(await open(browser, spoilt.href), 400, "SIGN_IN_UNKNOWN");
    expect(await signedIn(browser)).toBeNull();
    await browser.get(callback);
    expect(await signedIn(browser)).toBe("alice@acme.test");
  });

  it("is used once: a second use changes nothing, and offers the signed-in browser the way on", async () => {
    const browser = createBrowser();
    const returnTo = "https://app.example/app/course?id=1&b=2";
    const callback = await tenant.authenticate(browser, ALICE, `?returnTo=${encodeURIComponent(returnTo)}`);
    expect((await open(browser, callback)).headers.location).toBe(returnTo);
    const before = [await tenant.attempts(), await tenant.events(), browser.cookiesFor(usher.url)];
    provider.forget();
    const again = await open(browser, callback);
    expect([again.status, again.headers["cache-control"]]).toEqual([200, "no-store"]);
    expect(again.visibleText).toContain("You are signed in");
    expect(again.links.map(({ href }) => href.href)).toEqual([returnTo]);
    expect(again.headers["set-cookie"]).toBeUndefined();
    expect([await tenant.attempts(), await tenant.events(), browser.cookiesFor(usher.url)]).toEqual(before);
    expect(provider.count("token")).toBe(0);
    expect(await signedIn(browser)).toBe("alice@acme.test");
  });

  it("is used once: a second use is refused without the session that it opened, or through a different connection", async () => {
    const other = await createTenant(usher, provider);
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser);
    await browser.get(callback);
    const carriedOver = callback.replace(tenant.connectionId, other.connectionId);
    await expectRefused(await open(browser, carriedOver), 400, "SIGN_IN_UNKNOWN", other);
    const session = browser.cookiesFor(usher.url).find(({ name }) => name === "usher-session")!;
    // A different session of the same person, in the same browser.
    await tenant.signIn(browser);
    await expectRefused(await open(browser, callback), 400, "SIGN_IN_UNKNOWN");
    // The session of the first callback has ended.
    const ended = { cookie: `usher-session=${session.value}` };
    await expectRefused(await open(createBrowser(), callback, ended), 400, "SIGN_IN_UNKNOWN");
    const stranger = createBrowser();
    await tenant.signIn(stranger, BOB);
    await expectRefused(await open(stranger, callback), 400, "SIGN_IN_UNKNOWN");
    expect(await signedIn(stranger)).toBe("bob@acme.test");
  });

  it("is used once: of 20 copies in parallel one signs in", async () => {
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser);
    provider.forget();
    const pages = await Promise.all(Array.from({ length: 20 }, () => open(browser, callback)));
    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(provider.count("token")).toBe(1);
    const outcomes = (await tenant.attempts()).slice(0, 20).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "SUCCEEDED")).toHaveLength(1);
    for (const outcome of outcomes)
      expect(["SUCCEEDED", "SIGN_IN_UNKNOWN", "OIDC_FLOW_ALREADY_USED"]).toContain(outcome);
  });

  it("that reports an error consumes the sign-in too: a code cannot follow", async () => {
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser);
    const refused = new URL(callback);
    refused.searchParams.delete("code");
    refused.searchParams.set("error", "access_denied");
    await expectRefused(await open(browser, refused.href), 403, "OIDC_ACCESS_DENIED");
    await expectRefused(await open(browser, callback), 400, "SIGN_IN_UNKNOWN");
    expect(await signedIn(browser)).toBeNull();
  });

  it("belongs to its connection: a different one of the same installation refuses it", async () => {
    const other = await createTenant(usher, provider);
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser);
    const carriedOver = callback.replace(tenant.connectionId, other.connectionId);
    await expectRefused(await open(browser, carriedOver), 400, "SIGN_IN_UNKNOWN", other);
    await browser.get(callback);
    expect(await signedIn(browser)).toBe("alice@acme.test");
  });

  it.each([
    ["a repeated state", (query: string) => `${query}&state=b`],
    ["the same state twice", (query: string) => `${query}&state=${new URLSearchParams(query).get("state")}`],
    ["a repeated code", (query: string) => `${query}&code=b`],
    ["a repeated unknown parameter", (query: string) => `${query}&x=1&x=2`],
    [
      "a parameter that is too long",
      (query: string) => query.replace("code=", `code=${"x".repeat(10_000)}&y=`) + "&z=" + "z".repeat(5_000),
    ],
    [
      "too many parameters",
      (query: string) => query + Array.from({ length: 40 }, (_, index) => `&p${index}=1`).join(""),
    ],
  ])("with %s is refused, and consumes nothing", async (name, spoil) => {
    const browser = createBrowser();
    const callback = new URL(await tenant.authenticate(browser));
    const spoilt = new URL(callback);
    spoilt.search = spoil(callback.search);
    const page = await open(browser, spoilt.href);
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(page.status).toBeLessThan(500);
    if (!name.includes("too long")) await expectRefused(page, 400, "SIGN_IN_PARAMETERS_INVALID");
    expect(await signedIn(browser)).toBeNull();
    if (!name.includes("too long")) {
      await browser.get(callback.href);
      expect(await signedIn(browser)).toBe("alice@acme.test");
    }
  });

  it.each(["state[]=a", "state[x]=a", "state.x=a", "__proto__[state]=a", "constructor=a&state[]=b"])(
    "with the nested parameter %s is refused",
    async (query) => {
      const browser = createBrowser();
      await tenant.begin(browser);
      await expectRefused(await open(browser, `${tenant.callbackUrl}?${query}&code=c`), 400, "SIGN_IN_UNKNOWN");
    },
  );
});

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

describe("the browser", () => {
  const EVIL = { from: "http://evil.example/page" };

  it("that did not begin the sign-in is not signed in by a link to its end", async () => {
    const attacker = createBrowser();
    const callback = await tenant.authenticate(attacker, BOB);
    const victim = createBrowser();
    await expectRefused(await victim.get(callback, EVIL), 403, "SIGN_IN_OTHER_BROWSER");
    expect(await signedIn(victim)).toBeNull();
    // Usher consumed nothing, so the browser that began can still finish.
    await attacker.get(callback);
    expect(await signedIn(attacker)).toBe("bob@acme.test");
  });

  it("is not signed in by it during a sign-in of its own, which goes on", async () => {
    const attacker = createBrowser();
    const victim = createBrowser();
    const own = await tenant.authenticate(victim, ALICE);
    await expectRefused(await victim.get(await tenant.authenticate(attacker, BOB), EVIL), 403, "SIGN_IN_OTHER_BROWSER");
    expect(await signedIn(victim)).toBeNull();
    await victim.get(own);
    expect(await signedIn(victim)).toBe("alice@acme.test");
  });

  it("is not signed in by it while it has a session, which stays", async () => {
    const attacker = createBrowser();
    const victim = createBrowser();
    await tenant.signIn(victim, ALICE);
    await expectRefused(await victim.get(await tenant.authenticate(attacker, BOB), EVIL), 403, "SIGN_IN_OTHER_BROWSER");
    expect(await signedIn(victim)).toBe("alice@acme.test");
  });

  it("is not signed in by it with two cookies of one name, of which one was planted", async () => {
    const attacker = createBrowser();
    const callback = await tenant.authenticate(attacker, BOB);
    const [planted] = attacker.cookiesFor(usher.url);
    const victim = createBrowser();
    await tenant.begin(victim);
    const [own] = victim.cookiesFor(usher.url);
    const page = await createBrowser().get(callback, {
      follow: false,
      headers: { cookie: `${own!.name}=${own!.value}; ${planted!.name}=${planted!.value}` },
    });
    await expectRefused(page, 403, "SIGN_IN_OTHER_BROWSER");
  });

  it("never begins a sign-in with a planted cookie, neither arbitrary text nor a genuine one", async () => {
    const attacker = createBrowser();
    await tenant.begin(attacker);
    const [issued] = attacker.cookiesFor(usher.url);
    for (const planted of ["planted", "a".repeat(43), `${"a".repeat(43)}.${"b".repeat(43)}`, issued!.value]) {
      const start = await createBrowser().get(tenant.startUrl, {
        follow: false,
        headers: { cookie: `usher-browser=${planted}` },
      });
      const [cookie = ""] = start.headers["set-cookie"] ?? [];
      const value = cookie.slice(cookie.indexOf("=") + 1, cookie.indexOf(";"));
      // The sign-in of the planted cookie stays pending under the new cookie.
      expect(value.split(".").slice(1)).toEqual(planted === issued!.value ? [planted] : []);
      const callback = await provider.authorize(start.headers.location!, BOB);
      const page = await createBrowser().get(callback, {
        follow: false,
        headers: { cookie: `usher-browser=${planted}` },
      });
      await expectRefused(page, 403, "SIGN_IN_OTHER_BROWSER");
      const own = await createBrowser().get(callback, {
        follow: false,
        headers: { cookie: `usher-browser=${value}` },
      });
      expect(own.status).toBe(303);
    }
  });

  it("can have two sign-ins under way in two tabs, and finish them in any order", async () => {
    const browser = createBrowser();
    const first = await tenant.authenticate(browser, ALICE);
    const second = await tenant.authenticate(browser, BOB);
    await browser.get(second);
    expect(await signedIn(browser)).toBe("bob@acme.test");
    await browser.get(first);
    expect(await signedIn(browser)).toBe("alice@acme.test");
  });

  it("gets a binding cookie that is HttpOnly and SameSite=Lax, for a quarter of an hour", async () => {
    const browser = createBrowser();
    const page = await open(browser, tenant.startUrl);
    expect(page.headers["set-cookie"]).toEqual([
      expect.stringMatching(/^usher-browser=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=900$/),
    ]);
    expect(page.headers["cache-control"]).toBe("no-store");
    // The provider does not get the token.
    const { searchParams } = new URL(page.headers.location!);
    const [cookie] = browser.cookiesFor(usher.url);
    expect([...searchParams.values()].join(" ")).not.toContain(cookie!.value);
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    expect(searchParams.get("redirect_uri")).toBe(tenant.callbackUrl);
  });
});

describe("a connection that changes during a sign-in", () => {
  let own: Tenant;
  beforeAll(async () => {
    own = await createTenant(usher, provider);
  });

  it("ends it when what it trusts changed", async () => {
    const browser = createBrowser();
    const callback = await own.authenticate(browser);
    await own.updateConnection({ settings: { oidc: { clientId: "another" } } });
    provider.forget();
    await expectRefused(await open(browser, callback), 409, "SIGN_IN_SUPERSEDED", own);
    // Usher sent nothing to either provider.
    expect(provider.count("token")).toBe(0);
    await own.updateConnection({ settings: { oidc: { clientId: provider.clientId } } });
    // Restoring the old value is also a change.
    await expectRefused(await open(browser, callback), 409, "SIGN_IN_SUPERSEDED", own);
  });

  it("ends it when it was disabled, and also when it was activated again", async () => {
    const browser = createBrowser();
    const callback = await own.authenticate(browser);
    await own.disable();
    await expectRefused(await open(browser, callback), 409, "SIGN_IN_SUPERSEDED", own);
    await expectRefused(await open(browser, own.startUrl), 403, "CONNECTION_NOT_ACTIVE", own);
    await own.activate();
    await expectRefused(await open(browser, callback), 409, "SIGN_IN_SUPERSEDED", own);
    expect(await signedIn(browser)).toBeNull();
  });

  it.each([
    ["disabled", (of: Tenant) => of.disable(), 403, "CONNECTION_NOT_ACTIVE"],
    [
      "changed",
      (of: Tenant) => of.updateConnection({ settings: { oidc: { clientId: "another" } } }),
      409,
      "SIGN_IN_SUPERSEDED",
    ],
    ["deleted", (of: Tenant) => of.delete(), 404, "UNKNOWN_CONNECTION"],
  ] as const)(
    "ends it even if it was %s during the request to the provider, after all checks of the flow",
    async (_how, change, status, code) => {
      const atToken: { act: (() => Promise<void>) | null } = { act: null };
      const slow = await startOpenIdProvider({
        clients: [{ clientId: "usher", clientSecret: "a secret of the client", redirectUris: [] }],
        people: [{ sub: "ada", email: "ada@acme.test", given_name: "Ada", family_name: "Lovelace" }],
        serveMore: async ({ url }) => {
          if (url === "/token") await atToken.act?.();
          return false;
        },
      });
      const authorize = () => Promise.reject(new Error("people sign in there by its pages"));
      const at = { url: slow.discoveryUrl, clientId: slow.clientId, clientSecret: slow.clientSecret, authorize };
      const other = await createTenant(usher, at);
      slow.addRedirectUri(other.callbackUrl);
      atToken.act = () => change(other);
      const browser = createBrowser();
      const page = await signInAtOpenIdProvider(browser, other.startUrl, "ada");
      await slow.close();
      await expectRefused(page, status, code, other);
      expect(page.visibleText).toContain((await other.attempts())[0]!.reference);
      expect(await signedIn(browser)).toBeNull();
      expect(await other.users()).toEqual([]);
    },
  );

  it("does not end it with a new label, policy or client secret", async () => {
    const browser = createBrowser();
    const callback = await own.authenticate(browser);
    await own.updateConnection({ displayName: "Acme's own ID", policies: { profileUpdate: "FIRST_VALUE" } });
    await own.updateConnection({ settings: { oidc: { clientSecret: "wrong for a moment" } } });
    await own.updateConnection({ settings: { oidc: { clientSecret: provider.clientSecret } } });
    await browser.get(callback);
    expect(await signedIn(browser)).toBe("alice@acme.test");
  });

  it("that was deleted no longer has an address", async () => {
    const gone = await createTenant(usher, provider);
    const browser = createBrowser();
    const callback = await gone.authenticate(browser);
    await gone.delete();
    for (const url of [callback, gone.startUrl]) {
      const page = await open(browser, url);
      expect(page.status).toBe(404);
      expect(page.visibleText).toContain("This way of signing in does not exist.");
    }
  });
});

describe("a session", () => {
  const sessionOf = (browser: Browser) => browser.cookiesFor(usher.url).find(({ name }) => name === "usher-session");
  const askWith = async (token: string) => {
    const stranger = createBrowser();
    const answer = await stranger.send(
      "POST",
      `${usher.url}/graphql`,
      { type: "application/json", text: JSON.stringify({ query: "{ viewer { user { email } } }" }) },
      { headers: { cookie: `usher-session=${token}` } },
    );
    return JSON.parse(answer.text).data?.viewer?.user?.email ?? null;
  };

  it("has a cookie of its own that is HttpOnly, for a working day", async () => {
    const browser = createBrowser();
    const page = await open(browser, await tenant.authenticate(browser));
    expect(page.headers["set-cookie"]).toEqual([
      expect.stringMatching(
        /^usher-session=usher_ses_[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=7776000$/,
      ),
    ]);
    expect(page.headers["cache-control"]).toBe("no-store");
    expect(page.headers.location).toBe(`/o/${tenant.slug}`);
  });

  it("is new at each sign-in, which ends the one before", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser);
    const first = sessionOf(browser)!.value;
    expect(await askWith(first)).toBe("alice@acme.test");
    await tenant.signIn(browser);
    const second = sessionOf(browser)!.value;
    expect(second).not.toBe(first);
    expect(await askWith(first)).toBeNull();
    expect(await askWith(second)).toBe("alice@acme.test");
  });

  it("is never one that was planted before the sign-in", async () => {
    const planted = `usher_ses_${"a".repeat(43)}`;
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser);
    const [binding] = browser.cookiesFor(usher.url);
    const page = await open(createBrowser(), callback, {
      cookie: `${binding!.name}=${binding!.value}; usher-session=${planted}`,
    });
    expect(page.status).toBe(303);
    expect(String(page.headers["set-cookie"])).not.toContain(planted);
    expect(await askWith(planted)).toBeNull();
  });

  it("ends when its connection is disabled or what it trusts changes", async () => {
    for (const change of ["disable", "distrust"] as const) {
      const own = await createTenant(usher, provider);
      const browser = createBrowser();
      await own.signIn(browser);
      expect(await signedIn(browser)).toBe("alice@acme.test");
      await own.updateConnection({ displayName: "Another label" });
      expect(await signedIn(browser)).toBe("alice@acme.test");
      if (change === "disable") await own.disable();
      else await own.updateConnection({ settings: { oidc: { clientId: "another" } } });
      expect(await signedIn(browser)).toBeNull();
    }
  });

  it("belongs to one organization: the page of a different one ignores it", async () => {
    const other = await createTenant(usher, provider);
    const browser = createBrowser();
    await tenant.signIn(browser);
    const page = await browser.get(`${usher.url}/o/${other.slug}`);
    expect(page.visibleText).toContain("Sign in to Acme ID");
    expect(page.visibleText).not.toContain("alice@acme.test");
  });
});

describe("signing out", () => {
  it("ends the session for every copy of its token", async () => {
    const browser = createBrowser();
    const page = await tenant.signIn(browser);
    expect(page.visibleText).toContain("Alice Adams");
    const [session] = browser.cookiesFor(usher.url).filter(({ name }) => name === "usher-session");
    const out = await browser.submitForm("sign-out");
    expect(out.url).toBe(`${usher.url}/o/${tenant.slug}?signed-out`);
    expect(out.visibleText).toContain("You are signed out.");
    expect(await signedIn(browser)).toBeNull();
    const again = await createBrowser().get(`${usher.url}/o/${tenant.slug}`, {
      headers: { cookie: `usher-session=${session!.value}` },
    });
    expect(again.visibleText).not.toContain("alice@acme.test");
  });

  it("appends one event and one audit entry for a session", async () => {
    const own = await createTenant(usher, provider);
    const browser = createBrowser();
    await own.signIn(browser);
    const cookies = browser
      .cookiesFor(usher.url)
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
    await browser.submitForm("sign-out");
    await createBrowser().post(`${usher.url}/sign-out`, {}, { headers: { cookie: cookies } });
    const [user] = await own.users();
    const told = (await own.events()).filter(({ type }) => type === "user.signed_out");
    expect(told).toEqual([
      {
        type: "user.signed_out",
        subject: { type: "user", subjectId: user!.id, version: user!.version },
        data: {
          user: expect.objectContaining({ email: "alice@acme.test" }),
          changed: null,
          signOut: { connectionId: own.connectionId },
        },
      },
    ]);
    const { auditLog } = await own.ask(
      `query ($id: ID!) { auditLog(organizationId: $id, filter: { subjectId: "${user!.id}" }) {
         nodes { action cause { kind actor } after } } }`,
      { id: own.organizationId },
    );
    expect(auditLog.nodes).toContainEqual({
      action: "user.signed_out",
      cause: { kind: "PERSON", actor: user!.id },
      after: { connectionId: own.connectionId },
    });
  });

  it("cannot be caused by a page of a foreign site, nor by a link", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser);
    for (const from of ["http://evil.example/page", `${usher.url.replace("localhost", "127.0.0.1")}/page`]) {
      await browser.post(`${usher.url}/sign-out`, {}, { from });
      expect(await signedIn(browser)).toBe("alice@acme.test");
    }
    expect((await browser.get(`${usher.url}/sign-out`)).status).toBe(200);
    expect(await signedIn(browser)).toBe("alice@acme.test");
    await browser.submitForm(0);
    expect(await signedIn(browser)).toBeNull();
  });

  it("cannot be caused by a page of the same site with a different origin, whose posts carry the cookie", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser);
    const neighbour = "http://localhost:1/page";
    const page = await browser.post(`${usher.url}/sign-out`, {}, { from: neighbour, follow: false });
    expect(page.status).toBe(403);
    expect(await signedIn(browser)).toBe("alice@acme.test");
  });

  it("without a session leads to the prompt", async () => {
    const page = await createBrowser().post(`${usher.url}/sign-out`, {});
    expect(page.url).toBe(`${usher.url}/sign-in`);
  });

  const out = (returnTo: string) => `${usher.url}/sign-out?returnTo=${encodeURIComponent(returnTo)}`;
  const signOut = async (browser: Browser, returnTo: string) =>
    (await browser.post(out(returnTo), {}, { follow: false })).headers.location;

  it.each([
    ["https://app.example/app/bye?x=1&y=2", "https://app.example/app/bye?x=1&y=2"],
    ["/graphql", "ORIGIN/graphql"],
    ["https://app.example/apple", null],
    ["https://evil.example/", null],
    ["//evil.example/", null],
    ["javascript:alert(1)", null],
  ])("with returnTo %j leads to %j, with a session and without", async (returnTo, expected) => {
    const browser = createBrowser();
    await tenant.signIn(browser);
    const goal = expected?.replace("ORIGIN", usher.url);
    expect(await signOut(browser, returnTo)).toBe(goal ?? `/o/${tenant.slug}?signed-out`);
    expect(await signOut(browser, returnTo)).toBe(goal ?? "/sign-in");
    expect(await signedIn(browser)).toBeNull();
  });

  it("keeps an allowed returnTo in its question, and drops others", async () => {
    const browser = createBrowser();
    const from = "http://evil.example/page";
    for (const ask of [() => browser.get(out("/graphql")), () => browser.post(out("/graphql"), {}, { from })]) {
      await tenant.signIn(browser);
      await ask();
      expect((await browser.submitForm(0, {}, { follow: false })).headers.location).toBe(`${usher.url}/graphql`);
      expect(await signedIn(browser)).toBeNull();
    }
    expect((await browser.get(out("https://evil.example/"))).forms[0]!.action.href).toBe(`${usher.url}/sign-out`);
  });

  it("lets the next sign-in offer a choice of accounts, until a person is signed in", async () => {
    const browser = createBrowser();
    const promptOf = async () =>
      new URL((await open(browser, tenant.startUrl)).headers.location!).searchParams.get("prompt");
    await tenant.signIn(browser);
    expect(await promptOf()).toBeNull();
    await signOut(browser, "/graphql");
    expect(browser.cookiesFor(usher.url)).toContainEqual(expect.objectContaining({ name: "usher-signed-out" }));
    expect([await promptOf(), await promptOf()]).toEqual(["login", "login"]);
    await tenant.signIn(browser, BOB);
    expect(browser.cookiesFor(usher.url).map(({ name }) => name)).not.toContain("usher-signed-out");
    expect(await promptOf()).toBeNull();
  });

  it("at the provider leads on from there, once, and only at the connection of the sign-out", async () => {
    const own = await createTenant(usher, provider);
    await own.updateConnection({ settings: { oidc: { logoutAtProvider: true } } });
    const logoutUrl = own.callbackUrl.replace("/callback", "/logout");
    const browser = createBrowser();
    await own.signIn(browser);
    const atProvider = new URL((await signOut(browser, "https://app.example/app"))!);
    expect(atProvider.href).toMatch(new RegExp(`^${provider.url}/sign-out`));
    const back = (state: string, url = logoutUrl) => open(browser, `${url}?${new URLSearchParams({ state })}`);
    const state = atProvider.searchParams.get("state")!;
    const signedOut = `/o/${own.slug}?signed-out`;
    const sibling = tenant.callbackUrl.replace("/callback", "/logout");
    expect((await back(state, sibling)).headers.location).toBe(`/o/${tenant.slug}?signed-out`);
    expect((await back(state)).headers.location).toBe("https://app.example/app");
    for (const used of [state, "0".repeat(40), "x", ""]) expect((await back(used)).headers.location).toBe(signedOut);
    expect((await open(browser, logoutUrl)).headers.location).toBe(signedOut);
  });

  it("ends here even if the provider fails", async () => {
    const broken = await startHostileOpenIdProvider();
    const own = await createTenant(usher, broken);
    await own.updateConnection({ settings: { oidc: { logoutAtProvider: true } } });
    const browser = createBrowser();
    await own.signIn(browser);
    broken.setFault("discovery-issuer-of-another");
    // A stored change opens the connection again.
    await own.updateConnection({ displayName: "Acme ID 2" });
    expect(await signOut(browser, "https://app.example/app")).toBe("https://app.example/app");
    expect(await signedIn(browser)).toBeNull();
    await broken.close();
  });
});

describe("where a sign-in leads", () => {
  const landed = async (of: Tenant, returnTo?: string) => {
    const browser = createBrowser();
    const query = returnTo === undefined ? "" : `?returnTo=${encodeURIComponent(returnTo)}`;
    const callback = await of.authenticate(browser, ALICE, query);
    return (await open(browser, callback)).headers.location;
  };

  it.each([
    ["/graphql", "ORIGIN/graphql"],
    ["https://app.example/app/course?id=1", "https://app.example/app/course?id=1"],
    ["https://app.example/apple", null],
    ["https://evil.example/", null],
    ["//evil.example/", null],
    ["/\\evil.example", null],
    ["https:evil.example", null],
    ["https://app.example@evil.example/app", null],
    ["https://app.example/app/%2e%2e%2fadmin", null],
    ["javascript:alert(1)", null],
    ["/\r\nSet-Cookie: a=b", null],
  ])("returnTo %j leads to %j", async (returnTo, expected) => {
    expect(await landed(tenant, returnTo)).toBe(expected?.replace("ORIGIN", usher.url) ?? `/o/${tenant.slug}`);
  });

  it("ignores a returnTo that is repeated, or that comes with the answer", async () => {
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser, ALICE, "?returnTo=/graphql&returnTo=/sign-in");
    expect((await open(browser, `${callback}&returnTo=%2Fgraphql`)).headers.location).toBe(`/o/${tenant.slug}`);
  });

  it("is the organization's landing page, unless the sign-in has a returnTo", async () => {
    const own = await createTenant(usher, provider, { organization: { landingUrl: "https://training.example/home" } });
    expect(await landed(own)).toBe("https://training.example/home");
    expect(await landed(own, "https://evil.example/")).toBe("https://training.example/home");
    expect(await landed(own, "/graphql")).toBe(`${usher.url}/graphql`);
  });
});

describe("the way back from a refusal", () => {
  const returnTo = "https://app.example/app/course?id=1&b=2";
  const start = (of: Tenant, to: string) => `${of.startUrl}?returnTo=${encodeURIComponent(to)}`;
  const denied = (callback: string) => callback.replace(/code=[^&]*/, "error=access_denied");
  const begun = async (browser: Browser, person = ALICE) =>
    await tenant.authenticate(browser, person, `?returnTo=${encodeURIComponent(returnTo)}`);
  const wayBack = (page: Page) => page.links.find(({ label }) => label === "Back to the sign-in page")!.href;

  it.each<[string, (browser: Browser) => Promise<string>]>([
    ["that the provider gave", async (browser) => denied(await begun(browser))],
    [
      "of a person who was verified",
      async (browser) => await begun(browser, makePerson("nobody", { email: undefined })),
    ],
  ])("%s leads to a sign-in that keeps the returnTo", async (_name, refuse) => {
    const browser = createBrowser();
    expect((await browser.get(await refuse(browser))).status).toBe(403);
    await browser.followLink("Back to the sign-in page");
    const atProvider = await browser.followLink("Acme ID", { follow: false });
    const back = await provider.authorize(atProvider.headers.location!, ALICE);
    expect((await open(browser, back)).headers.location).toBe(returnTo);
  });

  it("offers to try another account, lets the provider ask for it, and keeps the returnTo", async () => {
    const browser = createBrowser();
    const nobody = makePerson("nobody", { email: undefined });
    expect((await browser.get(await begun(browser, nobody))).status).toBe(403);
    const atProvider = await browser.followLink("Try with another account", { follow: false });
    expect(new URL(atProvider.headers.location!).searchParams.get("prompt")).toBe("login");
    const back = await provider.authorize(atProvider.headers.location!, ALICE);
    expect((await open(browser, back)).headers.location).toBe(returnTo);
  });

  it("does not offer another account if no sign-in can begin", async () => {
    const own = await createTenant(usher, provider);
    await own.disable();
    for (const url of [own.startUrl, `${usher.url}/sso/nobody/start`])
      expect((await createBrowser().get(url)).links.map(({ label }) => label)).toEqual(["Back to the sign-in page"]);
  });

  it("keeps an allowed returnTo of a sign-in that could not begin", async () => {
    const own = await createTenant(usher, provider);
    await own.disable();
    const page = await createBrowser().get(start(own, returnTo));
    expect(wayBack(page).searchParams.get("returnTo")).toBe(returnTo);
    const evil = await createBrowser().get(start(own, "https://evil.example/"));
    expect(wayBack(evil).searchParams.get("returnTo")).toBeNull();
  });

  it("does not show the returnTo to a different browser", async () => {
    const callback = await begun(createBrowser());
    const page = await createBrowser().get(denied(callback));
    expect(wayBack(page).searchParams.get("returnTo")).toBeNull();
  });
});

/** The links of an organization's page that lead to a provider. */
const buttonsOf = (page: Page) => page.links.filter(({ href }) => !href.pathname.endsWith("/forgot"));

describe("the pages before a sign-in", () => {
  it("ask for the organization's short name, and keep a wrong entry in the field", async () => {
    const browser = createBrowser();
    await browser.get(`${usher.url}/sign-in`);
    const wrong = await browser.submitForm(0, { organization: `<b>"nobody` });
    expect(wrong.status).toBe(404);
    expect(wrong.forms[0]?.fields["organization"]).toBe(`<b>"nobody`);
    expect(wrong.text).not.toContain("<b>");
    const right = await browser.submitForm(0, { organization: ` ${tenant.slug.toUpperCase()} ` });
    expect(right.url).toBe(`${usher.url}/o/${tenant.slug}`);
    expect(right.visibleText).toContain("Sign in to Acme ID");
    expect((await browser.get(`${usher.url}/sign-in?organization=a&organization=b`)).status).toBe(200);
  });

  it("begin at the root with the prompt, and keep the returnTo until the sign-in begins", async () => {
    const browser = createBrowser();
    expect((await browser.get(`${usher.url}/`)).url).toBe(`${usher.url}/sign-in`);
    const returnTo = 'https://app.example/app/course?id=1&"<b>';
    await browser.get(`${usher.url}/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
    const wrong = await browser.submitForm(0, { organization: "nobody" });
    expect([wrong.status, wrong.forms[0]?.fields["returnTo"]]).toEqual([404, returnTo]);
    await browser.submitForm(0, { organization: tenant.slug });
    const atProvider = await browser.followLink("Acme ID", { follow: false });
    const back = await provider.authorize(atProvider.headers.location!);
    expect((await open(browser, back)).headers.location).toBe(new URL(returnTo).href);
  });

  it("have a button for each active connection, and pass the returnTo on", async () => {
    const own = await createTenant(usher, provider);
    const browser = createBrowser();
    const page = await browser.get(`${usher.url}/o/${own.slug}?returnTo=${encodeURIComponent("/graphql")}`);
    expect(buttonsOf(page).map(({ href }) => href.href)).toEqual([`${own.startUrl}?returnTo=%2Fgraphql`]);
    await own.disable();
    const none = await browser.get(`${usher.url}/o/${own.slug}`);
    expect(buttonsOf(none)).toEqual([]);
    expect(none.visibleText).toContain("Forgotten the password? For help, ask the administrators of Acme");
    await own.updateOrganization({ supportContact: "help@acme.test" });
    expect((await browser.get(none.url)).visibleText).toContain("For help, ask help@acme.test.");
    expect((await browser.get(`${usher.url}/o/nobody-here`)).status).toBe(404);
  });

  it("show the button label as text, and a change of it ends neither a flow nor a session", async () => {
    const own = await createTenant(usher, provider);
    const browser = createBrowser();
    await own.signIn(browser);
    const underWay = createBrowser();
    const back = await own.authenticate(underWay);
    const buttonLabel = `Login "with" <img src=x onerror=alert(1)> & 'SSO'`;
    await own.updateConnection({ buttonLabel });
    const page = await createBrowser().get(`${usher.url}/o/${own.slug}`);
    expect(buttonsOf(page).map(({ label, href }) => [label, href.href])).toEqual([[buttonLabel, own.startUrl]]);
    expect(page.text).not.toContain("<img");
    expect([(await underWay.get(back)).status, await whoIsSignedIn(browser, usher)]).toEqual([
      200,
      ALICE.claims["email"],
    ]);
    const named = "query ($id: ID!) { connection(id: $id) { displayName buttonLabel } }";
    expect((await own.ask(named, { id: own.connectionId })).connection).toEqual({
      displayName: "Acme ID",
      buttonLabel,
    });
  });

  it("hand the address that a person entered to the provider, unless the connection keeps it", async () => {
    const own = await createTenant(usher, provider);
    const hintOf = async (address: string) => {
      const browser = createBrowser();
      await browser.get(`${usher.url}/o/${own.slug}?login_hint=${encodeURIComponent(address)}`);
      const { headers } = await browser.followLink("Acme ID", { follow: false });
      return new URL(headers.location!).searchParams.getAll("login_hint");
    };
    expect(await hintOf(" alice@acme.test ")).toEqual(["alice@acme.test"]);
    expect(await hintOf("a@acme.test&prompt=none&login_hint=b")).toEqual(["a@acme.test&prompt=none&login_hint=b"]);
    for (const bad of ["a\r\nb@acme.test", "a\u0000@acme.test", "gpj.\u202eexe@acme.test", "a\u200b@acme.test", " "])
      expect(await hintOf(bad)).toEqual([]);
    expect(await hintOf(`${"a".repeat(250)}@acme.test`)).toEqual([]);
    await own.updateConnection({
      settings: { oidc: { loginHint: false, prompt: "consent", domainHint: "acme.test" } },
    });
    expect(await hintOf("alice@acme.test")).toEqual([]);
    const { searchParams } = new URL(await own.begin(createBrowser()));
    expect([searchParams.get("prompt"), searchParams.get("domain_hint")]).toEqual(["consent", "acme.test"]);
    await expect(own.updateConnection({ settings: { oidc: { prompt: "none" } } })).rejects.toThrow(/OidcPrompt/);
  });

  it("redirect a short name in any case to the organization's address, and keep the returnTo", async () => {
    const shouted = `${usher.url}/o/${tenant.slug.toUpperCase()}`;
    for (const query of ["", "?stay&returnTo=%2Fgraphql", "?signed-out"]) {
      const answer = await open(createBrowser(), `${shouted}${query}`);
      expect([answer.status, answer.headers.location]).toEqual([303, `/o/${tenant.slug}${query}`]);
    }
    expect((await createBrowser().get(`${usher.url}/o/NOBODY-HERE`)).status).toBe(404);
  });

  it("show no button while single sign-on is switched off or not allowed", async () => {
    for (const organization of [{ policies: { ssoEnforcement: "OFF" } }, { ssoAllowed: false }]) {
      const own = await createTenant(usher, provider, { organization });
      const page = await createBrowser().get(`${usher.url}/o/${own.slug}`);
      expect([page.status, buttonsOf(page).length]).toEqual([200, 0]);
    }
  });

  it("start the only connection at once under ssoEnforcement REQUIRED, but not after a sign-out or a refusal", async () => {
    const own = await createTenant(usher, provider);
    await requireSsoOf(usher, own);
    const browser = createBrowser();
    const straight = await open(browser, `${usher.url}/o/${own.slug}?returnTo=%2Fgraphql`);
    expect([straight.status, straight.headers.location]).toEqual([
      303,
      `/sso/${own.connectionId}/start?returnTo=%2Fgraphql`,
    ]);
    await own.signIn(browser);
    const out = await browser.submitForm("sign-out");
    expect(out.visited).toHaveLength(2);
    expect(out.visibleText).toContain("You are signed out.");
    const refusal = await browser.get(`${own.callbackUrl}?state=unknown&code=c`);
    const back = await browser.followLink("Back to the sign-in page");
    expect(refusal.status).toBe(400);
    expect([back.status, back.visited.length]).toEqual([200, 1]);
    expect(back.visibleText).toContain("Sign in to Acme ID");
  });

  it("do not reveal whether a connection exists in a different organization", async () => {
    for (const id of ["nobody", "00000000-0000-7000-8000-000000000000", "..%2f..", "%00", "a".repeat(300)]) {
      for (const step of ["start", "callback?state=a&code=b"]) {
        const page = await createBrowser().get(`${usher.url}/sso/${id}/${step}`);
        expect([page.status, page.visibleText.includes("This way of signing in does not exist.")]).toEqual([404, true]);
      }
    }
  });
});
