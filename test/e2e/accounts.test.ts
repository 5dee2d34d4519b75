/** The accounts, identities and events of sign-ins, by policy, also for many sign-ins at once. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
  type Person,
} from "../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant, type TenantOptions } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
beforeAll(async () => {
  usher = await startTestUsher();
  provider = await startHostileOpenIdProvider();
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const tenantWith = (options: TenantOptions = {}) => createTenant(usher, provider, options);
const signedIn = (browser: Browser) => whoIsSignedIn(browser, usher);

/** Signs in with a new browser and returns the outcome. */
async function outcomeOf(tenant: Tenant, person: Person): Promise<string> {
  const page = await tenant.signIn(createBrowser(), person);
  const [attempt] = await tenant.attempts();
  expect(page.status < 400).toBe(attempt?.outcome === "SUCCEEDED");
  return attempt!.outcome;
}

/** Makes a prepared account. */
async function prepare(tenant: Tenant, email: string, fields: Record<string, unknown> = {}): Promise<string> {
  const { createUser } = await tenant.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    { input: { organizationId: tenant.organizationId, email, firstName: "Prepared", lastName: "Person", ...fields } },
  );
  return createUser.user.id;
}

const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

describe("an account that the first sign-in creates", () => {
  it("has what the provider sent, the default role, and one identity", async () => {
    const tenant = await tenantWith();
    expect(await outcomeOf(tenant, makePerson("ada"))).toBe("SUCCEEDED");
    expect(await tenant.users()).toEqual([
      expect.objectContaining({
        email: "ada@acme.test",
        firstName: "Ada",
        lastName: "Tester",
        fullName: "Ada Tester",
        status: "ACTIVE",
        version: 1,
        identities: [{ issuer: provider.issuer, subject: "ada-1" }],
      }),
    ]);
    const events = await tenant.events();
    expect(typesOf(events)).toEqual(["user.created", "user.signed_in"]);
    expect(events[0]).toMatchObject({
      subject: { type: "user", version: 1 },
      data: { user: { email: "ada@acme.test", roles: ["USER"] }, changed: null },
    });
  });

  it("is not created without jitProvisioning, and the refusal names the person", async () => {
    const tenant = await tenantWith({ policies: { jitProvisioning: false } });
    expect(await outcomeOf(tenant, makePerson("ada"))).toBe("NO_MATCHING_ACCOUNT");
    expect(await tenant.users()).toEqual([]);
    const [attempt] = await tenant.attempts();
    expect(attempt).toMatchObject({
      email: "ada@acme.test",
      subject: "ada-1",
      userId: null,
      detail: "Subject ada-1, address ada@acme.test.",
    });
    const events = await tenant.events();
    expect(events).toEqual([
      expect.objectContaining({
        type: "user.sign_in_failed",
        subject: expect.objectContaining({ type: "attempt" }),
        data: expect.objectContaining({
          user: null,
          signIn: expect.objectContaining({
            code: "NO_MATCHING_ACCOUNT",
            email: "ada@acme.test",
            reference: attempt!.reference,
          }),
        }),
      }),
    ]);
  });

  it("needs an address, and names that the provider sends or the policy fills", async () => {
    const nameless = makePerson("ada", { given_name: undefined, family_name: undefined });
    const strict = await tenantWith();
    expect(await outcomeOf(strict, nameless)).toBe("NAME_MISSING");
    expect((await strict.attempts())[0]!.detail).toMatch(
      /^The provider sent no first name and no last name\. It sent the claims .*\bemail\b.*\.$/,
    );
    expect(await outcomeOf(strict, makePerson("ada", { family_name: "" }))).toBe("NAME_MISSING");
    expect(await outcomeOf(strict, makePerson("ada", { email: undefined }))).toBe("EMAIL_MISSING");
    expect(await strict.users()).toEqual([]);

    const lenient = await tenantWith({ policies: { missingName: "USE_EMAIL" } });
    expect(await outcomeOf(lenient, nameless)).toBe("SUCCEEDED");
    expect(await lenient.users()).toEqual([
      expect.objectContaining({
        firstName: "ada@acme.test",
        lastName: "ada@acme.test",
        fullName: "ada@acme.test",
        username: "ada@acme.test",
      }),
    ]);
    expect(await outcomeOf(lenient, makePerson("bob", { email: undefined }))).toBe("EMAIL_MISSING");
  });

  it("does not need userinfo (403) if no required field is missing", async () => {
    const nameless = makePerson("ada", { given_name: undefined, family_name: undefined });
    const strict = await tenantWith();
    provider.setFault("userinfo-forbidden");
    try {
      const lenient = await tenantWith({ policies: { missingName: "USE_EMAIL" } });
      expect(await outcomeOf(lenient, nameless)).toBe("SUCCEEDED");
      expect(await outcomeOf(lenient, makePerson("bob", { email: undefined }))).toBe("EMAIL_MISSING");
      expect(await outcomeOf(strict, nameless)).toBe("NAME_MISSING");
      expect((await strict.attempts())[0]!.detail).toMatch(/the userinfo endpoint answered status 403\.$/);
      // After a sign-in with names, later sign-ins need none.
      provider.setFault(null);
      expect(await outcomeOf(strict, { ...nameless, userinfo: { given_name: "Ada", family_name: "King" } })).toBe(
        "SUCCEEDED",
      );
      provider.setFault("userinfo-forbidden");
      expect(await outcomeOf(strict, nameless)).toBe("SUCCEEDED");
      expect(await strict.users()).toEqual([expect.objectContaining({ firstName: "Ada", lastName: "King" })]);
    } finally {
      provider.setFault(null);
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ["names", { given_name: "N".repeat(5_000), family_name: "\u{1F600}".repeat(2_000), name: "F".repeat(9_000) }],
    ["a user name", { preferred_username: "u".repeat(5_000) }],
    ["an address", { email: `${"a".repeat(5_000)}@acme.test` }],
  ])("is cut, or refused for a missing field, if the provider sends a very long %s", async (_name, claims) => {
    const tenant = await tenantWith();
    expect(["SUCCEEDED", "NAME_MISSING", "EMAIL_MISSING"]).toContain(
      await outcomeOf(tenant, makePerson("ada", claims)),
    );
    for (const user of await tenant.users()) {
      expect(user.firstName.length).toBeLessThanOrEqual(200);
      expect(user.email.length).toBeLessThanOrEqual(254);
    }
  });

  it("is a different one for a subject that differs only in characters that databases ignore", async () => {
    const tenant = await tenantWith();
    for (const [index, sub] of ["s", "S", "\u015b", "s\u0301", "s s"].entries())
      expect(await outcomeOf(tenant, makePerson(`person-${index}`, { sub }))).toBe("SUCCEEDED");
    expect(await tenant.users()).toHaveLength(5);
  });
});

describe("a later sign-in", () => {
  it("appends no change event if nothing changes, and one with before and after for a new name", async () => {
    const tenant = await tenantWith();
    await outcomeOf(tenant, makePerson("ada"));
    await outcomeOf(tenant, makePerson("ada"));
    expect(typesOf(await tenant.events())).toEqual(["user.created", "user.signed_in", "user.signed_in"]);
    expect((await tenant.users())[0]).toMatchObject({ version: 1 });

    await outcomeOf(tenant, makePerson("ada", { family_name: "Byron" }));
    const events = await tenant.events();
    expect(typesOf(events).slice(3)).toEqual(["user.updated", "user.signed_in"]);
    expect(events[3]).toMatchObject({ subject: { version: 2 }, data: { user: { lastName: "Byron" } } });
    expect(events[3]!.data.changed).toEqual({
      lastName: { before: "Tester", after: "Byron" },
      fullName: { before: "Ada Tester", after: "Ada Byron" },
    });
  });

  it("under FIRST_VALUE keeps what the account has", async () => {
    const tenant = await tenantWith({ policies: { profileUpdate: "FIRST_VALUE" } });
    await outcomeOf(tenant, makePerson("ada"));
    await outcomeOf(
      tenant,
      makePerson("ada", { family_name: "Byron", preferred_username: "ada", email: "new@acme.test" }),
    );
    expect((await tenant.users())[0]).toMatchObject({ lastName: "Tester", email: "ada@acme.test", username: "ada" });
  });

  it("with a different address stays the same account, even with the address of another account", async () => {
    const tenant = await tenantWith();
    await outcomeOf(tenant, makePerson("ada"));
    await outcomeOf(tenant, makePerson("bob"));
    expect(await outcomeOf(tenant, makePerson("ada", { email: "bob@acme.test" }))).toBe("SUCCEEDED");
    const users = await tenant.users();
    expect(users).toHaveLength(2);
    expect(users.map(({ identities }) => identities.map(({ subject }) => subject)).flat()).toEqual(
      expect.arrayContaining(["ada-1", "bob-1"]),
    );
    for (const { identities } of users) expect(identities).toHaveLength(1);
    const told = (await tenant.events()).filter(({ type }) => type === "user.email_changed");
    expect(told.map(({ data }) => data.changed)).toEqual([
      { email: { before: "ada@acme.test", after: "bob@acme.test" } },
    ]);
  });

  it("without names and address keeps the names and address of the account", async () => {
    const tenant = await tenantWith();
    await outcomeOf(tenant, makePerson("ada"));
    const bare = makePerson("ada", { given_name: undefined, family_name: undefined, email: undefined });
    expect(await outcomeOf(tenant, bare)).toBe("SUCCEEDED");
    expect((await tenant.users())[0]).toMatchObject({ firstName: "Ada", email: "ada@acme.test", version: 1 });
  });

  it("of a different subject with the same address is refused", async () => {
    const tenant = await tenantWith();
    await outcomeOf(tenant, makePerson("ada"));
    const other = makePerson("ada", { sub: "ada-2", email: "ADA@acme.test" });
    expect(await outcomeOf(tenant, other)).toBe("SUBJECT_CHANGED");
    expect((await tenant.attempts())[0]!.detail).toContain("this one is ada-2");
    expect(await tenant.users()).toHaveLength(1);
    expect((await tenant.users())[0]!.identities).toHaveLength(1);
    expect(await outcomeOf(tenant, makePerson("ada"))).toBe("SUCCEEDED");
    // In a different organization, no account has this address.
    expect(await outcomeOf(await tenantWith(), other)).toBe("SUCCEEDED");
  });
});

describe("an account that was prepared", () => {
  it("is linked by its address, once, and keeps its id and roles", async () => {
    const tenant = await tenantWith({ policies: { jitProvisioning: false } });
    const id = await prepare(tenant, "Ada@Acme.test", { roleKeys: ["MANAGER"] });
    expect(await outcomeOf(tenant, makePerson("ada"))).toBe("SUCCEEDED");
    expect(await tenant.users()).toEqual([
      expect.objectContaining({ id, firstName: "Ada", identities: [{ issuer: provider.issuer, subject: "ada-1" }] }),
    ]);
    expect(typesOf(await tenant.events())).toEqual(["user.created", "user.updated", "user.signed_in"]);
    expect((await tenant.events())[2]!.data.user).toMatchObject({ id, roles: ["MANAGER"] });
    expect(await outcomeOf(tenant, makePerson("ada", { sub: "ada-2" }))).toBe("SUBJECT_CHANGED");
  });

  it.each<[string, Record<string, unknown>, string, number]>([
    ["the provider says nothing about the address", { email_verified: undefined }, "SUCCEEDED", 1],
    ["the provider says that it is verified, as a string", { email_verified: "true" }, "SUCCEEDED", 1],
    ["the provider says that it is not verified", { email_verified: false }, "SUCCEEDED", 2],
    ["the provider says that it is not verified, as a string", { email_verified: "false" }, "SUCCEEDED", 2],
  ])("when %s", async (_name, claims, outcome, users) => {
    const tenant = await tenantWith();
    const id = await prepare(tenant, "ada@acme.test", { roleKeys: ["ADMIN"] });
    expect(await outcomeOf(tenant, makePerson("ada", claims))).toBe(outcome);
    const all = await tenant.users();
    expect(all).toHaveLength(users);
    expect(all.find((user) => user.id === id)!.identities).toHaveLength(users === 1 ? 1 : 0);
  });

  it("is not linked under matchKey SUBJECT, nor if it signs in by password, nor in a different organization", async () => {
    const bySubject = await tenantWith({ policies: { matchKey: "SUBJECT" } });
    const first = await prepare(bySubject, "ada@acme.test");
    await outcomeOf(bySubject, makePerson("ada"));
    expect((await bySubject.users()).find(({ id }) => id === first)!.identities).toEqual([]);

    const withPassword = await tenantWith();
    const second = await prepare(withPassword, "grace@acme.test", { authMethod: "PASSWORD" });
    expect(await outcomeOf(withPassword, makePerson("grace"))).toBe("SUCCEEDED");
    const users = await withPassword.users();
    expect(users).toHaveLength(2);
    expect(users.find(({ id }) => id === second)!.identities).toEqual([]);

    const elsewhere = await tenantWith();
    await outcomeOf(elsewhere, makePerson("grace"));
    expect(await elsewhere.users()).toHaveLength(1);
  });

  it("is no longer prepared after its first sign-in", async () => {
    const tenant = await tenantWith();
    const id = await prepare(tenant, "ada@acme.test");
    await outcomeOf(tenant, makePerson("ada"));
    // The person's address at the provider changed. Only the account still has the old address.
    await tenant.updateConnection({ policies: { profileUpdate: "FIRST_VALUE" } });
    await outcomeOf(tenant, makePerson("ada", { email: "elsewhere@acme.test" }));
    expect(await outcomeOf(tenant, makePerson("ada", { sub: "newcomer" }))).toBe("SUCCEEDED");
    expect((await tenant.users()).find((user) => user.id === id)!.identities).toHaveLength(1);
    expect(await tenant.users()).toHaveLength(2);
  });
});

describe("single sign-on that is not allowed", () => {
  it("refuses known and new people, until it is allowed again", async () => {
    const tenant = await tenantWith();
    await outcomeOf(tenant, makePerson("ada"));
    await tenant.updateOrganization({ ssoAllowed: false });
    expect(await outcomeOf(tenant, makePerson("ada"))).toBe("SSO_NOT_ALLOWED");
    expect(await outcomeOf(tenant, makePerson("bob"))).toBe("SSO_NOT_ALLOWED");
    await tenant.updateOrganization({ ssoAllowed: true, policies: { ssoEnforcement: "OFF" } });
    expect(await outcomeOf(tenant, makePerson("ada"))).toBe("SSO_SWITCHED_OFF");
    await tenant.updateOrganization({ policies: { ssoEnforcement: "OPTIONAL" } });
    expect(await outcomeOf(tenant, makePerson("ada"))).toBe("SUCCEEDED");
    expect(await tenant.users()).toHaveLength(1);
  });
});

describe("people who sign in at once", () => {
  it("are one user if they are one person", async () => {
    const tenant = await tenantWith();
    const browsers = Array.from({ length: 10 }, () => createBrowser());
    const callbacks = await Promise.all(browsers.map((browser) => tenant.authenticate(browser, makePerson("ada"))));
    await Promise.all(browsers.map((browser, index) => browser.get(callbacks[index]!)));
    for (const browser of browsers) expect(await signedIn(browser)).toBe("ada@acme.test");
    const users = await tenant.users();
    expect(users).toHaveLength(1);
    expect(users[0]!.identities).toHaveLength(1);
    expect(typesOf(await tenant.events()).filter((type) => type === "user.created")).toHaveLength(1);
  });

  it("are linked to one prepared account once if two subjects claim its address", async () => {
    const tenant = await tenantWith();
    const id = await prepare(tenant, "ada@acme.test");
    const subjects = ["first", "second", "third"];
    const browsers = subjects.map(() => createBrowser());
    const callbacks = await Promise.all(
      browsers.map((browser, index) => tenant.authenticate(browser, makePerson("ada", { sub: subjects[index] }))),
    );
    await Promise.all(browsers.map((browser, index) => browser.get(callbacks[index]!)));
    expect((await tenant.users()).map((user) => [user.id, user.identities.length])).toEqual([[id, 1]]);
    const outcomes = (await tenant.attempts()).map(({ outcome }) => outcome).toSorted();
    expect(outcomes).toEqual(["SUBJECT_CHANGED", "SUBJECT_CHANGED", "SUCCEEDED"]);
  });

  it("are 100 different people, each with their own session", async () => {
    const tenant = await tenantWith();
    const people = Array.from({ length: 100 }, (_, index) => makePerson(`person-${index}`));
    const addresses = await Promise.all(
      people.map(async (person) => {
        const browser = createBrowser();
        await tenant.signIn(browser, person);
        return await signedIn(browser);
      }),
    );
    expect(addresses).toEqual(people.map(({ claims }) => claims["email"]));
    const users = await tenant.users();
    expect(users).toHaveLength(100);
    for (const { email, identities } of users)
      expect(identities).toEqual([{ issuer: provider.issuer, subject: email.replace("@acme.test", "-1") }]);
  });
});
