/** Invitations: links by which a person opens an account that an administrator made, in a browser without script. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { executeOn } from "../support/execute-on.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { askGraphQL, startTestUsher, type TestUsher } from "../support/usher.js";

let now = new Date();
const passDays = (days: number) => (now = new Date(now.getTime() + days * 24 * 60 * 60_000));
let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
let other: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({ clock: () => now });
  provider = await startHostileOpenIdProvider({ now: () => now });
  tenant = await createTenant(usher, provider, { organization: { supportContact: "the help desk" } });
  other = await createTenant(usher, provider);
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const PASSWORD = "violet otter on a bicycle";
let people = 0;

const INVITE = `mutation ($input: InviteUserInput!) { inviteUser(input: $input) { invitation { id url state expiresAt } user { status fullName authMethod } } }`;
const RESEND = `mutation ($input: ResendInvitationInput!) { resendInvitation(input: $input) { invitation { id url } } }`;
const byId = (mutation: string, id: string, of = tenant) =>
  of.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { user { id } } }`, { id });
const inputFor = (of: Tenant, further: object) => {
  const email = `invited-${(people += 1)}@acme.test`;
  return { organizationId: of.organizationId, email, firstName: "In", lastName: "Vited", ...further };
};

/** Invites a person, without a mail unless `sendMail` is set. */
async function invite(further: Readonly<Record<string, unknown>> = {}, of = tenant) {
  const input = inputFor(of, { sendMail: false, ...further });
  const { invitation, user } = (await of.ask(INVITE, { input })).inviteUser;
  return { id: invitation.id as string, url: invitation.url as string, email: input.email, user };
}

const userOf = async (id: string) =>
  (await tenant.ask(`query ($id: ID!) { user(id: $id) { status invitation { state url } } }`, { id })).user;

/** The address in the mail that Usher sent to a person. */
async function mailedLink(email: string): Promise<string> {
  const folder = join(usher.environment["USHER_DATA_DIR"]!, "mail");
  for (let turn = 0; turn < 500; turn += 1) {
    for (const name of (await readdir(folder).catch(() => [])).filter((each) => each.endsWith(".eml"))) {
      const text = (await readFile(join(folder, name), "utf8")).replaceAll("=\n", "");
      const link = /http:\S+\/invitation\/[\w-]+/.exec(text)?.[0];
      if (text.includes(`To: ${email}`) && link !== undefined) return link;
    }
    await pause(20);
  }
  throw new Error(`There is no invitation for ${email}.`);
}

/** Opens an invitation and sets a password. */
async function accept(url: string, browser: Browser = createBrowser()) {
  await browser.get(url);
  return await browser.submitForm(0, { password: PASSWORD }, { follow: false });
}

const isProved = async (id: string) =>
  (
    await executeOn(usher.databaseUrl, "SELECT email_verified_at AS at FROM user_credential WHERE user_id = ?", [id])
  ).map(({ at }) => at !== null);

