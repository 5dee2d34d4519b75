/** Signing in by e-mail address and password, in a browser without script. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import * as argon2 from "@node-rs/argon2";
import { LOCK_SECONDS, WRONG_PASSWORDS_TO_LOCK } from "../../src/people/credential/lock.changes.js";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

/** The hashes of all verifications. The application loads the library with the first password. */
const verified: string[] = [];
jest.unstable_mockModule("@node-rs/argon2", () => ({
  ...argon2,
  verify: (hash: string, password: string) => {
    verified.push(hash);
    return argon2.verify(hash, password);
  },
}));

let now = new Date();
const passMinutes = (minutes: number) => (now = new Date(now.getTime() + minutes * 60_000));
let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({ clock: () => now, environment: { USHER_RETURN_URLS: "https://app.example/app" } });
  provider = await startHostileOpenIdProvider({ now: () => now });
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

const auditOf = async (of: Tenant, userId: string): Promise<readonly { action: string; after: any }[]> =>
  (
    await of.ask(
      `query ($organizationId: ID!, $id: ID!) { auditLog(organizationId: $organizationId, filter: { subjectId: $id }, first: 200) {
         nodes { action after } } }`,
      { organizationId: of.organizationId, id: userId },
    )
  ).auditLog.nodes;

/** A hash with the present parameters. */
const CURRENT = `$argon2id$v=19$m=19456,t=2,p=1$${"A".repeat(22)}$${"A".repeat(43)}`;

