/** Second factors of people and operators after a password: apps, passkeys and recovery codes, in a browser without script. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { WRONG_PASSWORDS_TO_LOCK } from "../../src/people/credential/lock.changes.js";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { createPasskeyDevice, type PasskeyDevice } from "../support/passkey-device.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import {
  addApp as addAppOn,
  addAppAndGoOn,
  codeAt,
  formWith,
  passkeyOptionsOf,
  readAppSecret,
} from "../support/second-factor.js";
import { createTenant, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let now = new Date();
const passSeconds = (seconds: number) => (now = new Date(now.getTime() + seconds * 1000));
let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
let elsewhere: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({ clock: () => now });
  provider = await startHostileOpenIdProvider({ now: () => now });
  tenant = await createTenant(usher, provider, { organization: { supportContact: "the help desk" } });
  // Before the clock moves: a connection whose clock disagrees cannot be activated.
  elsewhere = await createTenant(usher, provider);
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const PASSWORD = "violet otter on a bicycle";
let people = 0;

interface Account {
  readonly userId: string;
  readonly email: string;
}

/** Makes an account with a password. */
async function makeAccount(further: Record<string, unknown> = {}): Promise<Account> {
  const email = `factor-${(people += 1)}@acme.test`;
  const { createUser } = await tenant.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    {
      input: {
        organizationId: tenant.organizationId,
        email,
        firstName: "Fa",
        lastName: "Ctor",
        authMethod: "PASSWORD",
        ...further,
      },
    },
  );
  const userId: string = createUser.user.id;
  await tenant.ask(`mutation ($input: SetPasswordInput!) { setPassword(input: $input) { user { id } } }`, {
    input: { userId, password: PASSWORD },
  });
  return { userId, email };
}

const setPolicy = (secondFactor: string) => tenant.updateOrganization({ policies: { secondFactor } });
const pathOf = (page: Page) => new URL(page.headers.location ?? page.url, usher.url).pathname;

/** Enters the password, and follows to the page that the sign-in waits on. */
async function enterPassword(browser: Browser, { email }: Account, query = ""): Promise<Page> {
  const page = await browser.get(`${usher.url}/o/${tenant.slug}/password${query}`);
  return await browser.submitForm(formWith(page, 'name="password"'), { login: email, password: PASSWORD });
}

const codeOf = (secret: string) => codeAt(secret, now);
const recoveryCodesOf = (page: Page) => page.text.match(/[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}/g) ?? [];

/** Adds an authenticator app in a new browser, and returns its secret and the recovery codes. */
async function addApp(
  account: Account,
): Promise<{ secret: string; recoveryCodes: readonly string[]; browser: Browser }> {
  const browser = createBrowser();
  const page = await enterPassword(browser, account, "?factors=1");
  const secret = readAppSecret(page);
  const added = await addAppOn(browser, page, now);
  expect(added.status).toBe(200);
  passSeconds(30);
  return { secret, recoveryCodes: recoveryCodesOf(added), browser };
}

/** Adds a passkey in a new browser. */
async function addPasskey(account: Account, device: PasskeyDevice): Promise<void> {
  const browser = createBrowser();
  const page = await enterPassword(browser, account, "?factors=1");
  const passkey = device.make(passkeyOptionsOf(page), new URL(usher.url).origin);
  const added = await browser.submitForm(formWith(page, 'value="passkey"'), { passkey });
  expect([added.status, added.text]).toEqual([200, expect.stringContaining("Remove Passkey")]);
}

const enterCode = async (browser: Browser, page: Page, code: string) =>
  await browser.submitForm(formWith(page, 'name="code"'), { code }, { follow: false });

const factorsOf = async ({ userId }: Account) =>
  (
    await tenant.ask(
      `query ($id: ID!) { user(id: $id) { recoveryCodesLeft secondFactors { id kind label createdAt lastUsedAt } } }`,
      { id: userId },
    )
  ).user;

