/** Second factors in a real browser: passkeys of Chromium's virtual authenticator, script off, and accessibility. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { codeAt } from "../support/second-factor.js";
import { createTenant, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";
import { findAccessibilityFaults } from "./accessibility.js";
import { launchChromium } from "./chromium.js";

const PASSWORD = "violet otter on a bicycle";

let browser: Browser;
let provider: HostileOpenIdProvider;
let usher: TestUsher;
let tenant: Tenant;
beforeAll(async () => {
  browser = await launchChromium();
  usher = await startTestUsher();
  provider = await startHostileOpenIdProvider();
  tenant = await createTenant(usher, provider);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await usher?.stop();
  await provider?.close();
});

/** Makes an account with a password. Returns its address. */
async function makeAccount(name: string): Promise<string> {
  const email = `${name}@acme.test`;
  const input = { organizationId: tenant.organizationId, email, firstName: "Fa", lastName: "Ctor" };
  const { createUser } = await tenant.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    { input: { ...input, authMethod: "PASSWORD" } },
  );
  await tenant.ask(`mutation ($input: SetPasswordInput!) { setPassword(input: $input) { user { id } } }`, {
    input: { userId: createUser.user.id, password: PASSWORD },
  });
  return email;
}

const home = () => `${usher.url}/o/${tenant.slug}`;

async function enterPassword(page: Page, email: string, query = ""): Promise<void> {
  await page.goto(`${home()}/password${query}`);
  await page.getByRole("textbox", { name: "E-mail address" }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Errors of the console. The strict policy of the pages reports what it refuses there. A status 403 or 400 is no such error. */
function watchConsole(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 40[03]/.test(message.text())) errors.push(message.text());
  });
  return errors;
}

/** Gives the page a passkey authenticator, as a laptop has one. */
async function addAuthenticator(
  context: BrowserContext,
  page: Page,
): Promise<{ readonly session: CDPSession; readonly authenticatorId: string }> {
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { session, authenticatorId };
}

it("a passkey is added and signs in, and a copy of it is refused", async () => {
  const email = await makeAccount("passkey");
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors = watchConsole(page);
  const { session, authenticatorId } = await addAuthenticator(context, page);
  await enterPassword(page, email, "?factors=1");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Remove Passkey" }).waitFor();
  await page.getByRole("button", { name: /^Continue to/ }).click();
  await page.waitForURL(home());
  const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
  const copy = credentials[0]!;

  await context.clearCookies();
  await enterPassword(page, email);
  await page.waitForURL(`${home()}/factor`);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL(home());
  expect(await page.innerText("main")).toContain(email);

  // A device with the copy has not counted the sign-in.
  await session.send("WebAuthn.removeCredential", { authenticatorId, credentialId: copy.credentialId });
  await session.send("WebAuthn.addCredential", { authenticatorId, credential: copy });
  await context.clearCookies();
  await enterPassword(page, email);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.locator("#problem").waitFor();
  expect(await page.locator("#problem").innerText()).toContain("This passkey cannot be used any more");
  expect(errors).toEqual([]);
  await context.close();
});

it("without script, the code alone is asked for", async () => {
  const email = await makeAccount("script-off");
  const scripted = await browser.newContext();
  const first = await scripted.newPage();
  await addAuthenticator(scripted, first);
  await enterPassword(first, email, "?factors=1");
  await first.getByRole("button", { name: "Add a passkey" }).click();
  const code = await first.locator("[role=status] code").first().innerText();
  await scripted.close();

  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await enterPassword(page, email);
  expect(await page.getByRole("button").allInnerTexts()).toEqual(["Continue"]);
  expect(await page.innerText("main")).toContain("Passkeys need JavaScript.");
  await page.getByLabel("Recovery code").fill(code);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(home());
  await context.close();
});

describe.each([
  ["on a desktop", { width: 1280, height: 800 }],
  ["on a phone", { width: 360, height: 740 }],
])("the pages of second factors, %s", (_where, viewport) => {
  it.each(["light", "dark"] as const)("have no fault that axe finds, in %s colours", async (colorScheme) => {
    const email = await makeAccount(`axe-${viewport.width}-${colorScheme}`);
    const context = await browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    const errors = watchConsole(page);
    await addAuthenticator(context, page);
    const expectNoFaults = async () => {
      expect(await findAccessibilityFaults(context, page)).toEqual([]);
      const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(isTooWide).toBe(false);
    };
    await enterPassword(page, email, "?factors=1");
    await page.getByRole("heading", { name: "Your second factors" }).waitFor();
    await expectNoFaults();
    await page.getByLabel("Code of the app").fill("000000");
    await page.getByRole("button", { name: "Add the app" }).click();
    await page.locator("#problem").waitFor();
    await expectNoFaults();
    const secret = (await page.locator("code.reference").innerText()).replaceAll(" ", "");
    await page.getByLabel("Code of the app").fill(codeAt(secret, new Date()));
    await page.getByRole("button", { name: "Add the app" }).click();
    await page.locator("[role=status]").waitFor();
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("button", { name: "Remove Passkey" }).waitFor();
    await expectNoFaults();

    await context.clearCookies();
    await enterPassword(page, email);
    await page.getByRole("button", { name: "Use a passkey" }).waitFor();
    await expectNoFaults();
    await page.getByLabel("Code of your app, or a recovery code").fill("wrong");
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await page.locator("#problem").waitFor();
    await expectNoFaults();
    expect(errors).toEqual([]);
    await context.close();
  });
});

it("an operator signs in with a passkey, and axe finds nothing on their pages", async () => {
  const { inviteOperator } = await usher.ask(
    `mutation ($input: InviteOperatorInput!) { inviteOperator(input: $input) { url } }`,
    { input: { email: "olga@usher.test", fullName: "Olga" } },
  );
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors = watchConsole(page);
  await addAuthenticator(context, page);
  await page.goto(inviteOperator.url);
  expect(await findAccessibilityFaults(context, page)).toEqual([]);
  await page.getByLabel(/^New password/).fill(PASSWORD);
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "Remove Passkey" }).waitFor();
  expect(await findAccessibilityFaults(context, page)).toEqual([]);
  await page.getByRole("button", { name: /^Continue to/ }).click();
  await page.waitForURL(`${usher.url}/operator`);

  await context.clearCookies();
  await page.goto(`${usher.url}/operator`);
  expect(await findAccessibilityFaults(context, page)).toEqual([]);
  await page.getByLabel("E-mail address").fill("olga@usher.test");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${usher.url}/operator/factor`);
  expect(await findAccessibilityFaults(context, page)).toEqual([]);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL(`${usher.url}/operator`);
  expect(await page.innerText("main")).toContain("You are signed in as an operator");
  expect(errors).toEqual([]);
  await context.close();
});
