/** Signing in by password with a real browser: script off and on, the keyboard, labels for assistive technology, and a phone. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";
import { findAccessibilityFaults } from "./accessibility.js";
import { launchChromium } from "./chromium.js";
import { startEvilSite, type Site } from "./sites.js";

const PASSWORD = "violet otter on a bicycle";
const EMAIL = "local@acme.test";

let browser: Browser;
let provider: HostileOpenIdProvider;
let usher: TestUsher;
let tenant: Tenant;
beforeAll(async () => {
  browser = await launchChromium();
  usher = await startTestUsher();
  provider = await startHostileOpenIdProvider();
  tenant = await createTenant(usher, provider);
  const input = { organizationId: tenant.organizationId, email: EMAIL, firstName: "Lo", lastName: "Cal" };
  const { createUser } = await tenant.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    { input: { ...input, authMethod: "PASSWORD" } },
  );
  await tenant.ask(`mutation ($input: SetPasswordInput!) { setPassword(input: $input) { user { id } } }`, {
    input: { userId: createUser.user.id, password: PASSWORD },
  });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await usher?.stop();
  await provider?.close();
});

const home = () => `${usher.url}/o/${tenant.slug}`;

/** Fills in the form by the labels of its fields, as assistive technology finds them. */
async function signIn(page: Page, password: string): Promise<void> {
  await page.getByRole("textbox", { name: "E-mail address" }).fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

describe.each([
  ["without script", false],
  ["with script", true],
])("a form for a password, %s", (_how, javaScriptEnabled) => {
  it("signs in from the prompt, by keyboard and labels, after a wrong password", async () => {
    const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    const refused: string[] = [];
    page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
    await page.goto(`${usher.url}/sign-in`);
    await page.getByLabel("Short name of your organization, or your e-mail address").fill(tenant.slug);
    await page.getByRole("button", { name: "Continue with password" }).click();
    await signIn(page, "wrong");
    expect(await page.getByRole("alert").innerText()).toContain("is not correct, or the account is locked");
    const password = page.getByLabel("Password", { exact: true });
    expect(await password.getAttribute("aria-invalid")).toBe("true");
    expect([await password.getAttribute("type"), await password.getAttribute("autocomplete")]).toEqual([
      "password",
      "current-password",
    ]);
    expect(await page.getByRole("textbox", { name: "E-mail address" }).inputValue()).toBe(EMAIL);
    await password.fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.waitForURL(home());
    expect(await page.innerText("main")).toContain(EMAIL);
    // The strict policy of pages refused nothing that the pages need. The status 403 of a refusal is no error of the page.
    expect(refused.filter((text) => !text.includes("403"))).toEqual([]);
    await context.close();
  });
});

describe.each([
  ["on a desktop", { width: 1280, height: 800 }],
  ["on a phone", { width: 360, height: 740 }],
])("the pages before a session, %s", (_where, viewport) => {
  it.each(["light", "dark"] as const)("have no fault that axe finds, in %s colours", async (colorScheme) => {
    const context = await browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    for (const address of [`${usher.url}/sign-in`, home(), `${home()}/password`, `${home()}/forgot`]) {
      await page.goto(address);
      expect([address, await findAccessibilityFaults(context, page)]).toEqual([address, []]);
    }
    await page.goto(`${home()}/password`);
    await signIn(page, "wrong");
    await page.getByRole("alert").waitFor();
    expect(await findAccessibilityFaults(context, page)).toEqual([]);

    const input = { organizationId: tenant.organizationId, email: `axe-${viewport.width}-${colorScheme}@acme.test` };
    const { inviteUser } = await tenant.ask(
      `mutation ($input: InviteUserInput!) { inviteUser(input: $input) { invitation { url } } }`,
      { input },
    );
    const refusals = ["/sso/unknown/start", "/link/unknown", "/reset/unknown", "/invitation/unknown"];
    for (const address of [inviteUser.invitation.url, ...refusals.map((path) => usher.url + path)]) {
      await page.goto(address);
      expect([address, await findAccessibilityFaults(context, page)]).toEqual([address, []]);
    }
    await page.goto(inviteUser.invitation.url);
    await page.getByLabel("New password").fill("password1234567890");
    await page.getByRole("button", { name: "Set the password and sign in" }).click();
    await page.getByRole("alert").waitFor();
    expect(await findAccessibilityFaults(context, page)).toEqual([]);
    await context.close();
  });
});

it("a page of a different site cannot post the form", async () => {
  const evil: Site = await startEvilSite(
    () =>
      `<form method="post" action="${home()}/password"><input name="login" value="${EMAIL}"><input name="password" value="${PASSWORD}"><button>Win</button></form>`,
  );
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${home()}/password`);
  await page.goto(evil.url);
  await page.getByRole("button", { name: "Win" }).click();
  expect(await page.innerText("main")).toContain("another page sent it");
  await page.goto(home());
  expect(await page.innerText("main")).not.toContain("You are signed in");
  await context.close();
  await evil.close();
});
