/** Two processes on one database, behind a proxy that alternates between them. Both have the same state. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { onMariaDb } from "../support/database.js";
import type { RoundRobinProxy } from "../support/process.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { startReplicas, type Replicas } from "../support/replicas.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";

const describeOnMariaDb = onMariaDb ? describe : describe.skip;

describeOnMariaDb("two processes on one database (MariaDB; a SQLite file belongs to one process)", () => {
  let provider: HostileOpenIdProvider;
  let replicas: Replicas;
  let proxy: RoundRobinProxy;
  beforeAll(async () => {
    provider = await startHostileOpenIdProvider();
    replicas = await startReplicas();
    proxy = replicas.proxy;
  }, 120_000);
  afterAll(async () => {
    const endings = await replicas.stop();
    await provider.close();
    expect(endings.map(({ code, stderr }) => ({ code, stderr }))).toEqual(endings.map(() => ({ code: 0, stderr: "" })));
  });

  const signedIn = (browser: Browser) => whoIsSignedIn(browser, proxy);
  /** Opens an address directly at one replica, not through the proxy. */
  const openAt = async (place: number, browser: Browser, url: string) => {
    proxy.pin(place);
    return await browser.get(url, { follow: false }).finally(() => proxy.pin(null));
  };
  const codes = async (tenant: Tenant) => (await tenant.attempts()).map(({ outcome }) => outcome);

  it("share one sign-in", async () => {
    const tenant = await createTenant(proxy, provider);
    const browser = createBrowser();
    proxy.pin(0);
    const callback = await tenant.authenticate(browser, makePerson("ada"));
    const page = await openAt(1, browser, callback);
    expect(page.status).toBe(303);
    for (let turn = 0; turn < 4; turn += 1) expect(await signedIn(browser)).toBe("ada@acme.test");
    expect(Math.min(...proxy.counts())).toBeGreaterThan(0);
  });

  it("accept one of 20 copies of an answer", async () => {
    const tenant = await createTenant(proxy, provider);
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser);
    provider.forget();
    const pages = await Promise.all(Array.from({ length: 20 }, () => browser.get(callback, { follow: false })));
    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(provider.count("token")).toBe(1);
    expect((await codes(tenant)).filter((code) => code === "SUCCEEDED")).toHaveLength(1);
  });

  it("refuse an answer that the other accepted, and offer the signed-in browser the way on", async () => {
    const tenant = await createTenant(proxy, provider);
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser);
    expect((await openAt(0, browser, callback)).status).toBe(303);
    const [before, tokens] = [await codes(tenant), provider.count("token")];
    const again = await openAt(1, browser, callback);
    expect([again.status, again.headers["set-cookie"]]).toEqual([200, undefined]);
    expect(again.visibleText).toContain("You are signed in");
    expect([await codes(tenant), provider.count("token")]).toEqual([before, tokens]);
    expect((await openAt(1, createBrowser(), callback)).status).toBe(400);
    expect((await codes(tenant))[0]).toBe("SIGN_IN_UNKNOWN");
  });

  it("end a sign-in and the sessions at once when what a connection trusts is changed at the other", async () => {
    const tenant = await createTenant(proxy, provider);
    const inside = createBrowser();
    const callbackOfInside = await tenant.authenticate(inside, makePerson("ada"));
    // Both replicas have opened and cached the connection.
    await openAt(0, inside, callbackOfInside);
    await openAt(1, createBrowser(), tenant.startUrl);
    const underWay = createBrowser();
    const callback = await tenant.authenticate(underWay, makePerson("bob"));

    proxy.pin(0);
    await tenant.updateConnection({ settings: { oidc: { clientId: "another" } } });
    proxy.pin(1);
    expect(await signedIn(inside)).toBeNull();
    expect((await openAt(1, underWay, callback)).status).toBe(409);
    expect((await codes(tenant))[0]).toBe("SIGN_IN_SUPERSEDED");
    // At both replicas, the next start uses the new client.
    for (const place of [0, 1]) {
      const page = await openAt(place, createBrowser(), tenant.startUrl);
      expect(new URL(page.headers.location!).searchParams.get("client_id")).toBe("another");
    }

    proxy.pin(0);
    await tenant.disable();
    expect((await openAt(1, createBrowser(), tenant.startUrl)).status).toBe(403);
  });

  it("make one user of one person who signs in at both at once", async () => {
    const tenant = await createTenant(proxy, provider);
    const browsers = Array.from({ length: 10 }, () => createBrowser());
    const callbacks = await Promise.all(browsers.map((browser) => tenant.authenticate(browser, makePerson("ada"))));
    await Promise.all(browsers.map((browser, index) => browser.get(callbacks[index]!)));
    for (const browser of browsers) expect(await signedIn(browser)).toBe("ada@acme.test");
    expect(await tenant.users()).toHaveLength(1);
    const events = await tenant.events();
    expect(events.filter(({ type }) => type === "user.created")).toHaveLength(1);
    expect(events.filter(({ type }) => type === "user.signed_in")).toHaveLength(10);
  });

  it("lock an account once after 100 wrong passwords from 20 addresses at once, and record each", async () => {
    const tenant = await createTenant(proxy, provider);
    const password = "violet otter on a bicycle";
    const makeLocal = async (name: string) => {
      const input = { organizationId: tenant.organizationId, email: `${name}@acme.test`, authMethod: "PASSWORD" };
      const { createUser } = await tenant.ask(
        `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
        { input: { ...input, firstName: name, lastName: "Local" } },
      );
      const userId: string = createUser.user.id;
      await tenant.ask(`mutation ($input: SetPasswordInput!) { setPassword(input: $input) { user { id } } }`, {
        input: { userId, password },
      });
      return userId;
    };
    const [victim] = [await makeLocal("victim"), await makeLocal("colleague")];
    const url = `${proxy.url}/o/${tenant.slug}/password`;
    const guess = async (address: number) => {
      const options = { headers: { "x-forwarded-for": `198.51.100.${address}` }, follow: false };
      const browser = createBrowser();
      const { fields } = (await browser.get(url, options)).forms[0]!;
      const form = { ...fields, login: "victim@acme.test", password: "wrong" };
      const pages = await Promise.all(Array.from({ length: 5 }, () => browser.post(url, form, options)));
      return pages.map(({ status }) => status);
    };
    const statuses = await Promise.all(Array.from({ length: 20 }, (_, address) => guess(address + 1)));
    expect(statuses.flat()).toEqual(Array.from({ length: 100 }, () => 403));

    const { user } = await tenant.ask(`query ($id: ID!) { user(id: $id) { lockedUntil } }`, { id: victim });
    expect(Date.parse(user.lockedUntil)).toBeGreaterThan(Date.now());
    expect((await tenant.events()).filter(({ type }) => type === "user.locked")).toHaveLength(1);
    const { auditLog } = await tenant.ask(
      `query ($organizationId: ID!, $id: ID!) { auditLog(organizationId: $organizationId, filter: { subjectId: $id }, first: 200) {
         nodes { action after } } }`,
      { organizationId: tenant.organizationId, id: victim },
    );
    const entries = auditLog.nodes as readonly { action: string; after: { code: string; reference: string } }[];
    expect(entries.filter(({ action }) => action === "user.locked")).toHaveLength(1);
    const refused = entries.filter(({ action }) => action === "user.sign_in_refused").map(({ after }) => after);
    const attempts = (await tenant.attempts()).map(({ outcome, reference }) => ({ code: outcome, reference }));
    const byReference = (all: typeof refused) => all.toSorted((a, b) => a.reference.localeCompare(b.reference));
    expect(byReference(refused)).toEqual(byReference(attempts));
    expect(refused.filter(({ code }) => code === "PASSWORD_WRONG")).toHaveLength(10);
    expect(refused.filter(({ code }) => code === "PASSWORD_LOCKED")).toHaveLength(90);

    const browser = createBrowser();
    await browser.get(url);
    await browser.submitForm(0, { login: "colleague@acme.test", password });
    expect(await signedIn(browser)).toBe("colleague@acme.test");
  });
});
