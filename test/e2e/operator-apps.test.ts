/** The operator's own apps at Microsoft and Google over the whole application: consent, shared buttons, and refusals. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Administrator, isSignedIn } from "../../testing/administrator.js";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import {
  entraSubjectOf,
  startEntraProvider,
  type EntraPerson,
  type EntraProvider,
} from "../support/providers/entra/index.js";
import { ADA_OID, OTHER_TENANT_ID, TENANT_ID } from "../support/providers/entra/hostile.js";
import { startGoogleProvider } from "../support/providers/google/index.js";
import type { OpenIdProvider } from "../support/providers/openid/provider.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { migratedDatabaseUrl } from "../support/migrated-database.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const APP = { clientId: "b1e55ed0-0000-4000-8000-000000000001", clientSecret: "a~secret.of_the-operator" };
const ADA = person("1", "Ada Lovelace", "ada@acme.example");
const GUEST = person("3", "Gustav Guest", "gustav_other.example#EXT#@bricks.onmicrosoft.com", { guestOf: TENANT_ID });
const PERSONAL = person("4", "Petra Personal", "petra@outlook.example");
const CAROL = person("5", "Carol Chemist", "carol@lab.example");
const THIRD_TENANT_ID = "77777777-aaaa-4bbb-8ccc-222222222222";
const PERSONAL_TENANT_ID = "9188040d-6c67-4c5b-b112-36a304b66dad";
const BOB = person("2", "Bob Builder", "bob@bricks.example");

function person(digit: string, name: string, address: string, more: Partial<EntraPerson> = {}): EntraPerson {
  const [givenName = "", familyName = ""] = name.split(" ");
  const oid = ADA_OID.replace(/1$/, digit);
  return { oid, name, givenName, familyName, userPrincipalName: address, mail: address, ...more };
}

/** Opens the address of a consent, and accepts it for a directory. Returns the page on which the administrator signs in. */
async function accept(browser: Browser, url: string, tenantId: string): Promise<Page> {
  await browser.get(url);
  return await browser.submitForm("consent", { decision: tenantId });
}

/** Consents for a directory, and signs in. Returns the last page. */
async function consent(
  administrator: Administrator,
  connectionId: string,
  tenantId: string,
  { oid }: EntraPerson,
): Promise<Page> {
  const browser = createBrowser();
  await accept(browser, await startConsent(administrator, connectionId), tenantId);
  return await signInAtOpenIdProvider(browser, browser.page.url, entraSubjectOf(oid));
}

async function startConsent(administrator: Administrator, connectionId: string): Promise<string> {
  const { startConsent: started } = await administrator.ask(
    `mutation ($id: ID!) { startConsent(connectionId: $id) { url } }`,
    { id: connectionId },
  );
  return started.url;
}

