/**
 * People who run the installation: the first one's link, signing in with a passkey, inviting and removing, without any operator key.
 * `second-factors.test.ts` has their other factors.
 */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import { migratedDatabaseUrl } from "../support/migrated-database.js";
import { executeOn } from "../support/execute-on.js";
import { createPasskeyDevice } from "../support/passkey-device.js";
import { addPasskeyAndGoOn, showPasskey } from "../support/second-factor.js";
import { startTestUsher, type Answer, type TestUsher } from "../support/usher.js";

const PASSWORD = "nine swans over the frozen lake";
const REFUSED = "The e-mail address or the password is not correct, or the account is locked for now";
const environment = { USHER_OPERATOR_KEY: "", USHER_RATE_LIMITS: "off" };
const OLGA = { email: "olga@usher.test", fullName: "Olga Operator", password: PASSWORD };
let database: Awaited<ReturnType<typeof migratedDatabaseUrl>>;
let usher: TestUsher;
let ahead = 0;
const clock = () => new Date(Date.now() + ahead * 1000);
const olga = createBrowser();
const devices = new Map([["olga@usher.test", createPasskeyDevice()]]);
beforeAll(async () => {
  database = await migratedDatabaseUrl();
  usher = await startTestUsher({ databaseUrl: database.url, environment, clock });
  await olga.get(usher.firstOperatorLink ?? "");
  await addPasskeyAndGoOn(olga, await olga.submitForm(0, OLGA), devices.get(OLGA.email)!);
});
afterAll(async () => {
  await usher.stop();
  await database.remove();
});

/** Sends a request with the browser's cookies. */
async function ask(browser: Browser, query: string, variables: object = {}): Promise<Answer> {
  const body = { type: "application/json", text: JSON.stringify({ query, variables }) };
  return JSON.parse((await browser.send("POST", `${usher.url}/graphql`, body)).text) as Answer;
}
const codesOf = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions.code as string);

async function signIn(browser: Browser, login: string, password = PASSWORD): Promise<Page> {
  await browser.get(`${usher.url}/operator`);
  const page = await browser.submitForm(0, { login, password });
  return page.text.includes('name="passkey"')
    ? await showPasskey(browser, page, devices.get(login.toLowerCase())!)
    : page;
}

const ORGANIZATIONS = "{ organizations(first: 1) { totalCount } }";
const OPERATORS = "{ operators { nodes { id email isActive } } }";
const INVITE = `mutation ($email: String!) { inviteOperator(input: { email: $email, fullName: "Another" }) { operator { id } url } }`;
const REMOVE = `mutation ($id: ID!) { removeOperator(id: $id) { operator { id } } }`;

async function invite(email: string): Promise<{ readonly id: string; readonly url: string }> {
  const { inviteOperator } = (await ask(olga, INVITE, { email })).data;
  return { id: inviteOperator.operator.id, url: inviteOperator.url };
}

/** Invites an operator, and sets their password. */
async function makeOperator(email: string): Promise<{ readonly id: string; readonly browser: Browser }> {
  const { id, url } = await invite(email);
  const browser = createBrowser();
  await browser.get(url);
  devices.set(email, createPasskeyDevice());
  await addPasskeyAndGoOn(browser, await browser.submitForm(0, { password: PASSWORD }), devices.get(email)!);
  return { id, browser };
}

