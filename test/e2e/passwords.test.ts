/** Signing in by e-mail address and password, in a browser without script. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_RETURN_URLS: "https://app.example/app" } });
  provider = await startHostileOpenIdProvider();
  tenant = await createTenant(usher, provider, { organization: { supportContact: "the help desk" } });
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const PASSWORD = "violet otter on a bicycle";
let people = 0;

/** Makes an account without single sign-on, with a password unless `password` is `null`. */
async function makeAccount(of = tenant, password: string | null = PASSWORD, further: Record<string, unknown> = {}) {
  const email = `local-${(people += 1)}@acme.test`;
  const { createUser } = await of.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    {
      input: {
        organizationId: of.organizationId,
        email,
        firstName: "Lo",
        lastName: "Cal",
        authMethod: "PASSWORD",
        ...further,
      },
    },
  );
  const userId: string = createUser.user.id;
  if (password !== null) await setPassword(of, userId, password);
  return { userId, email };
}

const SET = `mutation ($input: SetPasswordInput!) { setPassword(input: $input) { user { id } } }`;
const setPassword = (of: Tenant, userId: string, password: string) => of.ask(SET, { input: { userId, password } });
const pageOf = (of: Tenant, query = "") => `${usher.url}/o/${of.slug}/password${query}`;

/** Opens the page with the form and sends it. */
async function signIn(browser: Browser, of: Tenant, login: string, password: string, query = ""): Promise<Page> {
  await browser.get(pageOf(of, query));
  return await browser.submitForm(0, { login, password }, { follow: false });
}

const REFUSED =
  "The e-mail address or the password is not correct, or the account is locked for now after wrong passwords.";

describe("signing in by password", () => {
  it("opens a new session at the organization's page, and leads to returnTo", async () => {
    const { email, userId } = await makeAccount();
    const browser = createBrowser();
    const returnTo = "https://app.example/app/courses?week=2";
    const page = await signIn(browser, tenant, email.toUpperCase(), PASSWORD, `?${new URLSearchParams({ returnTo })}`);
    expect([page.status, page.headers.location]).toEqual([303, returnTo]);
    expect(await whoIsSignedIn(browser, usher)).toBe(email);
    const [attempt] = await tenant.attempts();
    expect(attempt).toMatchObject({
      outcome: "SUCCEEDED",
      userId,
      email: email.toUpperCase(),
      steps: [{ step: "PASSWORD" }],
    });
    const event = (await tenant.events()).findLast(({ type }) => type === "user.signed_in");
    expect(event?.data.signIn).toMatchObject({ connectionId: null, reference: attempt!.reference, amr: ["pwd"] });
  });

  it.each([
    ["a wrong password", "PASSWORD_WRONG", async () => (await makeAccount()).email, "violet otter on a tricycle"],
    [
      "an account without a password",
      "PASSWORD_NOT_SET",
      async () => (await makeAccount(tenant, null)).email,
      PASSWORD,
    ],
    ["an unknown account", "PASSWORD_LOGIN_UNKNOWN", async () => "nobody@acme.test", PASSWORD],
    ["a text that is no address", "PASSWORD_LOGIN_UNKNOWN", async () => "nobody", PASSWORD],
  ])("answers %s with the same page", async (_what, code, login, password) => {
    const browser = createBrowser();
    const entered = await login();
    const page = await signIn(browser, tenant, entered, password);
    expect([page.status, page.headers["cache-control"]]).toEqual([403, "no-store"]);
    const [attempt] = await tenant.attempts();
    expect(attempt).toMatchObject({ outcome: code, message: REFUSED });
    const reference = attempt!.reference;
    expect(page.visibleText).toContain(`${REFUSED} For help, ask the help desk. Give this reference: ${reference}`);
    expect(page.text.replaceAll(entered, "LOGIN").replaceAll(reference, "REFERENCE")).not.toMatch(
      /PASSWORD_|nobody|local-/,
    );
    expect(page.text).not.toContain(password);
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
  });
});
