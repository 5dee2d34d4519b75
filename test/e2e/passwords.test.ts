/** Signing in by e-mail address and password, in a browser without script. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import * as argon2 from "@node-rs/argon2";
import { LOCK_SECONDS, WRONG_PASSWORDS_TO_LOCK } from "../../src/people/credential/lock.changes.js";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createScimClient } from "../support/scim.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

/** The hashes of all verifications. The application loads the library with the first password. */
const verified: string[] = [];
let longestHashed = 0;
/** Parameters of an earlier version of the application, for new hashes. */
let earlier: argon2.Options | null = null;
jest.unstable_mockModule("@node-rs/argon2", () => ({
  ...argon2,
  hash: (password: string, options: argon2.Options) => argon2.hash(password, { ...options, ...earlier }),
  verify: (hash: string, password: string) => {
    verified.push(hash);
    longestHashed = Math.max(longestHashed, password.length);
    return argon2.verify(hash, password);
  },
}));

let now = new Date();
const passMinutes = (minutes: number) => (now = new Date(now.getTime() + minutes * 60_000));
let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
let other: Tenant;
let merged: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({ clock: () => now, environment: { USHER_RETURN_URLS: "https://app.example/app" } });
  provider = await startHostileOpenIdProvider({ now: () => now });
  tenant = await createTenant(usher, provider, { organization: { supportContact: "the help desk" } });
  // Before the clock moves: a connection whose clock disagrees cannot be activated.
  other = await createTenant(usher, provider);
  merged = await createTenant(usher, provider);
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

/** The addresses of links for a new password that Usher mailed to a person, the latest last. Waits for `count` of them. */
async function mailedLinks(email: string, count: number): Promise<readonly string[]> {
  const folder = join(usher.environment["USHER_DATA_DIR"]!, "mail");
  for (let turn = 0; turn < 500; turn += 1) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml")).toSorted();
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    const links = texts
      .filter((text) => text.includes(`To: ${email}`))
      .flatMap((text) => text.replaceAll("=\n", "").match(/http:\S+\/reset\/[\w-]+/)?.[0] ?? []);
    if (links.length >= count) return links;
    await pause(20);
  }
  throw new Error(`There are not ${count} links for ${email}.`);
}

const SET = `mutation ($input: SetPasswordInput!) { setPassword(input: $input) { user { id } } }`;
const setPassword = (of: Tenant, userId: string, password: string | null) =>
  of.ask(SET, { input: { userId, password } });
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

const foreignLogin = async () => (await makeAccount(other)).email;
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
    expect(longestHashed).toBeLessThanOrEqual(2 * 256);
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
    // Nor can somebody use a prepared account whose person has not come from the provider yet.
    const prepared = await makeAccount(tenant, PASSWORD, { authMethod: "SSO" });
    await policies("BREAK_GLASS_ONLY");
    expect(await outcome(email)).toBe("PASSWORD_ASLEEP");
    expect(await outcome(prepared.email)).toBe("PASSWORD_ASLEEP");
  });

  it("needs an address that no other account with a password has", async () => {
    await policies("ALLOW");
    const { email } = await makeAccount();
    await tenant.signIn(createBrowser(), makePerson(`twin-${(people += 1)}`, { email }));
    const twin = (await tenant.users()).find((user) => user.email === email && user.identities.length > 0)!;
    await expect(setPassword(tenant, twin.id, PASSWORD)).rejects.toThrow("EMAIL_TAKEN");

    // Only the operator learns that the address is in use in a different organization.
    const input = { userId: (await makeAccount(other, null, { email })).userId, password: PASSWORD };
    const { errors } = await usher.graphql(SET, { input });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: "EMAIL_TAKEN",
      details: { organizationId: tenant.organizationId },
    });
    await other.ask(SET, { input });
    await signIn(createBrowser(), other, email, PASSWORD);
    expect((await other.attempts())[0]!.outcome).toBe("PASSWORD_LOGIN_UNKNOWN");
    expect(await outcome(email)).toBe("SUCCEEDED");
  });
});

