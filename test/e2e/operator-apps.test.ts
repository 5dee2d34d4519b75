/** The operator's own apps at Microsoft and Google over the whole application: consent, shared buttons, and refusals. */
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
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const APP = { clientId: "b1e55ed0-0000-4000-8000-000000000001", clientSecret: "a~secret.of_the-operator" };
const ADA = person("1", "Ada Lovelace", "ada@acme.example");
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
      further: [{ tenantId: OTHER_TENANT_ID, people: [BOB] }],
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
  });
  afterAll(async () => {
    await usher?.stop();
    await entra?.close();
  });

  it("is used by a draft without tenant, client and secret", async () => {
    const { id, details } = await acme.draft({ entraId: { operatorApp: true } });
    connectionId = id;
    expect(details).toContainEqual(
      expect.objectContaining({ name: "redirectUrl", value: `${usher.url}/sso/entra-id/callback` }),
    );
    expect(await acme.diagnose(id)).toEqual([expect.objectContaining({ check: "SETTINGS_COMPLETE", level: "ERROR" })]);
  });

  it("gets the tenant from the sign-in after the consent, and stays a draft", async () => {
    const browser = createBrowser();
    await accept(browser, await startConsent(acme, connectionId), TENANT_ID);
    const page = await signInAtOpenIdProvider(browser, browser.page.url, entraSubjectOf(ADA.oid));
    expect(page.visibleText).toContain("now belong to Acme");
    const { connection } = await acme.ask(
      `query ($id: ID!) { connection(id: $id) { state settings { ... on EntraIdSettings { tenantId clientId operatorApp } } } }`,
      { id: connectionId },
    );
    expect(connection).toEqual({
      state: "DRAFT",
      settings: { tenantId: TENANT_ID, clientId: null, operatorApp: true },
    });
  });

  it("is activated, and signs people in by the shared button", async () => {
    expect((await createBrowser().get(`${usher.url}/sign-in`)).links).toEqual([]);
    expect(await acme.diagnose(connectionId)).toEqual([]);
    expect(await acme.activate(connectionId)).toBe("ACTIVE");
    const browser = createBrowser();
    const page = await browser.get(`${usher.url}/sign-in`);
    expect(page.links.map(({ label }) => label)).toEqual(["Sign in with Microsoft"]);
    const home = await signInAtOpenIdProvider(browser, page.links[0]!.href.href, entraSubjectOf(ADA.oid));
    expect(isSignedIn(home, acme)).toBe(true);
  });
});