describe("the operator's app at Microsoft", () => {
  let usher: TestUsher;
  let entra: EntraProvider;
  let acme: Administrator;
  let connectionId: string;

  beforeAll(async () => {
    entra = await startEntraProvider({
      ...APP,
      tenantId: TENANT_ID,
      people: [ADA],
      further: [
        { tenantId: OTHER_TENANT_ID, people: [BOB, GUEST] },
        { tenantId: THIRD_TENANT_ID, people: [CAROL] },
        { tenantId: PERSONAL_TENANT_ID, people: [PERSONAL] },
      ],
    });
    usher = await startTestUsher({
      environment: {
        USHER_ENTRA_AUTHORITY: entra.authority,
        USHER_ENTRA_CLIENT_ID: APP.clientId,
        USHER_ENTRA_CLIENT_SECRET: APP.clientSecret,
      },
    });
    entra.addRedirectUri(`${usher.url}/sso/entra-id/callback`);
    acme = await Administrator.of(usher, "acme");
    connectionId = (await acme.draft({ entraId: { operatorApp: true } })).id;
    await consent(acme, connectionId, TENANT_ID, ADA);
    await acme.activate(connectionId);
  });
  afterAll(async () => {
    await usher?.stop();
    await entra?.close();
  });

  it("is used by a draft without tenant, client and secret", async () => {
    const { id, details } = await acme.draft({ entraId: { operatorApp: true } });
    expect(details).toContainEqual(
      expect.objectContaining({ name: "redirectUrl", value: `${usher.url}/sso/entra-id/callback` }),
    );
    expect(await acme.diagnose(id)).toEqual([expect.objectContaining({ check: "SETTINGS_COMPLETE", level: "ERROR" })]);
  });

  it("gets the tenant from the sign-in after the consent, and stays a draft", async () => {
    const { administrator, id } = await newDraft();
    const page = await consent(administrator, id, THIRD_TENANT_ID, CAROL);
    expect(page.visibleText).toContain("now belong to Acme");
    expect(await attempts(administrator)).toMatchObject([{ kind: "CONSENT", outcome: "SUCCEEDED" }]);
    const { connection } = await administrator.ask(
      `query ($id: ID!) { connection(id: $id) { state settings { ... on EntraIdSettings { tenantId clientId operatorApp } } } }`,
      { id },
    );
    expect(connection).toEqual({
      state: "DRAFT",
      settings: { tenantId: THIRD_TENANT_ID, clientId: null, operatorApp: true },
    });
    const again = await consent(administrator, id, OTHER_TENANT_ID, BOB);
    expect(again.status).toBe(409);
    expect(await tenantOf(administrator, id)).toBe(THIRD_TENANT_ID);
  });

  it("signs people in by the shared button of an active connection", async () => {
    const browser = createBrowser();
    const page = await browser.get(`${usher.url}/sign-in`);
    expect(page.links.map(({ label }) => label)).toEqual(["Sign in with Microsoft"]);
    const home = await signInAtOpenIdProvider(browser, page.links[0]!.href.href, entraSubjectOf(ADA.oid));
    expect(isSignedIn(home, acme)).toBe(true);
  });

  it("takes no tenant, client or secret by hand", async () => {
    const { id } = await acme.draft({ entraId: { operatorApp: true } });
    expect(await acme.update(id, { entraId: { tenantId: OTHER_TENANT_ID } })).toEqual([
      "settings.entraId.tenantId: INVALID",
    ]);
    expect(await acme.update(id, { entraId: APP })).toEqual([
      "settings.entraId.clientId: INVALID",
      "settings.entraId.clientSecret: INVALID",
    ]);
    const own = await acme.draft({ entraId: { tenantId: OTHER_TENANT_ID } });
    expect(await acme.update(own.id, { entraId: { operatorApp: true } })).toEqual([
      "settings.entraId.tenantId: INVALID",
    ]);
  });

  it("refuses the consent of one directory with the sign-in of another, and connects neither", async () => {
    const { administrator, id } = await newDraft();
    await consent(administrator, id, TENANT_ID, BOB);
    expect(await attempts(administrator)).toMatchObject([{ kind: "CONSENT", outcome: "CONSENT_TENANT_MISMATCH" }]);
    expect(await tenantOf(administrator, id)).toBeNull();
  });

  it("connects nothing when the administrator cancels", async () => {
    const { administrator, id } = await newDraft();
    const browser = createBrowser();
    await accept(browser, await startConsent(administrator, id), "cancel");
    expect(await attempts(administrator)).toMatchObject([{ kind: "CONSENT", outcome: "ENTRA_CONSENT_REFUSED" }]);
    expect(await tenantOf(administrator, id)).toBeNull();
  });

  it("accepts the state of the consent page once", async () => {
    const { administrator, id } = await newDraft();
    const browser = createBrowser();
    const answer = await leave(browser, await startConsent(administrator, id), { decision: OTHER_TENANT_ID });
    expect((await browser.get(answer, { follow: false })).status).toBe(303);
    expect((await browser.get(answer, { follow: false })).status).toBe(400);
    expect(await attempts(administrator)).toMatchObject([{ kind: "SIGN_IN", outcome: "SIGN_IN_UNKNOWN" }]);
  });

  it("accepts the state of a consent in the browser that began it", async () => {
    const { administrator, id } = await newDraft();
    const answer = await leave(createBrowser(), await startConsent(administrator, id), { decision: OTHER_TENANT_ID });
    expect((await createBrowser().get(answer)).status).toBe(403);
    expect(await attempts(administrator)).toMatchObject([{ outcome: "SIGN_IN_OTHER_BROWSER" }]);
  });

  it("accepts the address of a consent for its own connection", async () => {
    const { administrator, id } = await newDraft();
    const other = await administrator.draft({ entraId: { operatorApp: true } });
    const url = (await startConsent(administrator, id)).replace(id, other.id);
    expect((await createBrowser().get(url)).status).toBe(400);
    expect(await attempts(administrator)).toMatchObject([{ kind: "CONSENT", outcome: "CONSENT_LINK_OVER" }]);
  });

  it("refuses a directory that a connection of another organization has", async () => {
    const { administrator, id } = await newDraft();
    const page = await consent(administrator, id, TENANT_ID, ADA);
    expect(page.status).toBe(409);
    expect(page.visibleText).not.toContain("acme");
    expect(await attempts(administrator)).toMatchObject([{ kind: "CONSENT", outcome: "CONSENT_TENANT_TAKEN" }]);
    expect(await tenantOf(administrator, id)).toBeNull();
  });

  it("refuses the consent of a guest", async () => {
    const { administrator, id } = await newDraft();
    await consent(administrator, id, OTHER_TENANT_ID, GUEST);
    expect(await attempts(administrator)).toMatchObject([{ outcome: "ENTRA_CONSENT_BY_GUEST" }]);
    expect(await tenantOf(administrator, id)).toBeNull();
  });

  it("sends a person of an unknown directory away, without a reference and without names", async () => {
    const page = await signInAtOpenIdProvider(createBrowser(), shared(), entraSubjectOf(BOB.oid));
    expect(page.status).toBe(403);
    expect(page.visibleText).toContain("not set up for this way of signing in");
    expect(page.visibleText).not.toMatch(/reference|acme/i);
  });

  it("refuses a personal account at the shared button", async () => {
    const page = await signInAtOpenIdProvider(createBrowser(), shared(), entraSubjectOf(PERSONAL.oid));
    expect(page.visibleText).toContain("personal Microsoft account");
  });

  it("accepts the state of a shared button once, in its own browser, and at its own callback", async () => {
    const browser = createBrowser();
    const answer = await leave(browser, shared(), { sub: entraSubjectOf(ADA.oid) });
    expect((await createBrowser().get(answer)).status).toBe(403);
    const elsewhere = answer.replace("/sso/entra-id/", "/sso/google-workspace/");
    expect((await browser.get(elsewhere)).visibleText).toContain("This sign-in is unknown");
    expect((await browser.get(answer.replace("entra-id", connectionId))).status).toBe(400);
    expect((await browser.get(`${usher.url}/sso/entra-id/callback?state=made-up&code=made-up`)).status).toBe(400);
    expect(isSignedIn(await browser.get(answer), acme)).toBe(true);
    expect((await browser.get(answer)).visibleText).toContain("You are signed in");
    expect((await createBrowser().get(answer)).status).toBe(400);
  });

  it("takes the answer of a connection at the shared callback only", async () => {
    const browser = createBrowser();
    const answer = await leave(browser, await acme.startUrl(browser), { sub: entraSubjectOf(ADA.oid) });
    expect(answer).toContain("/sso/entra-id/callback");
    const own = await browser.get(answer.replace("/sso/entra-id/", `/sso/${connectionId}/`));
    expect(own.status).toBe(400);
    expect(await acme.lastAttempt()).toMatchObject({
      outcome: "SIGN_IN_UNKNOWN",
      detail: expect.stringContaining("callback"),
    });
    expect(isSignedIn(await browser.get(answer), acme)).toBe(true);
  });

  it("takes no answer of a connection with an app of its own at the shared callback", async () => {
    const own = await Administrator.of(usher, "own-app");
    const { id, details } = await own.draft({ entraId: { tenantId: TENANT_ID, ...APP } });
    entra.addRedirectUri(details.find(({ name }) => name === "redirectUrl")?.value ?? "");
    await own.activate(id);
    const browser = createBrowser();
    const answer = await leave(browser, await own.startUrl(browser), { sub: entraSubjectOf(ADA.oid) });
    expect((await browser.get(answer.replace(`/sso/${id}/`, "/sso/entra-id/"))).status).toBe(400);
    expect(await own.lastAttempt()).toMatchObject({ detail: expect.stringContaining("callback") });
    expect(isSignedIn(await browser.get(answer), own)).toBe(true);
  });

  it("asks the provider again if the connection wants a recent authentication", async () => {
    const id = connectionId;
    expect(await acme.update(id, { entraId: { maxAgeSeconds: 300 } })).toEqual([]);
    const browser = createBrowser();
    const answer = await leave(browser, shared(), { sub: entraSubjectOf(ADA.oid) });
    const next = await browser.get(answer, { follow: false });
    expect(next.headers.location).toBe(`/sso/${id}/start`);
    expect(await acme.update(id, { entraId: { maxAgeSeconds: null } })).toEqual([]);
  });

  it("gives one directory to one of two organizations that consent at the same time", async () => {
    const drafts = [await newDraft(), await newDraft()];
    const last = await Promise.all(
      drafts.map(async ({ administrator, id }) => {
        const browser = createBrowser();
        const url = await startConsent(administrator, id);
        await accept(browser, url, OTHER_TENANT_ID);
        return { browser, answer: await leave(browser, browser.page.url, { sub: entraSubjectOf(BOB.oid) }) };
      }),
    );
    const pages = await Promise.all(last.map(({ browser, answer }) => browser.get(answer)));
    expect(pages.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 409]);
    const tenants = await Promise.all(drafts.map(({ administrator, id }) => tenantOf(administrator, id)));
    expect(tenants.filter((tenant) => tenant !== null)).toEqual([OTHER_TENANT_ID]);
  });

  it("records an attempt of a person whose connection is disabled", async () => {
    await acme.ask(`mutation ($id: ID!) { disableConnection(id: $id) { connection { state } } }`, { id: connectionId });
    const page = await signInAtOpenIdProvider(createBrowser(), shared(), entraSubjectOf(ADA.oid));
    expect(page.visibleText).toMatch(/reference/i);
    expect(await acme.lastAttempt()).toMatchObject({ outcome: "CONNECTION_NOT_ACTIVE" });
  });

  const shared = () => `${usher.url}/sso/entra-id/start`;
  const leave = (browser: Browser, url: string, fields: Readonly<Record<string, string>>) =>
    leaveProvider(usher, browser, url, fields);

  async function newDraft() {
    const administrator = await Administrator.of(usher, `org-${randomBytes(4).toString("hex")}`);
    return { administrator, id: (await administrator.draft({ entraId: { operatorApp: true } })).id };
  }
});

