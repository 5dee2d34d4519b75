/** Consent to the operator's app and the shared button, with a real browser and Microsoft on a different site. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Browser } from "playwright-core";
import { Administrator } from "../../testing/administrator.js";
import { entraSubjectOf, startEntraProvider, type EntraProvider } from "../support/providers/entra/index.js";
import { ADA_OID, TENANT_ID } from "../support/providers/entra/hostile.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";
import { launchChromium } from "./chromium.js";

const APP = { clientId: "b1e55ed0-0000-4000-8000-000000000001", clientSecret: "a~secret.of_the-operator" };
const ADA = {
  oid: ADA_OID,
  name: "Ada Lovelace",
  givenName: "Ada",
  familyName: "Lovelace",
  userPrincipalName: "ada@acme.example",
  mail: "ada@acme.example",
};

let browser: Browser;
let entra: EntraProvider;
let usher: TestUsher;

beforeAll(async () => {
  browser = await launchChromium();
  entra = await startEntraProvider({ ...APP, tenantId: TENANT_ID, people: [ADA] });
  usher = await startTestUsher({
    environment: {
      USHER_ENTRA_AUTHORITY: entra.authority,
      USHER_ENTRA_CLIENT_ID: APP.clientId,
      USHER_ENTRA_CLIENT_SECRET: APP.clientSecret,
    },
  });
  entra.addRedirectUri(`${usher.url}/sso/entra-id/callback`);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await usher?.stop();
  await entra?.close();
});

it("an administrator consents in one browser, and a person signs in with the shared button in another", async () => {
  const acme = await Administrator.of(usher, "acme");
  const { id } = await acme.draft({ entraId: { operatorApp: true } });
  const { startConsent } = await acme.ask(`mutation ($id: ID!) { startConsent(connectionId: $id) { url } }`, { id });
  const person = `#people button[value="${entraSubjectOf(ADA.oid)}"]`;

  const administrators = await browser.newContext();
  const page = await administrators.newPage();
  await page.goto(startConsent.url);
  await page.click(`#consent button[value="${TENANT_ID}"]`);
  // The stand-in asks for the person twice: once for the directory, and once in it.
  await page.click(person);
  await page.click(person);
  await page.waitForURL((url) => url.origin === usher.url);
  expect(await page.innerText("h1")).toBe("Your company is connected");
  expect(await page.innerText("main")).toContain("now belong to Acme");
  await administrators.close();
  expect(await acme.activate(id)).toBe("ACTIVE");

  const context = await browser.newContext();
  const own = await context.newPage();
  await own.goto(`${usher.url}/sign-in`);
  await own.getByRole("link", { name: "Sign in with Microsoft" }).click();
  await own.click(person);
  await own.click(person);
  await own.waitForURL(`${usher.url}/o/acme`);
  expect(await own.innerText("h1")).toBe("Ada Lovelace");
  await context.close();
}, 60_000);