describe("an authenticator app", () => {
  it("is asked for once it is added, and its code opens the session", async () => {
    const account = await makeAccount();
    const { secret, recoveryCodes, browser: first } = await addApp(account);
    expect(new Set(recoveryCodes).size).toBe(10);
    const finished = await first.submitForm(0, {}, { follow: false });
    expect([finished.status, await whoIsSignedIn(first, usher)]).toEqual([303, account.email]);
    expect(await factorsOf(account)).toMatchObject({
      recoveryCodesLeft: 10,
      secondFactors: [{ kind: "AUTHENTICATOR_APP", label: "Authenticator app" }],
    });

    const browser = createBrowser();
    const page = await enterPassword(browser, account);
    expect([page.status, new URL(page.url).pathname]).toEqual([200, `/o/${tenant.slug}/factor`]);
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    const entered = await enterCode(browser, page, codeOf(secret));
    expect([entered.status, await whoIsSignedIn(browser, usher)]).toEqual([303, account.email]);
    const event = (await tenant.events()).findLast(({ type }) => type === "user.signed_in");
    expect(event?.data.signIn).toMatchObject({ amr: ["pwd", "otp", "mfa"] });
  });

  it("accepts a code once", async () => {
    const account = await makeAccount();
    const { secret } = await addApp(account);
    const code = codeOf(secret);
    const browser = createBrowser();
    await enterCode(browser, await enterPassword(browser, account), code);
    const again = createBrowser();
    const refused = await enterCode(again, await enterPassword(again, account), code);
    expect([refused.status, await whoIsSignedIn(again, usher)]).toEqual([403, null]);
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "SECOND_FACTOR_WRONG", userId: account.userId });
  });

  it("locks the account after wrong codes, and a right password between them does not begin the count again", async () => {
    const account = await makeAccount();
    const { secret } = await addApp(account);
    const wrong = codeOf(secret) === "000000" ? "000001" : "000000";
    for (let tries = 0; tries < WRONG_PASSWORDS_TO_LOCK; tries += 1) {
      const browser = createBrowser();
      const refused = await enterCode(browser, await enterPassword(browser, account), wrong);
      expect(refused.status).toBe(403);
    }
    const browser = createBrowser();
    const page = await enterPassword(browser, account);
    expect(page.status).toBe(403);
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "PASSWORD_LOCKED" });
    const locks = (await tenant.events()).filter(({ type }) => type === "user.locked");
    expect(locks.filter(({ subject }) => subject.subjectId === account.userId)).toHaveLength(1);
  });
});

describe("a recovery code", () => {
  it("opens a session once, in any spelling", async () => {
    const account = await makeAccount();
    const { recoveryCodes } = await addApp(account);
    const code = recoveryCodes[3]!;
    const browser = createBrowser();
    await enterCode(browser, await enterPassword(browser, account), ` ${code.toLowerCase().replaceAll("-", " ")} `);
    expect(await whoIsSignedIn(browser, usher)).toBe(account.email);
    expect(await factorsOf(account)).toMatchObject({ recoveryCodesLeft: 9 });
    const again = createBrowser();
    expect((await enterCode(again, await enterPassword(again, account), code)).status).toBe(403);
  });

  it("of somebody else opens nothing", async () => {
    const account = await makeAccount();
    await addApp(account);
    const { recoveryCodes } = await addApp(await makeAccount());
    const browser = createBrowser();
    const refused = await enterCode(browser, await enterPassword(browser, account), recoveryCodes[0]!);
    expect([refused.status, await whoIsSignedIn(browser, usher)]).toEqual([403, null]);
  });
});