describe("an installation without apps of the operator", () => {
  let usher: TestUsher;
  beforeAll(async () => {
    usher = await startTestUsher();
  });
  afterAll(() => usher?.stop());

  it("refuses connections that use them, and has no shared buttons", async () => {
    const administrator = await Administrator.of(usher, "acme");
    const own = await administrator.draft({ entraId: {} });
    expect(await administrator.update(own.id, { entraId: { operatorApp: true } })).toEqual([
      "settings.entraId.operatorApp: INVALID",
    ]);
    await expect(administrator.draft({ googleWorkspace: { operatorApp: true } })).rejects.toThrow(/no app at Google/);
    expect((await createBrowser().get(`${usher.url}/sign-in`)).links).toEqual([]);
    expect((await createBrowser().get(`${usher.url}/sso/entra-id/start`)).status).toBe(503);
  });
});

describe("an installation whose operator removes the app", () => {
  let entra: EntraProvider;
  let database: { readonly url: string; readonly remove: () => Promise<void> };
  beforeAll(async () => {
    entra = await startEntraProvider({ ...APP, tenantId: TENANT_ID, people: [ADA] });
    database = await migratedDatabaseUrl();
  });
  afterAll(async () => {
    await entra?.close();
    await database?.remove();
  });

  it("refuses people, and tells administrators", async () => {
    const environment = { USHER_ENTRA_AUTHORITY: entra.authority };
    const withApp = {
      ...environment,
      USHER_ENTRA_CLIENT_ID: APP.clientId,
      USHER_ENTRA_CLIENT_SECRET: APP.clientSecret,
    };
    const before = await startTestUsher({ databaseUrl: database.url, environment: withApp });
    entra.addRedirectUri(`${before.url}/sso/entra-id/callback`);
    const acme = await Administrator.of(before, "acme");
    const { id } = await acme.draft({ entraId: { operatorApp: true } });
    await consent(acme, id, TENANT_ID, ADA);
    expect(await acme.activate(id)).toBe("ACTIVE");
    await before.stop();

    const after = await startTestUsher({ databaseUrl: database.url, environment });
    const there = Object.assign(Object.create(acme), { usher: after }) as Administrator;
    expect((await createBrowser().get(`${after.url}/sign-in`)).links).toEqual([]);
    expect((await createBrowser().get(`${after.url}/o/acme`)).links.map(({ label }) => label)).toEqual([
      "Forgotten the password?",
    ]);
    expect((await createBrowser().get(`${after.url}/sso/${id}/start`)).status).toBe(503);
    expect(await there.lastAttempt()).toMatchObject({ outcome: "OPERATOR_APP_MISSING" });
    expect(await there.diagnose(id)).toMatchObject([{ check: "SETTINGS_COMPLETE", level: "ERROR" }]);
    await after.stop();
  });
});

