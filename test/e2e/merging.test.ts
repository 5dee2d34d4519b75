/** Merging by e-mail over the whole application: off, on and off again, accounts that are never merged, and undoing a merge. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { randomBytes } from "node:crypto";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant, type TenantOptions } from "../support/tenant.js";
import { askGraphQL, startTestUsher, type TestUsher } from "../support/usher.js";
import { times } from "../../testing/long.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
beforeAll(async () => {
  // The property below needs more sign-ins than the rate limit allows for one address.
  usher = await startTestUsher({ environment: { USHER_RATE_LIMITS: "off" } });
  provider = await startHostileOpenIdProvider();
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

const tenantWith = (options: TenantOptions = {}) => createTenant(usher, provider, options);
const merging = () => tenantWith({ policies: { accountLinking: "MERGE_BY_EMAIL" } });
/** The address of a password account is unique in the installation. */
const newAddress = (name: string) => `${name}-${randomBytes(4).toString("hex")}@acme.test`;

/** Signs in and returns the account, or the code of the refusal. */
async function arrive(tenant: Tenant, claims: Readonly<Record<string, unknown>>, browser: Browser = createBrowser()) {
  await tenant.signIn(browser, makePerson("ada", claims));
  const [attempt] = await tenant.attempts();
  return attempt!.outcome === "SUCCEEDED" ? attempt!.userId : attempt!.outcome;
}

async function account(tenant: Tenant, email: string, fields: Record<string, unknown> = {}): Promise<string> {
  const names = { firstName: "Ada", lastName: "Local", authMethod: "PASSWORD" };
  const { createUser } = await tenant.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    { input: { organizationId: tenant.organizationId, email, ...names, ...fields } },
  );
  return createUser.user.id;
}

const effectOf = async (tenant: Tenant, accountLinking: string) =>
  (
    await tenant.ask(
      `query ($id: ID!, $to: AccountLinking!) { accountLinkingEffect(connectionId: $id, accountLinking: $to) {
         affectedUsers users(first: 10) { nodes { id } } } }`,
      { id: tenant.connectionId, to: accountLinking },
    )
  ).accountLinkingEffect;