describe("a passkey", () => {
  const origin = () => new URL(usher.url).origin;

  /** Enters the password in a new browser, and shows the passkey. */
  async function show(
    account: Account,
    respond: (options: string) => string,
  ): Promise<{ page: Page; browser: Browser }> {
    const browser = createBrowser();
    const waiting = await enterPassword(browser, account);
    const passkey = respond(passkeyOptionsOf(waiting));
    const page = await browser.submitForm(formWith(waiting, 'name="passkey"'), { passkey }, { follow: false });
    return { page, browser };
  }

  it("opens the session", async () => {
    const account = await makeAccount();
    const device = createPasskeyDevice();
    await addPasskey(account, device);
    const { page, browser } = await show(account, (options) => device.use(options, origin()));
    expect([page.status, await whoIsSignedIn(browser, usher)]).toEqual([303, account.email]);
    const event = (await tenant.events()).findLast(({ type }) => type === "user.signed_in");
    expect(event?.data.signIn).toMatchObject({ amr: ["pwd", "pop", "mfa"] });
  });

  it("whose counter does not rise is a copy, and is refused", async () => {
    const account = await makeAccount();
    const device = createPasskeyDevice();
    await addPasskey(account, device);
    expect((await show(account, (options) => device.use(options, origin(), 5))).page.status).toBe(303);
    const { page, browser } = await show(account, (options) => device.use(options, origin(), 5));
    expect([page.status, await whoIsSignedIn(browser, usher)]).toEqual([403, null]);
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "SECOND_FACTOR_CLONED" });
    expect((await show(account, (options) => device.use(options, origin(), 6))).page.status).toBe(303);
  });

  it.each<[string, (device: PasskeyDevice, options: string, earlier: string) => string]>([
    ["of another origin", (device, options) => device.use(options, "https://evil.example")],
    ["of another sign-in", (device, _options, earlier) => device.use(earlier, origin())],
    ["of another device", (_device, options) => createPasskeyDevice().use(options, origin())],
    [
      "of another site",
      (device, options) => device.use(JSON.stringify({ ...JSON.parse(options), rpId: "evil.example" }), origin()),
    ],
    ["that is no JSON", () => "{"],
    ["that is a list", () => "[]"],
    ["of 30,000 characters", () => `"${"x".repeat(30_000)}"`],
  ])("refuses a response %s", async (_name, respond) => {
    const account = await makeAccount();
    const device = createPasskeyDevice();
    await addPasskey(account, device);
    const other = await enterPassword(createBrowser(), account);
    const { page, browser } = await show(account, (options) => respond(device, options, passkeyOptionsOf(other)));
    expect([page.status, await whoIsSignedIn(browser, usher)]).toEqual([403, null]);
  });

  it("is not added from another origin, and not to a second account", async () => {
    const account = await makeAccount();
    const device = createPasskeyDevice();
    await addPasskey(account, device);
    for (const [at, made] of [
      ["https://evil.example", createPasskeyDevice()],
      [origin(), device],
    ] as const) {
      const browser = createBrowser();
      const second = await makeAccount();
      const page = await enterPassword(browser, second, "?factors=1");
      const refused = await browser.submitForm(formWith(page, 'value="passkey"'), {
        passkey: made.make(passkeyOptionsOf(page), at),
      });
      expect([refused.status, (await factorsOf(second)).secondFactors]).toEqual([400, []]);
    }
  });
});