describe("a mailed link for a new password", () => {
  const NEW = "quiet walrus beside the tram";

  it("sets the password once, signs the person in, and ends other sessions and a lock", async () => {
    const { email, userId } = await makeAccount(tenant, null);
    await setPassword(tenant, userId, null);
    const [url] = await mailedLinks(email, 1);
    const browser = createBrowser();
    const page = await browser.get(url!);
    expect([page.status, page.headers["cache-control"], page.headers["referrer-policy"]]).toEqual([
      200,
      "no-store",
      "same-origin",
    ]);
    expect(page.text).not.toContain("usher_pwl_");
    const { fields } = page.forms[0]!;
    expect(fields["login"]).toBe(email);
    const weak = await browser.submitForm(0, { password: "short" });
    expect(weak.status).toBe(400);
    expect(weak.visibleText).toContain("The new password must be at least 12 characters long.");
    expect((await browser.submitForm(0, { password: NEW }, { follow: false })).status).toBe(303);
    expect(await whoIsSignedIn(browser, usher)).toBe(email);

    const again = await createBrowser().get(url!);
    expect(again.status).toBe(410);
    const [over] = await tenant.attempts();
    expect(over).toMatchObject({ outcome: "PASSWORD_LINK_OVER", userId });
    expect(again.visibleText).toContain(over!.reference);
    const stolen = createBrowser();
    expect(
      (await stolen.post(url!, { ...fields, password: "violet otter on a tricycle" }, { from: url! })).status,
    ).toBe(410);
    expect(await whoIsSignedIn(stolen, usher)).toBeNull();
    const actions = (await auditOf(tenant, userId)).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(["user.password_link_sent", "user.password_set", "user.signed_in"]));
    for (let turn = 0; turn < WRONG_PASSWORDS_TO_LOCK; turn += 1) await signIn(createBrowser(), tenant, email, "wrong");
    // The mails of one moment have no order.
    passMinutes(1);
    await setPassword(tenant, userId, null);
    const second = createBrowser();
    await second.get((await mailedLinks(email, 2))[1]!);
    await second.submitForm(0, { password: "violet otter on a tricycle" });
    expect(await whoIsSignedIn(second, usher)).toBe(email);
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    const { user } = await tenant.ask(`query ($id: ID!) { user(id: $id) { lockedUntil } }`, { id: userId });
    expect(user.lockedUntil).toBeNull();
  });

  it("and a waiting sign-in open no session once the account is merged", async () => {
    await merged.updateConnection({ policies: { accountLinking: "MERGE_BY_EMAIL", requireVerifiedEmail: true } });
    await merged.updateOrganization({ policies: { passwordForSsoUsers: "DENY" } });
    const { email, userId } = await makeAccount(merged, null);
    await setPassword(merged, userId, null);
    // The person proves the address, so merging keeps the password.
    const proving = createBrowser();
    const [first] = await mailedLinks(email, 1);
    await proving.get(first!);
    await proving.submitForm(0, { password: PASSWORD });
    await merged.updateOrganization({ policies: { passwordRules: { maximumAgeDays: 30 } } });
    passMinutes(30 * 24 * 60);
    const held = createBrowser();
    await signIn(held, merged, email, PASSWORD);
    await held.get(`${usher.url}/o/${merged.slug}/password/new`);
    await setPassword(merged, userId, null);
    const link = (await mailedLinks(email, 2)).find((url) => url !== first);
    await merged.signIn(createBrowser(), makePerson(`merging-${(people += 1)}`, { email }));
    const linked = createBrowser();
    await linked.get(link!);
    expect((await linked.submitForm(0, { password: NEW })).status).toBe(410);
    expect((await held.submitForm(0, { password: NEW })).status).toBe(403);
    for (const browser of [linked, held]) expect(await whoIsSignedIn(browser, usher)).toBeNull();
    await merged.updateOrganization({ policies: { passwordRules: null } });
  });

  it("is not sent to an address that a directory gave the account, because it would open an administrator to the token", async () => {
    await tenant.updateOrganization({ policies: { passwordForSsoUsers: "ALLOW" } });
    const scim = await createScimClient(usher, tenant.organizationId);
    const made = await scim.makeUser();
    const { id } = (await tenant.users()).find(({ email }) => email === made.userName)!;
    await setPassword(tenant, id, PASSWORD);
    const evil = `evil-${(people += 1)}@attacker.test`;
    await scim.patch(`/Users/${made.id}`, { op: "replace", path: 'emails[type eq "work"].value', value: evil });
    expect((await tenant.users()).find((user) => user.id === id)?.email).toBe(evil);
    const browser = createBrowser();
    const ask = async () => {
      await browser.get(`${usher.url}/o/${tenant.slug}/forgot`);
      await browser.submitForm(0, { login: evil });
      return (await auditOf(tenant, id)).filter(({ action }) => action === "user.password_link_sent").length;
    };
    expect(await ask()).toBe(0);
    // The administrator vouches for the address, and the person proves it.
    await setPassword(tenant, id, null);
    await browser.get((await mailedLinks(evil, 1))[0]!);
    await browser.submitForm(0, { password: NEW });
    expect(await whoIsSignedIn(browser, usher)).toBe(evil);
    passMinutes(6);
    expect(await ask()).toBe(2);
    await tenant.updateOrganization({ policies: { passwordForSsoUsers: "BREAK_GLASS_ONLY" } });
  });

  it("is used once when it is posted several times at once", async () => {
    const { email, userId } = await makeAccount(tenant, null);
    await setPassword(tenant, userId, null);
    const [url] = await mailedLinks(email, 1);
    const browser = createBrowser();
    const { fields } = (await browser.get(url!)).forms[0]!;
    const pages = await Promise.all(
      Array.from({ length: 6 }, () => browser.post(url!, { ...fields, password: NEW }, { follow: false })),
    );
    expect(pages.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 410, 410, 410, 410, 410]);
    expect((await auditOf(tenant, userId)).filter(({ action }) => action === "user.password_set")).toHaveLength(1);
  });

  it.each([
    ["an administrator sets a password", (userId: string) => setPassword(tenant, userId, PASSWORD)],
    ["an administrator removes the password", (userId: string) => removePassword(userId)],
    ["the account is disabled", (userId: string) => byId("disableUser", userId)],
    // The mailbox of the earlier address may be somebody else's, and the link would prove the new address.
    ["the account gets another address", (userId: string) => changeAddress(userId)],
    ["a day has passed", async () => void passMinutes(24 * 60)],
  ])("ends when %s", async (_when, change) => {
    const { email, userId } = await makeAccount();
    await setPassword(tenant, userId, null);
    const [url] = await mailedLinks(email, 1);
    await change(userId);
    expect((await createBrowser().get(url!)).status).toBe(410);
  });

  it("is sent to people who ask for it and have a password, with the same page for everybody, and once in a while", async () => {
    const ask = async (login: string) => {
      const browser = createBrowser();
      await browser.get(`${usher.url}/o/${tenant.slug}/forgot`);
      const page = await browser.submitForm(0, { login });
      return [page.status, page.text] as const;
    };
    const { email, userId } = await makeAccount();
    const without = await makeAccount(tenant, null);
    const elsewhere = await foreignLogin();
    const sso = await ssoLogin();
    const first = await ask(email);
    expect(first[0]).toBe(200);
    for (const login of [email, without.email, elsewhere, sso, "nobody@acme.test", "nobody"])
      expect(await ask(login)).toEqual(first);
    const sent = (login: string) =>
      auditOf(tenant, login).then((all) => all.filter(({ action }) => action === "user.password_link_sent"));
    expect(await sent(userId)).toMatchObject([{ after: { by: "PERSON" } }]);
    expect(await sent(without.userId)).toEqual([]);
    passMinutes(6);
    await ask(email);
    const links = await mailedLinks(email, 2);
    // A stranger who asks again does not make the earlier link useless.
    for (const url of links) expect((await createBrowser().get(url)).status).toBe(200);
    const browser = createBrowser();
    await browser.get(links[0]!);
    await browser.submitForm(0, { password: NEW });
    expect(await whoIsSignedIn(browser, usher)).toBe(email);
    expect((await createBrowser().get(links[1]!)).status).toBe(410);
  });
});