describe("the first operator", () => {
  it("makes the account with the link of the start, once, with a password that is long enough", async () => {
    const fresh = await startTestUsher({ environment });
    const link = fresh.firstOperatorLink ?? "";
    expect(link).toMatch(new RegExp(`^${fresh.url}/operator/link/usher_oplink_[\\w-]{43}$`));
    const [first, copy] = [createBrowser(), createBrowser()];
    await copy.get(link);
    await first.get(link);
    for (const [wrong, sentence] of [
      [{ ...OLGA, password: "fourteen chars" }, "The password must be at least 15 characters long."],
      [{ ...OLGA, password: "1234567890123456" }, "The password must not be a password that many people choose."],
      [{ ...OLGA, email: "olga" }, "The e-mail address"],
    ] as const) {
      const page = await first.submitForm(0, wrong);
      expect([page.status, page.visibleText]).toEqual([400, expect.stringContaining(sentence)]);
    }
    const page = await addPasskeyAndGoOn(first, await first.submitForm(0, OLGA), createPasskeyDevice());
    expect(page.url).toBe(`${fresh.url}/operator`);
    expect(page.visibleText).toContain("You are signed in as an operator, olga@usher.test.");
    expect((await copy.submitForm(0, { ...OLGA, email: "mallory@usher.test" })).status).toBe(410);
    expect((await createBrowser().get(link)).status).toBe(410);
    await fresh.stop();
    expect((await ask(olga, OPERATORS)).data.operators.nodes).toMatchObject([{ email: OLGA.email, isActive: true }]);
  });

  it("can do in the session what the operator key can, and the audit log names them", async () => {
    const create = `mutation { createOrganization(input: { name: "Acme", slug: "acme" }) { organization { id } } }`;
    expect(codesOf(await ask(olga, create))).toEqual([]);
    expect((await ask(olga, ORGANIZATIONS)).data.organizations.totalCount).toBe(1);
    const [entry] = await executeOn(
      usher.databaseUrl,
      "SELECT actor_kind, actor_id FROM audit_entry WHERE action = 'organization.created'",
    );
    const { id } = (await ask(olga, OPERATORS)).data.operators.nodes[0];
    expect(entry).toEqual({ actor_kind: "OPERATOR", actor_id: id });
    const viewer = "{ viewer { operator { id email } user { id } session { id } organization { id } } }";
    expect((await ask(olga, viewer)).data.viewer).toEqual({
      operator: { id, email: "olga@usher.test" },
      user: null,
      session: null,
      organization: null,
    });
    expect((await olga.get(`${usher.url}/graphql`)).status).toBe(200);
  });

  it("gets the link once: a second start prints none, with or without an operator", async () => {
    for (const made of [database, await migratedDatabaseUrl()]) {
      const first = made === database ? usher : await startTestUsher({ databaseUrl: made.url, environment });
      await first.stop();
      const second = await startTestUsher({ databaseUrl: made.url, environment, clock });
      expect(second.firstOperatorLink).toBeNull();
      if (made === database) usher = second;
      else {
        await second.stop();
        await made.remove();
      }
    }
    await signIn(olga, "olga@usher.test");
  });
});