describe("a passkey alone", () => {
  const origin = () => new URL(usher.url).origin;
  const setPasskeySignIn = (passkeySignIn: boolean) => tenant.updateOrganization({ policies: { passkeySignIn } });

  /** An account with a passkey. */
  async function makeHolder(): Promise<{ account: Account; device: PasskeyDevice }> {
    const account = await makeAccount();
    const device = createPasskeyDevice();
    await addPasskey(account, device);
    return { account, device };
  }

  const open = async (browser: Browser) => await browser.get(`${usher.url}/o/${tenant.slug}/password`);
  const post = async (browser: Browser, page: Page, passkey: string, further: Record<string, string> = {}) =>
    await browser.submitForm(formWith(page, 'name="issuedAt"'), { passkey, ...further }, { follow: false });

  beforeAll(async () => {
    await setPasskeySignIn(true);
  });
  afterAll(async () => {
    await setPasskeySignIn(false);
  });

  it("opens the session without an address and a password, once for each page", async () => {
    const { account, device } = await makeHolder();
    const browser = createBrowser();
    const page = await open(browser);
    const shown = device.use(passkeyOptionsOf(page), origin());
    expect((await post(browser, page, shown)).status).toBe(303);
    expect(await whoIsSignedIn(browser, usher)).toBe(account.email);
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "SUCCEEDED", steps: [{ step: "PASSKEY" }] });
    const issuedAt = /name="issuedAt" value="(\d+)"/.exec(page.text)![1]!;
    expect((await post(browser, await open(browser), shown, { issuedAt })).status).toBe(403);
  });

  it.each<[string, (device: PasskeyDevice, page: Page) => [string, Record<string, string>?]]>([
    [
      "that did not verify the person",
      (device, page) => [device.use(passkeyOptionsOf(page), origin(), 0, { verifies: false })],
    ],
    ["of another origin", (device, page) => [device.use(passkeyOptionsOf(page), "https://evil.example")]],
    ["that nobody added", (_device, page) => [createPasskeyDevice().use(passkeyOptionsOf(page), origin())]],
    [
      "for another time than the page's",
      (device, page) => [device.use(passkeyOptionsOf(page), origin()), { issuedAt: String(now.getTime() - 1) }],
    ],
    [
      "for a time to come",
      (device, page) => {
        const issuedAt = String(now.getTime() + 1000);
        const formToken = /name="form_token" value="([^"]+)"/.exec(page.text)![1]!;
        const challenge = createHash("sha256")
          .update(`usher passkey alone ${formToken} ${issuedAt}`)
          .digest("base64url");
        return [
          device.use(JSON.stringify({ ...JSON.parse(passkeyOptionsOf(page)), challenge }), origin()),
          { issuedAt },
        ];
      },
    ],
    ["without a response", () => [""]],
  ])("refuses a device %s", async (_name, respond) => {
    const { device } = await makeHolder();
    const browser = createBrowser();
    const page = await open(browser);
    const [passkey, further] = respond(device, page);
    expect([(await post(browser, page, passkey, further)).status, await whoIsSignedIn(browser, usher)]).toEqual([
      403,
      null,
    ]);
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "PASSKEY_NOT_ACCEPTED" });
  });

  it("is refused for a page that is older than five minutes, in another browser and at another organization", async () => {
    const { device } = await makeHolder();
    const late = createBrowser();
    const page = await open(late);
    const shown = device.use(passkeyOptionsOf(page), origin());
    const other = createBrowser();
    expect((await post(other, await open(other), shown)).status).toBe(403);
    await elsewhere.updateOrganization({ policies: { passkeySignIn: true } });
    const foreign = createBrowser();
    const foreignPage = await foreign.get(`${usher.url}/o/${elsewhere.slug}/password`);
    expect((await post(foreign, foreignPage, device.use(passkeyOptionsOf(foreignPage), origin()))).status).toBe(403);
    passSeconds(5 * 60 + 1);
    expect((await post(late, page, shown)).status).toBe(403);
  });

  it("opens nothing once the policy is off, the password is removed, or the factors are reset", async () => {
    const { account, device } = await makeHolder();
    const attempt = async () => {
      const browser = createBrowser();
      const page = await open(browser);
      const shown = device.use(passkeyOptionsOf(page), origin());
      return async () => (await post(browser, page, shown)).status;
    };
    const begun = await attempt();
    await setPasskeySignIn(false);
    const whileOff = await begun();
    await setPasskeySignIn(true);
    const again = await attempt();
    await tenant.ask(`mutation ($id: ID!) { removePassword(id: $id) { user { id } } }`, { id: account.userId });
    expect([whileOff, await again()]).toEqual([403, 403]);
  });
});

describe("the policy secondFactor", () => {
  it("REQUIRED lets nobody in before they have added a factor", async () => {
    const account = await makeAccount();
    await setPolicy("REQUIRED");
    try {
      const browser = createBrowser();
      const page = await enterPassword(browser, account);
      expect(new URL(page.url).pathname).toBe(`/o/${tenant.slug}/factors`);
      expect(page.text).not.toContain('value="finish"');
      // A forged post of the button that the page does not have.
      const forged = await browser.submitForm(formWith(page, 'value="app"'), { action: "finish", code: "000000" });
      expect([pathOf(forged), await whoIsSignedIn(browser, usher)]).toEqual([`/o/${tenant.slug}/factors`, null]);
      const secret = readAppSecret(forged);
      const added = await browser.submitForm(formWith(forged, 'value="app"'), { code: codeOf(secret) });
      const removed = await browser.submitForm(formWith(added, 'value="remove"'), {});
      expect([removed.status, removed.text]).toEqual([400, expect.stringContaining("You need a second factor.")]);
      await browser.submitForm(formWith(removed, 'value="finish"'), {}, { follow: false });
      expect(await whoIsSignedIn(browser, usher)).toBe(account.email);
    } finally {
      await setPolicy("OPTIONAL");
    }
  });

  it("OFF asks for no factor, and keeps those that people have", async () => {
    const account = await makeAccount();
    await addApp(account);
    await setPolicy("OFF");
    const browser = createBrowser();
    await enterPassword(browser, account);
    const seen = await whoIsSignedIn(browser, usher);
    await setPolicy("OPTIONAL");
    expect([seen, (await factorsOf(account)).secondFactors.length]).toEqual([account.email, 1]);
  });
});