const foreignLogin = async () => (await makeAccount(await createTenant(usher, provider))).email;
const ssoLogin = async () => {
  const person = makePerson(`sso-${(people += 1)}`);
  await tenant.signIn(createBrowser(), person);
  return String(person.claims["email"]);
};

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
    ["the account of another organization", "PASSWORD_LOGIN_UNKNOWN", async () => await foreignLogin(), PASSWORD],
    ["an account with single sign-on", "PASSWORD_LOGIN_UNKNOWN", async () => await ssoLogin(), PASSWORD],
    ["input that no password can have", "PASSWORD_WRONG", async () => (await makeAccount()).email, "x".repeat(5_000)],
  ])("answers %s with the same page, after one verification", async (_what, code, login, password) => {
    const browser = createBrowser();
    const entered = await login();
    verified.splice(0);
    const page = await signIn(browser, tenant, entered, password);
    expect([page.status, page.headers["cache-control"]]).toEqual([403, "no-store"]);
    expect(verified.map((hash) => argon2.parseOptions(hash))).toEqual([argon2.parseOptions(CURRENT)]);
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

describe("wrong passwords", () => {
  const isLocked = async (userId: string) =>
    (await tenant.ask(`query ($id: ID!) { user(id: $id) { lockedUntil } }`, { id: userId })).user.lockedUntil;
  const guess = async (email: string, times: number) => {
    for (let turn = 0; turn < times; turn += 1)
      expect((await signIn(createBrowser(), tenant, email, "wrong")).status).toBe(403);
  };

  it("lock the account for a time, in which the right password has the same page", async () => {
    const { email, userId } = await makeAccount();
    await guess(email, WRONG_PASSWORDS_TO_LOCK - 1);
    expect(await isLocked(userId)).toBeNull();
    await guess(email, 1);
    const until = new Date(now.getTime() + LOCK_SECONDS * 1000).toISOString();
    expect(await isLocked(userId)).toBe(until);
    const browser = createBrowser();
    const page = await signIn(browser, tenant, email, PASSWORD);
    expect(page.status).toBe(403);
    expect(page.visibleText).toContain(REFUSED);
    expect((await tenant.attempts())[0]).toMatchObject({
      outcome: "PASSWORD_LOCKED",
      detail: `Locked until ${until}.`,
    });
    const told = (await tenant.events()).filter(({ subject }) => subject.subjectId === userId).map(({ type }) => type);
    expect(told).toEqual(["user.created", "user.locked"]);
    const audited = (await auditOf(tenant, userId)).map(({ action }) => action);
    expect(audited.filter((action) => action === "user.sign_in_refused")).toHaveLength(WRONG_PASSWORDS_TO_LOCK + 1);
    expect(audited.filter((action) => action === "user.locked")).toHaveLength(1);

    passMinutes(LOCK_SECONDS / 60);
    expect(await isLocked(userId)).toBeNull();
    // After a lock, the count begins again.
    await guess(email, WRONG_PASSWORDS_TO_LOCK - 1);
    expect((await signIn(browser, tenant, email, PASSWORD)).status).toBe(303);
    await guess(email, WRONG_PASSWORDS_TO_LOCK - 1);
    expect(await isLocked(userId)).toBeNull();
  });

  it.each([
    ["an administrator unlocks it", "unlockUser"],
    ["an administrator sets a password", "setPassword"],
  ])("stop counting when %s", async (_what, mutation) => {
    const { email, userId } = await makeAccount();
    await guess(email, WRONG_PASSWORDS_TO_LOCK);
    if (mutation === "setPassword") await setPassword(tenant, userId, PASSWORD);
    else await tenant.ask(`mutation ($id: ID!) { unlockUser(id: $id) { user { lockedUntil } } }`, { id: userId });
    expect(await isLocked(userId)).toBeNull();
    expect((await signIn(createBrowser(), tenant, email, PASSWORD)).status).toBe(303);
    expect((await tenant.events()).map(({ type }) => type)).toContain("user.unlocked");
    expect((await auditOf(tenant, userId)).map(({ action }) => action)).toContain("user.unlocked");
  });

  it("do not lock out the operator's sign-in link", async () => {
    const { email, userId } = await makeAccount();
    await guess(email, WRONG_PASSWORDS_TO_LOCK);
    const make = `mutation ($input: CreateSignInLinkInput!) { createSignInLink(input: $input) { url } }`;
    const input = { organizationId: tenant.organizationId, userId };
    await expect(tenant.ask(make, { input })).rejects.toThrow("ACCOUNT_LOCKED");
    const { createSignInLink } = await usher.ask(make, { input });
    const browser = createBrowser();
    await browser.get(createSignInLink.url);
    await browser.submitForm(0);
    expect(await whoIsSignedIn(browser, usher)).toBe(email);
  });
});

describe("the password of a person who signs in through a provider", () => {
  const policies = (passwordForSsoUsers: string) => tenant.updateOrganization({ policies: { passwordForSsoUsers } });
  const outcome = async (email: string) => {
    await signIn(createBrowser(), tenant, email, PASSWORD);
    return (await tenant.attempts())[0]!.outcome;
  };
  afterEach(() => policies("BREAK_GLASS_ONLY"));

  it("has no effect while the account is merged, and works again when merging or the merge ends", async () => {
    const merged = await createTenant(usher, provider);
    const merging = (accountLinking: string, confirmAffectedUsers?: number) =>
      merged.updateConnection({ policies: { accountLinking, requireVerifiedEmail: true }, confirmAffectedUsers });
    const { email, userId } = await makeAccount(merged);
    const outcomeAt = async () => {
      await signIn(createBrowser(), merged, email, PASSWORD);
      return (await merged.attempts())[0]!.outcome;
    };
    await merging("MERGE_BY_EMAIL");
    expect(await outcomeAt()).toBe("SUCCEEDED");
    await merged.signIn(createBrowser(), makePerson("merging", { email }));
    // The administrator's password was not proved by the person, so merging removes it.
    expect(await outcomeAt()).toBe("PASSWORD_NOT_SET");
    await setPassword(merged, userId, PASSWORD);
    for (const passwordForSsoUsers of ["BREAK_GLASS_ONLY", "DENY"]) {
      await merged.updateOrganization({ policies: { passwordForSsoUsers } });
      expect(await outcomeAt()).toBe("PASSWORD_ASLEEP");
    }
    await merged.updateOrganization({ policies: { passwordForSsoUsers: "ALLOW" } });
    expect(await outcomeAt()).toBe("SUCCEEDED");
    await merged.updateOrganization({ policies: { passwordForSsoUsers: "DENY" } });
    await merging("NONE", 1);
    expect(await outcomeAt()).toBe("SUCCEEDED");
    await merging("MERGE_BY_EMAIL", 1);
    expect(await outcomeAt()).toBe("PASSWORD_ASLEEP");
    const { user } = await merged.ask(`query ($id: ID!) { user(id: $id) { identities { id } } }`, { id: userId });
    await merged.ask(`mutation ($id: ID!) { unmergeIdentity(id: $id) { identity { id } } }`, {
      id: user.identities[0].id,
    });
    expect(await outcomeAt()).toBe("SUCCEEDED");
  });

  it("can be set and used under ALLOW only", async () => {
    const email = await ssoLogin();
    const { id } = (await tenant.users()).find((user) => user.email === email)!;
    await expect(setPassword(tenant, id, PASSWORD)).rejects.toThrow("PASSWORD_NOT_ALLOWED");
    await policies("DENY");
    await expect(setPassword(tenant, id, PASSWORD)).rejects.toThrow("PASSWORD_NOT_ALLOWED");
    await policies("ALLOW");
    await setPassword(tenant, id, PASSWORD);
    expect(await outcome(email)).toBe("SUCCEEDED");
    await policies("BREAK_GLASS_ONLY");
    expect(await outcome(email)).toBe("PASSWORD_ASLEEP");
  });

  it("needs an address that no other account with a password has", async () => {
    await policies("ALLOW");
    const { email } = await makeAccount();
    await tenant.signIn(createBrowser(), makePerson(`twin-${(people += 1)}`, { email }));
    const twin = (await tenant.users()).find((user) => user.email === email && user.identities.length > 0)!;
    await expect(setPassword(tenant, twin.id, PASSWORD)).rejects.toThrow("EMAIL_TAKEN");

    // Only the operator learns that the address is in use in a different organization.
    const elsewhere = await createTenant(usher, provider);
    const input = { userId: (await makeAccount(elsewhere, null, { email })).userId, password: PASSWORD };
    const { errors } = await usher.graphql(SET, { input });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "EMAIL_TAKEN",
      details: { organizationId: tenant.organizationId },
    });
    await elsewhere.ask(SET, { input });
    await signIn(createBrowser(), elsewhere, email, PASSWORD);
    expect((await elsewhere.attempts())[0]!.outcome).toBe("PASSWORD_LOGIN_UNKNOWN");
    expect(await outcome(email)).toBe("SUCCEEDED");
  });
});