describe("the operator's app at Google", () => {
  let usher: TestUsher;
  let google: OpenIdProvider;
  let acme: Administrator;
  const name = { givenName: "Ada", familyName: "Lovelace" };

  beforeAll(async () => {
    google = await startGoogleProvider({
      ...APP,
      people: [
        { sub: "107691503500061507151", email: "ada@acme.example", hostedDomain: "acme.example", ...name },
        { sub: "107691503500061507152", email: "mallory@acme.example", ...name },
        { sub: "107691503500061507153", email: "bob@bricks.example", hostedDomain: "bricks.example", ...name },
      ],
    });
    usher = await startTestUsher({
      environment: {
        USHER_GOOGLE_ISSUER: google.issuer,
        USHER_GOOGLE_CLIENT_ID: APP.clientId,
        USHER_GOOGLE_CLIENT_SECRET: APP.clientSecret,
      },
    });
    google.addRedirectUri(`${usher.url}/sso/google-workspace/callback`);
    acme = await Administrator.of(usher, "acme");
  });
  afterAll(async () => {
    await usher?.stop();
    await google?.close();
  });

  it("has no shared button before a connection is active", async () => {
    expect((await createBrowser().get(`${usher.url}/sign-in`)).links).toEqual([]);
  });

  it("gets the domain from a sign-in, and signs people of that domain in by the shared button", async () => {
    const { id } = await acme.draft({ googleWorkspace: { operatorApp: true } });
    const personal = await signInAtOpenIdProvider(
      createBrowser(),
      await startConsent(acme, id),
      "107691503500061507152",
    );
    expect(personal.visibleText).toContain("personal Google account");
    expect(await acme.lastAttempt()).toMatchObject({ outcome: "GOOGLE_DOMAIN_MISSING" });
    const page = await signInAtOpenIdProvider(createBrowser(), await startConsent(acme, id), "107691503500061507151");
    expect(page.visibleText).toContain("The Google accounts of your company now belong to Acme");
    expect(await acme.activate(id)).toBe("ACTIVE");
    const browser = createBrowser();
    const [button] = (await browser.get(`${usher.url}/sign-in`)).links;
    expect(button?.label).toBe("Sign in with Google");
    const start = button?.href.href ?? "";
    expect(isSignedIn(await signInAtOpenIdProvider(browser, start, "107691503500061507151"), acme)).toBe(true);
    for (const sub of ["107691503500061507152", "107691503500061507153"])
      expect((await signInAtOpenIdProvider(createBrowser(), start, sub)).status).toBe(403);
  });
});

/** Answers the provider's pages, and returns the address at Usher to which the provider sends the browser, without opening it. */
async function leaveProvider(
  usher: TestUsher,
  browser: Browser,
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<string> {
  let page = await browser.get(url, { follow: false });
  for (let count = 0; count < 12; count += 1) {
    const { location } = page.headers;
    if (location === undefined) {
      page = await browser.submitForm(0, fields, { follow: false });
      continue;
    }
    const next = new URL(location, page.url).href;
    if (next.startsWith(`${usher.url}/`) && page.url !== url) return next;
    page = await browser.get(next, { follow: false });
  }
  throw new Error(`the provider did not send the browser back: ${page.visibleText}`);
}

async function attempts(administrator: Administrator) {
  const { signInAttempts } = await administrator.ask(
    `query ($id: ID!) { signInAttempts(organizationId: $id, first: 5) { nodes { kind outcome } } }`,
    { id: administrator.organizationId },
  );
  return signInAttempts.nodes;
}

async function tenantOf(administrator: Administrator, id: string): Promise<string | null> {
  const { connection } = await administrator.ask(
    `query ($id: ID!) { connection(id: $id) { settings { ... on EntraIdSettings { tenantId } } } }`,
    { id },
  );
  return connection.settings.tenantId;
}