describe("the page of a person's factors", () => {
  it("needs the account's own factor first, not the password alone", async () => {
    const account = await makeAccount();
    const { secret } = await addApp(account);
    const browser = createBrowser();
    const page = await enterPassword(browser, account, "?factors=1");
    expect(new URL(page.url).pathname).toBe(`/o/${tenant.slug}/factor`);
    const skipped = await browser.get(`${usher.url}/o/${tenant.slug}/factors`);
    expect(new URL(skipped.url).pathname).toBe(`/o/${tenant.slug}/password`);
    const again = await enterPassword(browser, account, "?factors=1");
    const shown = await browser.submitForm(formWith(again, 'name="code"'), { code: codeOf(secret) });
    expect(shown.text).toContain("Remove Authenticator app");
    const codes = await browser.submitForm(formWith(shown, 'value="codes"'), {});
    expect(recoveryCodesOf(codes)).toHaveLength(10);
    await browser.submitForm(formWith(codes, 'value="remove"'), {});
    expect(await factorsOf(account)).toEqual({ recoveryCodesLeft: 0, secondFactors: [] });
  });

  it("does nothing for a sign-in that began before the account had a factor", async () => {
    const account = await makeAccount();
    const early = createBrowser();
    const page = await enterPassword(early, account, "?factors=1");
    await addApp(account);
    const secret = readAppSecret(page);
    const late = await early.submitForm(formWith(page, 'value="app"'), { code: codeOf(secret) });
    expect(new URL(late.url).pathname).toBe(`/o/${tenant.slug}/password`);
    expect((await factorsOf(account)).secondFactors).toHaveLength(1);
  });

  it("is empty for a post without the form's token", async () => {
    const account = await makeAccount();
    const browser = createBrowser();
    const page = await enterPassword(browser, account, "?factors=1");
    const refused = await browser.submitForm(formWith(page, 'value="app"'), {
      form_token: "x",
      code: codeOf(readAppSecret(page)),
    });
    expect([refused.status, (await factorsOf(account)).secondFactors]).toEqual([403, []]);
  });
});

describe("resetSecondFactors", () => {
  it("removes factors and codes, and ends the sessions of the person", async () => {
    const account = await makeAccount();
    const { secret } = await addApp(account);
    const browser = createBrowser();
    await enterCode(browser, await enterPassword(browser, account), codeOf(secret));
    const waiting = createBrowser();
    const held = await enterPassword(waiting, account);
    await tenant.ask(`mutation ($id: ID!) { resetSecondFactors(id: $id) { user { secondFactors { id } } } }`, {
      id: account.userId,
    });
    expect([await whoIsSignedIn(browser, usher), await factorsOf(account)]).toEqual([
      null,
      { recoveryCodesLeft: 0, secondFactors: [] },
    ]);
    const late = await waiting.submitForm(formWith(held, 'name="code"'), { code: codeOf(secret) });
    expect(new URL(late.url).pathname).toBe(`/o/${tenant.slug}/password`);
    const after = createBrowser();
    await enterPassword(after, account);
    expect(await whoIsSignedIn(after, usher)).toBe(account.email);
  });

  it("is refused for an account with more permissions than the caller has", async () => {
    const account = await makeAccount({ roleKeys: ["ADMIN"] });
    await addApp(account);
    const { createApiKey } = await tenant.ask(
      `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`,
      { input: { organizationId: tenant.organizationId, name: "people", scopes: ["USERS_WRITE", "USERS_READ"] } },
    );
    const RESET = `mutation ($id: ID!) { resetSecondFactors(id: $id) { user { id } } }`;
    const { errors } = await usher.graphql(RESET, { id: account.userId }, createApiKey.key);
    expect(errors?.map(({ extensions: { code } }) => code)).toEqual(["FORBIDDEN"]);
    expect((await factorsOf(account)).secondFactors).toHaveLength(1);
  });
});