const switchTo = (tenant: Tenant, accountLinking: string, confirmAffectedUsers?: number) =>
  askGraphQL(
    usher.url,
    `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
    { input: { id: tenant.connectionId, policies: { accountLinking }, confirmAffectedUsers } },
    tenant.key,
  );

const identitiesOf = async (tenant: Tenant, id: string) =>
  (
    await tenant.ask(
      `query ($id: ID!) { user(id: $id) { identities { id issuer subject linkKind retiredAt hidden } } }`,
      { id },
    )
  ).user.identities;

describe("merging off, on and off again", () => {
  it("leads a person to their own account, to the joined one, and back; each switch shows its effect and asks for confirmation", async () => {
    const tenant = await merging();
    const email = newAddress("ada");
    const local = await account(tenant, email, { roleKeys: ["MANAGER"] });
    const person = { email };
    const browser = createBrowser();
    expect(await arrive(tenant, person, browser)).toBe(local);
    expect(await whoIsSignedIn(browser, usher)).toBe(email);
    expect((await tenant.events()).map(({ type }) => type)).toContain("user.merged");

    expect(await effectOf(tenant, "NONE")).toEqual({ affectedUsers: 1, users: { nodes: [{ id: local }] } });
    const refused = await switchTo(tenant, "NONE");
    expect(refused.errors![0]!.message).toMatch("send the change again with confirmAffectedUsers: 1.");
    expect(refused.errors![0]!.extensions).toMatchObject({
      code: "CONFIRMATION_REQUIRED",
      details: { affectedUsers: 1 },
    });
    expect((await switchTo(tenant, "NONE", 2)).errors![0]!.extensions.code).toBe("CONFIRMATION_REQUIRED");
    expect(await whoIsSignedIn(browser, usher)).toBe(email);
    expect((await switchTo(tenant, "NONE", 1)).errors).toBeUndefined();
    // The session belonged to the account that the person left.
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    expect(await identitiesOf(tenant, local)).toMatchObject([{ linkKind: "MERGED", hidden: true, retiredAt: null }]);

    const own = await arrive(tenant, person);
    expect(own).not.toBe(local);
    expect(await identitiesOf(tenant, own!)).toMatchObject([{ linkKind: "OWN", hidden: false }]);
    expect(await arrive(tenant, person)).toBe(own);

    expect(await effectOf(tenant, "MERGE_BY_EMAIL")).toMatchObject({ affectedUsers: 1 });
    expect((await switchTo(tenant, "MERGE_BY_EMAIL")).errors![0]!.extensions.details).toEqual({ affectedUsers: 1 });
    expect((await switchTo(tenant, "MERGE_BY_EMAIL", 1)).errors).toBeUndefined();
    expect(await arrive(tenant, person)).toBe(local);
    expect(await identitiesOf(tenant, local)).toMatchObject([{ linkKind: "MERGED", hidden: false }]);

    expect((await switchTo(tenant, "NONE", 1)).errors).toBeUndefined();
    expect(await arrive(tenant, person)).toBe(own);
    expect(await tenant.users()).toHaveLength(2);
  });

  it("needs no confirmation if no person is affected, as in the first set-up", async () => {
    const tenant = await tenantWith();
    expect((await switchTo(tenant, "MERGE_BY_EMAIL")).errors).toBeUndefined();
    expect((await switchTo(tenant, "NONE")).errors).toBeUndefined();
  });
});

describe("an address that is not merged", () => {
  it.each<[string, Record<string, unknown>]>([
    ["is called unverified", { email_verified: false }],
    ["is called unverified, as a string", { email_verified: "false" }],
    ["has no word of the provider, and its domain is not proved", { email_verified: undefined }],
  ])("%s", async (_name, claims) => {
    const tenant = await merging();
    const email = newAddress("ada");
    const local = await account(tenant, email, { roleKeys: ["ADMIN"] });
    const own = await arrive(tenant, { email, ...claims });
    expect([local, null]).not.toContain(own);
    expect(await arrive(tenant, { email, ...claims })).toBe(own);
    expect(await identitiesOf(tenant, local)).toEqual([]);
  });

  it("is refused while the provider calls it unverified, even if the policy does not require verification", async () => {
    const policies = { accountLinking: "MERGE_BY_EMAIL", requireVerifiedEmail: false };
    const tenant = await tenantWith({ policies });
    const [email, other] = [newAddress("ada"), newAddress("bob")];
    const [ada, bob] = [await account(tenant, email), await account(tenant, other)];
    expect(await arrive(tenant, { email, email_verified: false })).not.toBe(ada);
    expect(await arrive(tenant, { sub: "bob", email: other, email_verified: undefined })).toBe(bob);
  });

  it("is the address of an account of a different organization", async () => {
    const elsewhere = await tenantWith();
    const email = newAddress("ada");
    const foreign = await account(elsewhere, email, { roleKeys: ["ADMIN"] });
    const tenant = await merging();
    const own = await arrive(tenant, { email });
    expect(own).not.toBe(foreign);
    expect(await elsewhere.users()).toEqual([expect.objectContaining({ id: foreign, version: 1, identities: [] })]);
  });

  it("changed for a merged person: they get a new account, and never the account that has the address", async () => {
    const tenant = await merging();
    const [email, bosses] = [newAddress("ada"), newAddress("boss")];
    const local = await account(tenant, email);
    const boss = await account(tenant, bosses, { roleKeys: ["ADMIN"] });
    const browser = createBrowser();
    expect(await arrive(tenant, { email }, browser)).toBe(local);
    const own = await arrive(tenant, { email: bosses });
    expect([local, boss]).not.toContain(own);
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    expect(await arrive(tenant, { email: bosses })).toBe(own);
    expect(await arrive(tenant, { email })).toBe(own);
    expect(await identitiesOf(tenant, boss)).toEqual([]);
    expect((await identitiesOf(tenant, local))[0].retiredAt).not.toBeNull();
    expect((await tenant.events()).filter(({ type }) => type === "user.unmerged")).toMatchObject([
      { subject: { subjectId: local }, data: { reason: "ADDRESS_CHANGED" } },
    ]);
  });
});

describe("the remedy", () => {
  it("of SUBJECT_CHANGED is relinking the identity that the refused attempt shows", async () => {
    const tenant = await merging();
    const email = newAddress("ada");
    const local = await account(tenant, email);
    expect(await arrive(tenant, { email, sub: "first" })).toBe(local);
    expect(await arrive(tenant, { email, sub: "second" })).toBe("SUBJECT_CHANGED");
    const { issuer, subject } = (await tenant.attempts())[0]!;
    await tenant.ask(`mutation ($input: RelinkIdentityInput!) { relinkIdentity(input: $input) { identity { id } } }`, {
      input: { connectionId: tenant.connectionId, issuer, subject, userId: local },
    });
    expect(await arrive(tenant, { email, sub: "second" })).toBe(local);
    expect(await arrive(tenant, { email, sub: "third" })).toBe("SUBJECT_CHANGED");
  });

  it("of a wrong merge is undoing it, which outlasts the next sign-in", async () => {
    const tenant = await merging();
    const email = newAddress("ada");
    const local = await account(tenant, email);
    const browser = createBrowser();
    expect(await arrive(tenant, { email }, browser)).toBe(local);
    const [{ id }] = await identitiesOf(tenant, local);
    await tenant.ask(`mutation ($id: ID!) { unmergeIdentity(id: $id) { identity { retiredAt } } }`, { id });
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    const own = await arrive(tenant, { email });
    expect(own).not.toBe(local);
    expect(await arrive(tenant, { email })).toBe(own);
  });

  it("of LINK_PENDING is an administrator's answer", async () => {
    const tenant = await tenantWith({ policies: { accountLinking: "ADMIN_LINK" } });
    const email = newAddress("ada");
    const local = await account(tenant, email);
    expect(await arrive(tenant, { email })).toBe("LINK_PENDING");
    expect(await arrive(tenant, { email })).toBe("LINK_PENDING");
    const { linkRequests } = await tenant.ask(
      `query ($id: ID!) { linkRequests(organizationId: $id, filter: { state: PENDING }, first: 5) { nodes { id email user { id } } } }`,
      { id: tenant.organizationId },
    );
    expect(linkRequests.nodes).toEqual([{ id: expect.any(String), email, user: { id: local } }]);
    await tenant.ask(`mutation ($id: ID!) { approveLinkRequest(id: $id) { linkRequest { state } } }`, {
      id: linkRequests.nodes[0].id,
    });
    expect(await arrive(tenant, { email })).toBe(local);
    expect(await identitiesOf(tenant, local)).toMatchObject([{ linkKind: "OWN", hidden: false }]);
  });
});

describe("several connections", () => {
  const SIZE = 3;
  const everyone = Array.from({ length: SIZE }, (_, at) => at);

  /** A tenant with several connections to one provider, where people have a different subject at each. */
  async function openOffice() {
    const tenant = await tenantWith();
    const { url: discoveryUrl, clientId, clientSecret } = provider;
    const oidc = { discoveryUrl, clientId, clientSecret };
    const doors = [{ id: tenant.connectionId, startUrl: tenant.startUrl }];
    while (doors.length < SIZE) {
      const input = { organizationId: tenant.organizationId, displayName: `Acme ${doors.length}`, settings: { oidc } };
      const { createConnection } = await tenant.ask(
        `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) {
           connection { id serviceProvider { name value } } } }`,
        { input },
      );
      const { id, serviceProvider } = createConnection.connection;
      await tenant.ask(`mutation ($id: ID!) { activateConnection(id: $id) { connection { state } } }`, { id });
      const { value: startUrl } = serviceProvider.find(({ name }: { name: string }) => name === "signOnUrl");
      doors.push({ id, startUrl });
    }
    return { tenant, doors };
  }

  /** One person with one address. The steps change their providers and accounts. */
  function enterPerson({ tenant, doors }: Awaited<ReturnType<typeof openOffice>>) {
    const subject = randomBytes(6).toString("hex");
    const addresses = everyone.map(() => `${subject}@acme.test`);
    const apart = new Set<number>();
    const unmerged = new Map<number, string>();
    const ask = (query: string, id: string) => tenant.ask(`mutation ($id: ID!) { ${query} }`, { id });
    const signIn = async (at: number) => {
      const browser = createBrowser();
      const { headers } = await browser.get(doors[at]!.startUrl, { follow: false });
      const claims = { sub: `${subject}-${at}`, email: addresses[at]! };
      await browser.get(await provider.authorize(headers["location"]!, makePerson("ada", claims)));
      const [attempt] = await tenant.attempts();
      return attempt!.outcome === "SUCCEEDED" ? attempt!.userId! : attempt!.outcome;
    };
    return {
      apart,
      unmerged,
      signIn,
      switchTo: async (at: number, accountLinking: string) => {
        const change = { id: doors[at]!.id, to: accountLinking };
        const { accountLinkingEffect } = await tenant.ask(
          `query ($id: ID!, $to: AccountLinking!) { accountLinkingEffect(connectionId: $id, accountLinking: $to) { affectedUsers } }`,
          change,
        );
        const confirmed = { confirmAffectedUsers: accountLinkingEffect.affectedUsers };
        await tenant.updateConnection({ id: change.id, policies: { accountLinking }, ...confirmed });
      },
      changeAddress: (at: number) => {
        addresses[at] = `other-${subject}@acme.test`;
        apart.add(at);
      },
      undo: async (at: number) => {
        const { users } = await tenant.ask(
          `query ($id: ID!) { users(organizationId: $id, first: 200) { nodes {
             identities { id subject linkKind retiredAt hidden } } } }`,
          { id: tenant.organizationId },
        );
        const links = users.nodes.flatMap(({ identities }: { identities: ToldLink[] }) => identities) as ToldLink[];
        const link = links.find(
          (each) => each.subject === `${subject}-${at}` && each.linkKind === "MERGED" && each.retiredAt === null,
        );
        if (link === undefined) return;
        await ask("unmergeIdentity(id: $id) { identity { id } }", link.id);
        apart.add(at);
        unmerged.set(at, await signIn(at));
      },
      archive: async (at: number) => {
        const place = await signIn(at);
        if (/^[0-9a-f-]{36}$/u.test(place)) await ask("archiveUser(id: $id) { user { id } }", place);
      },
    };
  }

  interface ToldLink {
    readonly id: string;
    readonly subject: string;
    readonly linkKind: string;
    readonly retiredAt: string | null;
  }
  type Step = readonly ["signIn" | "merge" | "stop" | "changeAddress" | "undo" | "archive", number];
  const step: fc.Arbitrary<Step> = fc.tuple(
    fc.constantFrom("signIn", "signIn", "signIn", "merge", "merge", "stop", "changeAddress", "undo", "archive"),
    fc.nat(SIZE - 1),
  );

  it("lead a person to one account once they merge, after any history, and again after merging was off", async () => {
    const office = await openOffice();
    const order = fc.shuffledSubarray(everyone, { minLength: SIZE });
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 8 }),
      fc.tuple(order, order, order, order),
      fc.nat(SIZE - 1),
      async (history, [settling, first, during, last], switched) => {
        const person = enterPerson(office);
        for (const at of everyone) await person.switchTo(at, "NONE");
        for (const [what, at] of history)
          if (what === "merge" || what === "stop")
            await person.switchTo(at, what === "merge" ? "MERGE_BY_EMAIL" : "NONE");
          else await person[what](at);
        for (const at of settling) await person.switchTo(at, "MERGE_BY_EMAIL");
        const round = async (turns: readonly number[]) => {
          const places = new Map<number, string>();
          for (const at of turns) places.set(at, await person.signIn(at));
          return everyone.map((at) => places.get(at)!);
        };
        await round(settling);
        const places = await round(first);
        expect(new Set(places.filter((_, at) => !person.apart.has(at))).size).toBeLessThanOrEqual(1);
        for (const [at, place] of person.unmerged) expect([place, "ACCOUNT_ARCHIVED"]).toContain(places[at]);
        if (places.some((place) => place.startsWith("ACCOUNT_"))) return;
        await person.switchTo(switched, "NONE");
        await round(during);
        await person.switchTo(switched, "MERGE_BY_EMAIL");
        expect(await round(last)).toEqual(places);
      },
    );
    await fc.assert(property, { numRuns: times(5) });
  });
});