const changeAddress = (id: string) =>
  tenant.ask(`mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }`, {
    input: { id, email: `moved-${(people += 1)}@acme.test` },
  });
const removePassword = (userId: string) => byId("removePassword", userId);
const byId = (mutation: string, id: string, of = tenant) =>
  of.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { user { id } } }`, { id });

describe("a password", () => {
  it("ends the person's sessions when it is set or removed, but not the session of a person who sets their own", async () => {
    const { email, userId } = await makeAccount();
    const browser = createBrowser();
    await signIn(browser, tenant, email, PASSWORD);
    await setPassword(tenant, userId, PASSWORD);
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    await signIn(browser, tenant, email, PASSWORD);
    await removePassword(userId);
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    await signIn(browser, tenant, email, PASSWORD);
    expect((await tenant.attempts())[0]!.outcome).toBe("PASSWORD_NOT_SET");

    const administrator = await makeAccount(tenant, PASSWORD, { roleKeys: ["ADMIN"] });
    const [here, elsewhere] = [createBrowser(), createBrowser()];
    for (const each of [here, elsewhere]) await signIn(each, tenant, administrator.email, PASSWORD);
    const input = { userId: administrator.userId, password: "quiet walrus beside the tram" };
    await here.send("POST", `${usher.url}/graphql`, {
      type: "application/json",
      text: JSON.stringify({ query: SET, variables: { input } }),
    });
    expect([await whoIsSignedIn(here, usher), await whoIsSignedIn(elsewhere, usher)]).toEqual([
      administrator.email,
      null,
    ]);
  });

  it("is hashed anew at the sign-in when the parameters have risen", async () => {
    earlier = { memoryCost: 8_192, timeCost: 1 };
    const { email } = await makeAccount();
    earlier = null;
    expect((await signIn(createBrowser(), tenant, email, PASSWORD)).status).toBe(303);
    verified.splice(0);
    expect((await signIn(createBrowser(), tenant, email, PASSWORD)).status).toBe(303);
    expect(verified.map((hash) => argon2.parseOptions(hash))).toEqual([argon2.parseOptions(CURRENT)]);
  });

  it.each([
    ["too short", "violet otte", "at least 12 characters long"],
    ["too short in characters, not in bytes", "🦦".repeat(11), "at least 12 characters long"],
    ["too long", "x".repeat(257), "at most 256 characters long"],
    ["half a character", `violet otter ${"\ud83e"}`, "half a character"],
    ["the person's address", "LO.CAL@acme.test-1", "must not be made of"],
    ["common", "1q2w3e4r5t6Y", "that many people choose"],
    ["a common word with digits around it", "2026Password!!", "that many people choose"],
    ["a repetition of a common one", "dragondragondr", "that many people choose"],
    ["made of few characters", "121212121212", "that many people choose"],
    ["the organization's name", "Acme-acme-acme-1", "must not be made of"],
  ])("is refused if it is %s", async (_what, password, message) => {
    const { userId } = await makeAccount(tenant, null);
    const { errors } = await usher.graphql(SET, { input: { userId, password } }, tenant.key);
    expect(errors?.[0]?.extensions.code).toBe("INVALID_INPUT");
    expect(errors?.[0]?.message).toContain(message);
    expect(JSON.stringify(errors)).not.toContain(password);
  });

  it.each([
    ["of twelve characters that take more bytes", "🦦🐙🦑🦀🐡🐠🐟🐬🐳🐋🦈🐊"],
    ["almost 256 characters long", "violet otter ".repeat(19)],
    ["a sentence with the person's name", "Lo Cal walks to the tram"],
  ])("may be %s", async (_what, password) => {
    const { email } = await makeAccount(tenant, password);
    expect((await signIn(createBrowser(), tenant, email, password)).status).toBe(303);
  });

  it("must be replaced at the sign-in when it has reached its age, before there is a session", async () => {
    const { email, userId } = await makeAccount();
    await tenant.updateOrganization({ policies: { passwordRules: { maximumAgeDays: 30 } } });
    passMinutes(30 * 24 * 60);
    const browser = createBrowser();
    const returnTo = "https://app.example/app/courses";
    const held = await signIn(browser, tenant, email, PASSWORD, `?${new URLSearchParams({ returnTo })}`);
    expect([held.status, held.headers.location]).toEqual([303, `/o/${tenant.slug}/password/new`]);
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    const url = `${usher.url}${held.headers.location}`;
    expect((await browser.get(url)).visibleText).toContain("has reached the age");
    // Another browser, and another organization's page, do not have the waiting sign-in.
    expect((await createBrowser().get(url)).url).toBe(pageOf(tenant));
    expect((await browser.get(url.replace(tenant.slug, other.slug))).url).toBe(pageOf(other));
    await browser.get(url);
    const same = await browser.submitForm(0, { password: PASSWORD });
    expect(same.visibleText).toContain("must be different from the present one");
    const done = await browser.submitForm(0, { password: "quiet walrus beside the tram" }, { follow: false });
    expect([done.status, done.headers.location]).toEqual([303, returnTo]);
    expect(await whoIsSignedIn(browser, usher)).toBe(email);
    const [attempt] = await tenant.attempts();
    expect(attempt).toMatchObject({ outcome: "SUCCEEDED", userId, email });

    // A change of the account ends a waiting sign-in.
    passMinutes(30 * 24 * 60);
    const late = createBrowser();
    await signIn(late, tenant, email, "quiet walrus beside the tram");
    await late.get(url);
    await byId("disableUser", userId);
    await byId("enableUser", userId);
    expect((await late.submitForm(0, { password: "violet otter on a tricycle" })).url).toBe(pageOf(tenant));
    await tenant.updateOrganization({ policies: { passwordRules: null } });
  });
});

describe("a form", () => {
  it("works only in the browser that opened the page, and only from a page of Usher", async () => {
    const { email } = await makeAccount();
    const url = pageOf(tenant);
    const attacker = createBrowser();
    const { fields } = (await attacker.get(url)).forms[0]!;
    const form = { ...fields, login: email, password: PASSWORD };
    const before = (await tenant.attempts()).length;
    const victim = createBrowser();
    // Login CSRF: the attacker's page, or the attacker's form, signs the victim in as the attacker.
    await victim.get(url);
    const tries = [
      () => victim.post(url, form, { from: url, follow: false }),
      () => victim.post(url, form, { from: "https://evil.example/", follow: false }),
      () => victim.post(url, { ...form, form_token: "" }, { from: url, follow: false }),
      () => createBrowser().post(url, form, { from: url, follow: false }),
      () => attacker.post(url, form, { from: "https://evil.example/", follow: false }),
      // A page of the same site could have planted the cookie, and know the form that belongs to it.
      () => attacker.post(url, form, { from: "http://localhost:1/", follow: false }),
    ];
    for (const attempt of tries) {
      const page = await attempt();
      expect(page.status).toBe(403);
      expect(page.visibleText).toContain("This form has expired, or another page sent it.");
    }
    expect(await whoIsSignedIn(victim, usher)).toBeNull();
    expect((await tenant.attempts()).length).toBe(before);
    // The honest form still works.
    expect((await attacker.post(url, form, { from: url, follow: false })).status).toBe(303);
  });

  it("opens a new session, never one that the browser brought", async () => {
    const { email } = await makeAccount();
    const browser = createBrowser();
    const sessionOf = () => browser.cookiesFor(usher.url).find(({ name }) => name === "usher-session")?.value;
    await signIn(browser, tenant, email, PASSWORD);
    const first = sessionOf()!;
    await browser.get(pageOf(tenant));
    await browser.submitForm(0, { login: email, password: PASSWORD });
    expect(sessionOf()).not.toBe(first);
    const held = await fetch(`${usher.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: `usher-session=${first}` },
      body: JSON.stringify({ query: "{ viewer { user { id } } }" }),
    });
    expect(await held.json()).toEqual({ data: { viewer: null } });
  });
});