describe("an operator", () => {
  interface OperatorAccount {
    readonly id: string;
    readonly email: string;
    readonly url: string;
  }
  const INVITE = `mutation ($input: InviteOperatorInput!) { inviteOperator(input: $input) { operator { id } url } }`;

  async function invite(email: string, resetSecondFactors = false): Promise<OperatorAccount> {
    const input = { email, fullName: "Op Erator", resetSecondFactors };
    const { inviteOperator } = await usher.ask(INVITE, { input });
    return { id: inviteOperator.operator.id, email, url: inviteOperator.url };
  }

  /** Uses a link in a new browser, up to the page that waits for a factor. */
  async function openLink({ url }: OperatorAccount): Promise<{ browser: Browser; page: Page }> {
    const browser = createBrowser();
    await browser.get(url);
    return { browser, page: await browser.submitForm(0, { password: PASSWORD }) };
  }

  async function enter(browser: Browser, { email }: OperatorAccount, query = ""): Promise<Page> {
    await browser.get(`${usher.url}/operator${query}`);
    return await browser.submitForm(0, { login: email, password: PASSWORD });
  }

  /** Makes an operator with an authenticator app. */
  async function makeOperator(): Promise<OperatorAccount & { secret: string; recoveryCodes: readonly string[] }> {
    const operator = await invite(`operator-${(people += 1)}@usher.test`);
    const { browser, page } = await openLink(operator);
    const secret = readAppSecret(page);
    const added = await addAppOn(browser, page, now);
    await browser.submitForm(formWith(added, 'value="finish"'), {});
    passSeconds(30);
    return { ...operator, secret, recoveryCodes: recoveryCodesOf(added) };
  }

  async function isSignedIn(browser: Browser): Promise<boolean> {
    const body = { type: "application/json", text: JSON.stringify({ query: "{ operators { nodes { id } } }" }) };
    const page = await browser.send("POST", `${usher.url}/graphql`, body);
    return JSON.parse(page.text).errors === undefined;
  }

  const auditOf = async ({ id }: OperatorAccount): Promise<readonly { action: string; after: unknown }[]> => {
    const { auditLog } = await usher.ask(
      `query ($filter: AuditLogFilter) { auditLog(filter: $filter, first: 100) { nodes { action after } } }`,
      { filter: { subjectId: id } },
    );
    return auditLog.nodes;
  };

  it("adds a factor before the first session, and shows it at each sign-in", async () => {
    const operator = await invite(`operator-${(people += 1)}@usher.test`);
    const { browser, page } = await openLink(operator);
    expect([pathOf(page), page.text.includes('value="finish"'), await isSignedIn(browser)]).toEqual([
      "/operator/factors",
      false,
      false,
    ]);
    // A forged post of the button that the page does not have.
    const forged = await browser.submitForm(formWith(page, 'value="app"'), { action: "finish", code: "000000" });
    expect([pathOf(forged), await isSignedIn(browser)]).toEqual(["/operator/factors", false]);
    const secret = readAppSecret(forged);
    await addAppAndGoOn(browser, forged, now);
    expect(await isSignedIn(browser)).toBe(true);

    passSeconds(30);
    const second = createBrowser();
    const asked = await enter(second, operator);
    expect([pathOf(asked), await isSignedIn(second)]).toEqual(["/operator/factor", false]);
    const code = codeOf(secret);
    await enterCode(second, asked, code);
    expect(await isSignedIn(second)).toBe(true);
    const third = createBrowser();
    expect((await enterCode(third, await enter(third, operator), code)).status).toBe(403);
    expect(await isSignedIn(third)).toBe(false);
  });

  it("is locked after wrong codes, and a right password between them does not begin the count again", async () => {
    const operator = await makeOperator();
    const wrong = codeOf(operator.secret) === "000000" ? "000001" : "000000";
    const early = createBrowser();
    const waiting = await enter(early, operator);
    for (let tries = 0; tries < WRONG_PASSWORDS_TO_LOCK; tries += 1) {
      const browser = createBrowser();
      expect((await enterCode(browser, await enter(browser, operator), wrong)).status).toBe(403);
    }
    expect((await enter(createBrowser(), operator)).status).toBe(403);
    const late = await enterCode(early, waiting, codeOf(operator.secret));
    expect([pathOf(late), await isSignedIn(early)]).toEqual(["/operator", false]);
    const reasons = (await auditOf(operator)).filter(({ action }) => action === "operator.sign_in_refused");
    expect(JSON.stringify(reasons)).toContain("FACTOR_WRONG_AND_LOCKED");
  });

  it("uses a recovery code once, and not that of another operator", async () => {
    const operator = await makeOperator();
    const other = await makeOperator();
    for (const [code, opens] of [
      [other.recoveryCodes[0]!, false],
      [operator.recoveryCodes[0]!, true],
      [operator.recoveryCodes[0]!, false],
    ] as const) {
      const browser = createBrowser();
      await enterCode(browser, await enter(browser, operator), code);
      expect(await isSignedIn(browser)).toBe(opens);
    }
    expect((await auditOf(operator)).map(({ action }) => action)).toContain("operator.recovery_code_used");
  });

  it("shows the factor after a new link, which does not remove it", async () => {
    const operator = await makeOperator();
    const { browser, page } = await openLink(await invite(operator.email));
    expect([pathOf(page), await isSignedIn(browser)]).toEqual(["/operator/factor", false]);
    const skipped = await browser.get(`${usher.url}/operator/factors`);
    expect(pathOf(skipped)).toBe("/operator");
    const again = await enter(browser, operator);
    await enterCode(browser, again, codeOf(operator.secret));
    expect(await isSignedIn(browser)).toBe(true);
  });

  it("loses the factors with a link that resets them, when it is used and not before", async () => {
    const operator = await makeOperator();
    const link = await invite(operator.email, true);
    expect(pathOf(await enter(createBrowser(), operator))).toBe("/operator/factor");
    const { page } = await openLink(link);
    expect(pathOf(page)).toBe("/operator/factors");
    expect(page.text).toContain("Operators need a second factor");
    expect((await auditOf(operator)).map(({ action }) => action)).toContain("operator.second_factors_reset");
    const browser = createBrowser();
    const old = await enter(browser, operator);
    expect(pathOf(old)).toBe("/operator/factors");
  });

  it("cannot remove the last factor, and changes factors after showing one", async () => {
    const operator = await makeOperator();
    const browser = createBrowser();
    const asked = await enter(browser, operator, "?factors=1");
    expect(pathOf(asked)).toBe("/operator/factor");
    const page = await browser.submitForm(formWith(asked, 'name="code"'), { code: codeOf(operator.secret) });
    expect(pathOf(page)).toBe("/operator/factors");
    const removed = await browser.submitForm(formWith(page, 'value="remove"'), {});
    expect([removed.status, removed.text]).toEqual([400, expect.stringContaining("You need a second factor.")]);
    const codes = await browser.submitForm(formWith(removed, 'value="codes"'), {});
    expect(recoveryCodesOf(codes)).toHaveLength(10);
    await browser.submitForm(formWith(codes, 'value="finish"'), {});
    expect(await isSignedIn(browser)).toBe(true);
  });

  it("cannot add a factor in a sign-in that began before there was one", async () => {
    const operator = await invite(`operator-${(people += 1)}@usher.test`);
    const { browser: early, page } = await openLink(operator);
    const browser = createBrowser();
    await addAppAndGoOn(browser, await enter(browser, operator), now);
    const late = await addAppOn(early, page, now);
    expect([pathOf(late), await isSignedIn(early)]).toEqual(["/operator", false]);
  });

  it("and a person of an organization cannot go on with each other's sign-in", async () => {
    const operator = await makeOperator();
    const account = await makeAccount();
    const { secret } = await addApp(account);
    const [asOperator, asPerson] = [createBrowser(), createBrowser()];
    const waiting = await enter(asOperator, operator);
    const person = await enterPassword(asPerson, account);
    expect(pathOf(await asOperator.get(`${usher.url}/o/${tenant.slug}/factor`))).toBe(`/o/${tenant.slug}/password`);
    expect(pathOf(await asPerson.get(`${usher.url}/operator/factor`))).toBe("/operator");
    // The form of one place, sent to the other.
    for (const [browser, page, path, code] of [
      [asOperator, waiting, `/o/${tenant.slug}/factor`, codeOf(operator.secret)],
      [asPerson, person, "/operator/factor", codeOf(secret)],
    ] as const) {
      const token = /name="form_token" value="([^"]+)"/.exec(page.text)![1]!;
      const text = new URLSearchParams({ form_token: token, code }).toString();
      await browser.send("POST", `${usher.url}${path}`, { type: "application/x-www-form-urlencoded", text });
      expect([await isSignedIn(browser), await whoIsSignedIn(browser, usher)]).toEqual([false, null]);
    }
  });
});