/** A key of the tenant with some scopes. */
async function makeKey(scopes: readonly string[]): Promise<{ id: string; key: string }> {
  const { createApiKey } = await tenant.ask(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } key } }`,
    { input: { organizationId: tenant.organizationId, name: `k${(people += 1)}`, scopes } },
  );
  return { id: createApiKey.apiKey.id, key: createApiKey.key };
}

describe("an invitation by mail", () => {
  it("waits until the person sets a password on its page, and signs them in", async () => {
    const { id, email, user } = await invite({ sendMail: true });
    expect(user).toEqual({ status: "INVITED", fullName: "In Vited", authMethod: "PASSWORD" });
    const url = await mailedLink(email);
    for (let turn = 0; turn < 2; turn += 1) {
      const page = await createBrowser().get(url);
      expect(page.status).toBe(200);
      expect(page.visibleText).toContain("has invited you");
      expect(page.text).not.toContain(new URL(url).pathname);
      expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    }
    expect(await userOf(id)).toEqual({ status: "INVITED", invitation: { state: "OPEN", url: null } });

    const stranger = createBrowser();
    expect((await stranger.post(url, { password: PASSWORD }, { from: url })).status).toBe(403);
    const browser = createBrowser();
    await browser.get(url);
    expect((await browser.submitForm(0, { password: "short" })).visibleText).toContain("at least 12 characters long");
    expect((await userOf(id)).status).toBe("INVITED");
    expect((await browser.submitForm(0, { password: PASSWORD }, { follow: false })).status).toBe(303);
    expect(await whoIsSignedIn(browser, usher)).toBe(email);
    expect(await userOf(id)).toEqual({ status: "ACTIVE", invitation: null });
    expect(await isProved(id)).toEqual([true]);

    const events = (await tenant.events()).filter(({ subject }) => subject.subjectId === id);
    expect(events.map(({ type }) => type)).toEqual(["user.created", "user.invited", "user.enabled", "user.signed_in"]);
    expect(events[1]!.data).toMatchObject({ user: { status: "INVITED" }, invitation: { mailed: true } });
    const { auditLog } = await tenant.ask(
      `query ($organizationId: ID!, $id: ID!) { auditLog(organizationId: $organizationId, filter: { subjectId: $id }) { nodes { action } } }`,
      { organizationId: tenant.organizationId, id },
    );
    expect(auditLog.nodes.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(["user.created", "user.invited", "user.invitation_accepted", "user.password_set"]),
    );
    const signIn = createBrowser();
    await signIn.get(`${usher.url}/o/${tenant.slug}/password`);
    await signIn.submitForm(0, { login: email, password: PASSWORD });
    expect(await whoIsSignedIn(signIn, usher)).toBe(email);
  });

  it("is another link than the one that the caller gets, which does not prove the address", async () => {
    const { id, email, url } = await invite({ sendMail: true });
    const mailed = await mailedLink(email);
    expect(mailed).not.toBe(url);
    expect((await accept(url)).status).toBe(303);
    expect(await isProved(id)).toEqual([false]);
    const after = await createBrowser().get(mailed);
    expect([after.status, after.visibleText]).toEqual([410, expect.stringContaining("was accepted already")]);
  });

  it("needs no name, and follows the organization's way of signing in", async () => {
    const input = { organizationId: other.organizationId, email: "nameless@acme.test", sendMail: false };
    const { user } = (await other.ask(INVITE, { input })).inviteUser;
    expect(user).toEqual({ status: "INVITED", fullName: "nameless@acme.test", authMethod: "PASSWORD" });
  });
});

describe("an invitation to sign in through a provider", () => {
  it("leads to the organization's page, and the first sign-in that matches accepts it", async () => {
    const word = `sso-${(people += 1)}`;
    const { id, url } = await invite({ email: `${word}@acme.test`, authMethod: "SSO" });
    const browser = createBrowser();
    const page = await browser.get(url);
    expect([page.status, page.forms.length]).toEqual([200, 0]);
    const { href } = page.links.find(({ label }) => label === "Continue to sign in")!;
    expect(new URL(href, usher.url).pathname).toBe(`/o/${tenant.slug}`);
    expect((await userOf(id)).status).toBe("INVITED");
    await tenant.signIn(browser, makePerson(word));
    expect(await whoIsSignedIn(browser, usher)).toBe(`${word}@acme.test`);
    expect((await userOf(id)).status).toBe("ACTIVE");
    expect((await createBrowser().get(url)).visibleText).toContain("was accepted already");
  });

  it("is not accepted by a person whose provider calls the address not verified", async () => {
    const word = `sso-${(people += 1)}`;
    const { id } = await invite({ email: `${word}@acme.test`, authMethod: "SSO" });
    await tenant.signIn(createBrowser(), makePerson(word, { email_verified: false }));
    expect((await userOf(id)).status).toBe("INVITED");
  });
});

type Made = Awaited<ReturnType<typeof invite>>;
const update = (input: Record<string, unknown>) =>
  tenant.ask(`mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { id } } }`, { input });

describe("a link is refused with a sentence of its own", () => {
  it.each<[string, string, string, (made: Made) => Promise<unknown>]>([
    ["it was used", "INVITATION_USED", "was accepted already", ({ url }) => accept(url)],
    ["it is late", "INVITATION_EXPIRED", "has expired, or was replaced", async () => passDays(7)],
    [
      "a newer one was sent",
      "INVITATION_EXPIRED",
      "has expired, or was replaced",
      ({ id }) => tenant.ask(RESEND, { input: { id, sendMail: false } }),
    ],
    ["it was revoked", "INVITATION_WITHDRAWN", "was withdrawn", ({ id }) => byId("revokeInvitation", id)],
    ["the account was archived", "INVITATION_WITHDRAWN", "was withdrawn", ({ id }) => byId("archiveUser", id)],
    ["the account was disabled", "ACCOUNT_DISABLED", "Your account is disabled.", ({ id }) => byId("disableUser", id)],
    [
      "the account was opened by hand",
      "INVITATION_USED",
      "was accepted already",
      async ({ id }) => {
        await byId("disableUser", id);
        await byId("enableUser", id);
      },
    ],
    [
      "the address changed",
      "INVITATION_ADDRESS_CHANGED",
      "that the account no longer has",
      ({ id }) => update({ id, email: `moved-${(people += 1)}@acme.test` }),
    ],
    ["the account was deleted", "INVITATION_UNKNOWN", "does not exist", ({ id }) => byId("deleteUser", id)],
  ])("if %s", async (_when, code, sentence, change) => {
    const made = await invite();
    const early = createBrowser();
    await early.get(made.url);
    await change(made);
    const late = await createBrowser().get(made.url);
    expect([late.status >= 400, late.visibleText]).toEqual([true, expect.stringContaining(sentence)]);
    const passwords = await isProved(made.id);
    expect((await early.submitForm(0, { password: "violet otter on a tricycle" })).visibleText).toContain(sentence);
    expect(await whoIsSignedIn(early, usher)).toBeNull();
    expect(await isProved(made.id)).toEqual(passwords);
    // Without the account there is no organization to record an attempt in.
    if (code === "INVITATION_UNKNOWN") return;
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: code, userId: made.id, steps: [{ step: "LINK" }] });
  });

  it("if it was guessed, or is a link of another kind", async () => {
    const { createSignInLink } = await tenant.ask(
      `mutation ($input: CreateSignInLinkInput!) { createSignInLink(input: $input) { url } }`,
      { input: { organizationId: tenant.organizationId, userId: (await acceptedUser()).id } },
    );
    const token = new URL(createSignInLink.url).pathname.split("/").at(-1);
    for (const guess of ["usher_inv_guess", token]) {
      const page = await createBrowser().get(`${usher.url}/invitation/${guess}`);
      expect([page.status, page.visibleText]).toEqual([404, expect.stringContaining("This invitation does not exist")]);
    }
    const { url } = await invite();
    expect((await createBrowser().get(url.replace("/invitation/", "/reset/"))).status).toBe(410);
  });

  it("if the caller who copied it could not make it any more", async () => {
    const { id: keyId, key } = await makeKey(["USERS_READ", "USERS_WRITE"]);
    const inviteAs = async () => {
      const { data, errors } = await askGraphQL(
        usher.url,
        INVITE,
        { input: inputFor(tenant, { sendMail: false }) },
        key,
      );
      expect(errors).toBeUndefined();
      return data.inviteUser.invitation as { id: string; url: string };
    };
    const raised = await inviteAs();
    const open = createBrowser();
    await open.get(raised.url);
    await update({ id: raised.id, roleKeys: ["ADMIN"] });
    for (const page of [await createBrowser().get(raised.url), await open.submitForm(0, { password: PASSWORD })])
      expect([page.status, page.visibleText]).toEqual([410, expect.stringContaining("was withdrawn")]);
    expect(await isProved(raised.id)).toEqual([]);
    const left = await inviteAs();
    await tenant.ask(`mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { id } } }`, { id: keyId });
    expect((await createBrowser().get(left.url)).visibleText).toContain("was withdrawn");
    expect((await tenant.attempts())[0]!.detail).toContain("has no access any more");
  });

  it("if the organization requires single sign-on, which is not too late to undo", async () => {
    const { url, email } = await invite({ authMethod: "PASSWORD" }, other);
    await executeOn(usher.databaseUrl, "UPDATE organization SET policies = REPLACE(policies, ?, ?) WHERE id = ?", [
      '"ssoEnforcement":"OPTIONAL"',
      '"ssoEnforcement":"REQUIRED"',
      other.organizationId,
    ]);
    const page = await createBrowser().get(url);
    expect([page.status, page.visibleText]).toEqual([
      403,
      expect.stringContaining("requires that you sign in with your company"),
    ]);
    await other.updateOrganization({ policies: { ssoEnforcement: "OPTIONAL" } });
    const browser = createBrowser();
    await accept(url, browser);
    expect(await whoIsSignedIn(browser, usher)).toBe(email);
  });
});

async function acceptedUser(): Promise<Made> {
  const made = await invite();
  await accept(made.url);
  return made;
}

describe("two browsers at once", () => {
  it("have one that wins, also with the two links of one invitation", async () => {
    const { id, url, email } = await invite({ sendMail: true });
    const links = [url, await mailedLink(email)];
    const browsers = await Promise.all(
      Array.from({ length: 6 }, async (_each, index) => {
        const browser = createBrowser();
        await browser.get(links[index % 2]!);
        return browser;
      }),
    );
    const pages = await Promise.all(
      browsers.map((each) => each.submitForm(0, { password: PASSWORD }, { follow: false })),
    );
    expect(pages.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 410, 410, 410, 410, 410]);
    expect(
      (await tenant.events()).filter(({ type, subject }) => type === "user.enabled" && subject.subjectId === id),
    ).toHaveLength(1);
  });
});

describe("inviting", () => {
  it("does not give permissions that the caller does not hold, nor a link to an account with more", async () => {
    const { key } = await makeKey(["USERS_READ", "USERS_WRITE"]);
    const codeOf = async (query: string, input: object) =>
      (await askGraphQL(usher.url, query, { input }, key)).errors?.[0]?.extensions.code;
    expect(await codeOf(INVITE, inputFor(tenant, { roleKeys: ["ADMIN"] }))).toBe("FORBIDDEN");
    const { id } = await invite({ roleKeys: ["ADMIN"] });
    expect(await codeOf(RESEND, { id })).toBe("FORBIDDEN");
    await tenant.updateOrganization({ policies: { defaultRole: "ADMIN" } });
    expect(await codeOf(INVITE, inputFor(tenant, {}))).toBe("FORBIDDEN");
    await tenant.updateOrganization({ policies: { defaultRole: "USER" } });
    expect(await codeOf(INVITE, inputFor(tenant, {}))).toBeUndefined();
  });

  it("refuses taken addresses, wrong ends, and accounts that are not invited", async () => {
    const { id, email } = await acceptedUser();
    await expect(invite({ email })).rejects.toThrow("EMAIL_TAKEN");
    for (const days of [-1, 91]) {
      const expiresAt = new Date(now.getTime() + days * 24 * 60 * 60_000).toISOString();
      await expect(invite({ expiresAt })).rejects.toThrow("must be in the future, and at most 90 days away");
    }
    await expect(invite({ email: "nobody" })).rejects.toThrow("INVALID_INPUT");
    await expect(tenant.ask(RESEND, { input: { id } })).rejects.toThrow("USER_NOT_INVITED");
    await expect(byId("revokeInvitation", id)).rejects.toThrow("USER_NOT_INVITED");
    expect((await userOf(id)).status).toBe("ACTIVE");
  });

  it("revokes an invitation twice with one event, and lists an expired one until it is decided", async () => {
    const revoked = await invite();
    for (let turn = 0; turn < 2; turn += 1) await byId("revokeInvitation", revoked.id);
    const told = (await tenant.events()).filter(({ subject }) => subject.subjectId === revoked.id);
    expect(told.map(({ type }) => type)).toEqual(["user.created", "user.invited", "user.archived"]);
    const { id } = await invite();
    passDays(30);
    expect((await userOf(id)).invitation).toMatchObject({ state: "EXPIRED" });
    const { invitation } = (await tenant.ask(RESEND, { input: { id, sendMail: false } })).resendInvitation;
    expect((await userOf(id)).invitation).toMatchObject({ state: "OPEN" });
    expect((await accept(invitation.url)).status).toBe(303);
  });

  it("tells only the operator that an address belongs to another organization, and gives no way in with it", async () => {
    const { email } = await acceptedUser();
    const input = { ...inputFor(other, { sendMail: false }), email };
    expect((await usher.graphql(INVITE, { input })).errors?.[0]?.extensions.code).toBe("EMAIL_TAKEN");
    const { url } = (await other.ask(INVITE, { input })).inviteUser.invitation;
    expect((await accept(url)).status).toBe(303);
    for (const [of, outcome] of [
      [tenant, email],
      [other, null],
    ] as const) {
      const browser = createBrowser();
      await browser.get(`${usher.url}/o/${of.slug}/password`);
      await browser.submitForm(0, { login: email, password: PASSWORD });
      expect(await whoIsSignedIn(browser, usher)).toBe(outcome);
    }
  });

  it("counts seats as an account that is created, and a full plan refuses the person until a seat is free", async () => {
    const asOperator = (input: object) =>
      usher.ask(
        `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }`,
        { input: { id: other.organizationId, ...input } },
      );
    await asOperator({ policies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" } });
    const seats = `query ($id: ID!) { seats(organizationId: $id) { seatsInUse } }`;
    const { seatsInUse } = (await other.ask(seats, { id: other.organizationId })).seats;
    await asOperator({ totalSeats: seatsInUse + 1 });
    const first = await invite({}, other);
    const second = await invite({}, other);
    expect((await accept(first.url)).status).toBe(303);
    expect((await accept(second.url)).text).toContain("All seats of your organization");
    await expect(invite({}, other)).rejects.toThrow("SEATS_FULL");
    await byId("disableUser", first.id, other);
    expect((await accept(second.url)).status).toBe(303);
  });
});