describe("the page that asks for the organization", () => {
  const open = async (browser: Browser, query = "") => await browser.get(`${usher.url}/sign-in${query}`);
  const setSystem = (on: boolean) =>
    usher.ask(
      `mutation ($on: Boolean!) { updateInstallation(input: { ssoAllowed: $on }) { installation { ssoAllowed } } }`,
      {
        on,
      },
    );

  it("leads to the only provider or to the form, as the person chooses, and keeps returnTo", async () => {
    const browser = createBrowser();
    const returnTo = "https://app.example/app/courses";
    const query = new URLSearchParams({ returnTo });
    const press = async (pressed: string) => {
      const page = await open(browser, `?${query}`);
      expect(page.visibleText).toContain("Continue with SSO Continue with password");
      return await browser.submitForm(0, { organization: tenant.slug, with: pressed }, { follow: false });
    };
    expect((await press("sso")).headers.location).toBe(`${new URL(tenant.startUrl).pathname}?${query}`);
    expect((await press("password")).headers.location).toBe(`/o/${tenant.slug}/password?${query}`);
    const { email } = await makeAccount();
    await browser.get(`${usher.url}/o/${tenant.slug}/password?${query}`);
    const page = await browser.submitForm(0, { login: email, password: PASSWORD }, { follow: false });
    expect(page.headers.location).toBe(returnTo);
  });

  it("leads to the organization's page where no connection can be used, and to the form there", async () => {
    const browser = createBrowser();
    await other.updateOrganization({ policies: { ssoEnforcement: "OFF" } });
    await open(browser);
    const page = await browser.submitForm(0, { organization: other.slug, with: "sso" });
    expect(page.url).toBe(`${usher.url}/o/${other.slug}`);
    expect(page.visibleText).toContain("E-mail address Password Sign in");
    await other.updateOrganization({ policies: { ssoEnforcement: "OPTIONAL" } });
  });

  it("does not offer single sign-on where it is off for the system", async () => {
    await setSystem(false);
    const page = await open(createBrowser());
    await setSystem(true);
    expect(page.visibleText).toContain("Continue with password");
    expect(page.visibleText).not.toContain("Continue with SSO");
  });
});