describe("signing in as an operator", () => {
  it("opens a new session that ends by itself and by signing out", async () => {
    const browser = createBrowser();
    expect((await signIn(browser, "OLGA@usher.test")).visibleText).toContain("Olga Operator");
    expect(codesOf(await ask(browser, ORGANIZATIONS))).toEqual([]);
    const token = browser.cookiesFor(usher.url).find(({ name }) => name === "usher-session")?.value ?? "";
    await browser.get(`${usher.url}/sign-out`);
    await browser.submitForm(0);
    const stolen = { headers: { cookie: `usher-session=${token}`, "content-type": "application/json" } };
    const replay = await fetch(`${usher.url}/graphql`, {
      method: "POST",
      ...stolen,
      body: JSON.stringify({ query: ORGANIZATIONS }),
    });
    expect(codesOf((await replay.json()) as Answer)).toEqual(["UNAUTHENTICATED"]);

    await signIn(browser, "olga@usher.test");
    ahead += 2 * 60 * 60 + 1;
    expect(codesOf(await ask(browser, ORGANIZATIONS))).toEqual(["UNAUTHENTICATED"]);
    await signIn(olga, "olga@usher.test");
  });

  it("answers an unknown address, a wrong password and an invited person with the same page", async () => {
    await invite("invited@usher.test");
    const pages = [];
    for (const [login, password] of [
      ["nobody@usher.test", PASSWORD],
      ["olga@usher.test", "ten swans over the frozen lake"],
      ["invited@usher.test", PASSWORD],
      ["no address", PASSWORD],
    ] as const) {
      const page = await signIn(createBrowser(), login, password);
      expect([page.status, page.visibleText]).toEqual([403, expect.stringContaining(REFUSED)]);
      pages.push(page.text.replaceAll(login, "LOGIN").replaceAll(/value="[0-9a-f]{64}"/g, "TOKEN"));
    }
    expect(new Set(pages).size).toBe(1);
  });

  it("is refused from a form that Usher did not give", async () => {
    const body = { type: "application/x-www-form-urlencoded", text: "" };
    const text = new URLSearchParams({ login: "olga@usher.test", password: PASSWORD }).toString();
    for (const path of ["/operator", new URL((await invite("forged@usher.test")).url).pathname]) {
      const page = await createBrowser().send("POST", `${usher.url}${path}`, { ...body, text });
      expect([page.status, page.headers["set-cookie"] ?? ""]).toEqual([
        403,
        expect.not.stringContaining("usher-session"),
      ]);
    }
  });

  it("is locked after ten wrong passwords, until a new link sets a password", async () => {
    const { browser } = await makeOperator("lock@usher.test");
    for (let time = 0; time < 10; time += 1) await signIn(createBrowser(), "lock@usher.test", "wrong by any measure");
    expect((await signIn(createBrowser(), "lock@usher.test")).status).toBe(403);
    const { url } = await invite("lock@usher.test");
    expect(codesOf(await ask(browser, ORGANIZATIONS))).toEqual([]);
    const renewed = createBrowser();
    await renewed.get(url);
    const factor = await renewed.submitForm(0, { password: `${PASSWORD} again` });
    expect((await showPasskey(renewed, factor, devices.get("lock@usher.test")!)).status).toBe(200);
    // The earlier password and its sessions ended.
    expect(codesOf(await ask(browser, ORGANIZATIONS))).toEqual(["UNAUTHENTICATED"]);
    expect((await signIn(createBrowser(), "lock@usher.test")).status).toBe(403);
    expect((await signIn(createBrowser(), "lock@usher.test", `${PASSWORD} again`)).status).toBe(200);
  });
});

describe("inviting and removing operators", () => {
  it("sends the link by mail, replaces an earlier link, and ends everything at once with the removal", async () => {
    const first = await invite("max@usher.test");
    const { id, url } = await invite("MAX@usher.test");
    expect(id).toBe(first.id);
    expect((await createBrowser().get(first.url)).status).toBe(410);
    const mails = await executeOn(
      usher.databaseUrl,
      "SELECT body FROM mail_message WHERE recipient = 'max@usher.test' AND template = 'operator-invited' ORDER BY id",
    );
    expect(mails.some(({ body }) => String(body).includes(url))).toBe(true);
    const max = createBrowser();
    await max.get(url);
    await addPasskeyAndGoOn(max, await max.submitForm(0, { password: PASSWORD }), createPasskeyDevice());
    expect(codesOf(await ask(max, ORGANIZATIONS))).toEqual([]);
    expect(codesOf(await ask(olga, REMOVE, { id }))).toEqual([]);
    expect(codesOf(await ask(max, ORGANIZATIONS))).toEqual(["UNAUTHENTICATED"]);
    expect((await signIn(createBrowser(), "max@usher.test")).status).toBe(403);
    expect(codesOf(await ask(olga, REMOVE, { id }))).toEqual(["NOT_FOUND"]);
  });

  it("keeps the last operator who can sign in while no key is configured", async () => {
    const { nodes } = (await ask(olga, OPERATORS)).data.operators;
    const me = nodes.find(({ email }: { email: string }) => email === "olga@usher.test");
    for (const { id } of nodes) if (id !== me.id) expect(codesOf(await ask(olga, REMOVE, { id }))).toEqual([]);
    await invite("not-active@usher.test");
    expect(codesOf(await ask(olga, REMOVE, { id: me.id }))).toEqual(["LAST_OPERATOR"]);
    const { id, browser } = await makeOperator("next@usher.test");
    const both = await Promise.all([ask(olga, REMOVE, { id }), ask(browser, REMOVE, { id: me.id })]);
    expect(both.map(codesOf).flat()).toHaveLength(1);
    expect(
      await executeOn(usher.databaseUrl, "SELECT id FROM operator_account WHERE password_hash IS NOT NULL"),
    ).toHaveLength(1);
  });
});
