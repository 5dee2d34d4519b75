/** Test sign-ins and previews over real HTTP: their results for an administrator, without any other effect. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser, type Page } from "../../testing/browser.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
  type Person,
} from "../support/providers/hostile-openid/index.js";
import { startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant } from "../support/saml-tenant.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { askGraphQL, startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
let samlProvider: SamlProvider;
let now = 0;
beforeAll(async () => {
  usher = await startTestUsher({ clock: () => new Date(Date.now() + now) });
  provider = await startHostileOpenIdProvider();
  samlProvider = await startSamlProvider({});
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
  await samlProvider.close();
});

const EXPLANATION = `claims profile { field value claim } rules { kind claim operator value target matched reason }
  decision { kind code remedy detail userId roleKeys groupIds takesSeat awaitsApproval }`;
const ATTEMPT = `query ($reference: String!) { signInAttempt(reference: $reference) {
  kind outcome detail email steps { step } ${EXPLANATION} } }`;

type Asks = Pick<Tenant, "ask" | "connectionId" | "organizationId">;

const startTest = async ({ ask, connectionId }: Asks): Promise<{ startUrl: string; reference: string }> =>
  (
    await ask(`mutation ($id: ID!) { startTestSignIn(connectionId: $id) { startUrl reference expiresAt } }`, {
      id: connectionId,
    })
  ).startTestSignIn;

/** Opens the test's start address, which must redirect to the provider. Returns the redirect's address. */
async function leave(browser: Browser, startUrl: string): Promise<string> {
  const page = await browser.get(startUrl, { follow: false });
  expect([page.status, page.visibleText]).toEqual([303, expect.anything()]);
  return page.headers.location!;
}

async function runTest(
  tenant: Asks,
  person: Person,
  browser = createBrowser(),
): Promise<{ page: Page; reference: string }> {
  const { startUrl, reference } = await startTest(tenant);
  const callback = await provider.authorize(await leave(browser, startUrl), person);
  return { page: await browser.get(callback), reference };
}

const readAttempt = async ({ ask }: Asks, reference: string) => (await ask(ATTEMPT, { reference })).signInAttempt;

/** All data that a sign-in could change. */
async function takeStock(tenant: Tenant): Promise<unknown> {
  const { organization, connection } = await tenant.ask(
    `query ($id: ID!, $connection: ID!) { organization(id: $id) { version totalSeats }
       connection(id: $connection) { version health { lastSucceededAt lastFailedAt lastFailureCode lastTestedAt } } }`,
    { id: tenant.organizationId, connection: tenant.connectionId },
  );
  return { organization, connection, users: await tenant.users(), events: await tenant.events() };
}

describe("a test sign-in", () => {
  it("shows claims, fields, rules and what a sign-in would do, and changes nothing", async () => {
    const tenant = await createTenant(usher, provider);
    await tenant.ask(
      `mutation ($id: ID!) { setRoleMappings(input: { connectionId: $id, mappings: [
           { claim: "groups", operator: EQUALS, value: "Administrators", roleKey: "ADMIN" },
           { claim: "groups", operator: EQUALS, value: "Managers", roleKey: "MANAGER" }] }) { connection { id } } }`,
      { id: tenant.connectionId },
    );
    await tenant.ask(
      `mutation ($id: ID!) { setAttributeMappings(input: { connectionId: $id, mappings: [
           { claim: "dept", field: "department" }, { claim: "missing", field: "costCenter" }] }) { connection { id } } }`,
      { id: tenant.connectionId },
    );
    const before = await takeStock(tenant);
    const browser = createBrowser();
    const { page, reference } = await runTest(
      tenant,
      makePerson("tess", { groups: ["Managers", "Everybody"], dept: "Quality" }),
      browser,
    );
    expect({ status: page.status, text: page.visibleText }).toEqual({
      status: 200,
      text: expect.stringContaining("This was a test. Nobody was signed in"),
    });
    expect(page.visibleText).toContain("would create an account and let the person in");
    expect(page.visibleText).toContain(reference);
    // Any user of the browser can see this page.
    expect(page.visibleText).not.toContain("tess@acme.test");
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    expect(String(page.headers["set-cookie"] ?? "")).not.toContain("usher-session=usher");
    expect(await takeStock(tenant)).toEqual(before);

    const attempt = await readAttempt(tenant, reference);
    expect(attempt).toMatchObject({
      kind: "TEST",
      outcome: "SUCCEEDED",
      claims: { sub: "tess-1", groups: ["Managers", "Everybody"], dept: "Quality", email: "tess@acme.test" },
      decision: { kind: "CREATE", code: null, userId: null, roleKeys: ["MANAGER"], takesSeat: false },
    });
    expect(attempt.steps.map(({ step }: { step: string }) => step)).toEqual([
      "START",
      "RETURN",
      "VERIFY",
      "NORMALIZE",
      "COMPLETE",
    ]);
    expect(attempt.profile).toEqual(
      expect.arrayContaining([
        { field: "department", value: "Quality", claim: "dept" },
        { field: "firstName", value: "Tess", claim: "given_name" },
        { field: "email", value: "tess@acme.test", claim: "email" },
      ]),
    );
    expect(
      attempt.rules.map(({ kind, value, matched, reason }: Record<string, unknown>) => ({
        kind,
        value,
        matched,
        reason,
      })),
    ).toEqual([
      { kind: "ATTRIBUTE", value: null, matched: true, reason: 'The claim dept is "Quality".' },
      { kind: "ATTRIBUTE", value: null, matched: false, reason: "The provider did not send the claim missing." },
      {
        kind: "ROLE",
        value: "Administrators",
        matched: false,
        reason: 'The claim groups is "Managers", "Everybody", and no value fits.',
      },
      { kind: "ROLE", value: "Managers", matched: true, reason: 'The claim groups has the value "Managers".' },
    ]);
  });

  it("tests a draft, whose people cannot sign in yet", async () => {
    const tenant = await createTenant(usher, provider);
    await tenant.disable();
    const { page, reference } = await runTest(tenant, makePerson("dora"));
    expect(page.visibleText).toContain("would create an account");
    expect(await readAttempt(tenant, reference)).toMatchObject({ outcome: "SUCCEEDED", decision: { kind: "CREATE" } });
    expect((await createBrowser().get(tenant.startUrl)).status).toBe(403);
  });

  it("says with which code a sign-in would be refused, and what to do", async () => {
    const tenant = await createTenant(usher, provider, { policies: { jitProvisioning: false } });
    const before = await takeStock(tenant);
    const { page, reference } = await runTest(tenant, makePerson("rex"));
    expect(page.visibleText).toContain("NO_MATCHING_ACCOUNT");
    expect(await readAttempt(tenant, reference)).toMatchObject({
      kind: "TEST",
      outcome: "NO_MATCHING_ACCOUNT",
      decision: { kind: "REFUSE", code: "NO_MATCHING_ACCOUNT", remedy: expect.any(String), roleKeys: [], groupIds: [] },
    });
    expect(await takeStock(tenant)).toEqual(before);
  });

  it("records where the protocol refused, with no claims, since nothing was verified", async () => {
    const tenant = await createTenant(usher, provider);
    const browser = createBrowser();
    const { startUrl, reference } = await startTest(tenant);
    const callback = new URL(await provider.authorize(await leave(browser, startUrl), makePerson("cora")));
    callback.searchParams.delete("code");
    callback.searchParams.set("error", "access_denied");
    const before = await takeStock(tenant);
    const page = await browser.get(callback.href);
    expect(page.visibleText).toContain("Test sign-in");
    expect(page.visibleText).toContain(reference);
    const attempt = await readAttempt(tenant, reference);
    expect(attempt).toMatchObject({ kind: "TEST", claims: null, profile: null, rules: null, decision: null });
    expect(attempt.outcome).not.toBe("SUCCEEDED");
    expect(await takeStock(tenant)).toEqual(before);
  });

  it("goes through a SAML provider as well", async () => {
    const tenant = await createSamlTenant(usher, samlProvider);
    const browser = createBrowser();
    const { startUrl, reference } = await startTest(tenant);
    const { fields } = samlProvider.answer(samlProvider.readRequest(await leave(browser, startUrl)), "p-1001");
    const page = await browser.post(tenant.acsUrl, fields as Record<string, string>, { from: samlProvider.signOnUrl });
    expect(page.visibleText).toContain("This was a test.");
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    expect(await tenant.users()).toEqual([]);
    const attempt = await readAttempt(tenant, reference);
    expect(attempt).toMatchObject({ kind: "TEST", outcome: "SUCCEEDED", decision: { kind: "CREATE" } });
    expect(attempt.claims).toMatchObject({ nameId: { value: expect.any(String) }, attributes: expect.any(Object) });
  });

  it.each([
    ["whose audience is wrong", { audiences: [["https://sibling.example"]] }, "SAML_WRONG_AUDIENCE"],
    ["that is an error", { status: "urn:oasis:names:tc:SAML:2.0:status:Responder" }, "SAML_PROVIDER_REFUSED"],
  ])("shows under its reference a refused SAML response %s", async (_name, changes, outcome) => {
    const tenant = await createSamlTenant(usher, samlProvider);
    await tenant.disable();
    const browser = createBrowser();
    const { startUrl, reference } = await startTest(tenant);
    const request = samlProvider.readRequest(await leave(browser, startUrl));
    const { fields } = samlProvider.answer(request, "p-1001", changes);
    const page = await browser.post(tenant.acsUrl, fields as Record<string, string>, { from: samlProvider.signOnUrl });
    expect(page.visibleText).toContain("Test sign-in");
    expect(page.visibleText).toContain(reference);
    const attempt = await readAttempt(tenant, reference);
    expect(attempt).toMatchObject({ kind: "TEST", outcome, decision: null });
    expect(attempt.steps.map(({ step }: { step: string }) => step)).toEqual(["START", "RETURN", "VERIFY"]);
    expect(await tenant.attempts()).toHaveLength(1);
  });

  it("accepts a post for a draft only while a test of it is under way", async () => {
    const tenant = await createSamlTenant(usher, samlProvider);
    await tenant.disable();
    const other = await createSamlTenant(usher, samlProvider);
    const { fields } = await other.authenticate(createBrowser());
    const page = await createBrowser().post(tenant.acsUrl, fields as Record<string, string>, {
      from: samlProvider.signOnUrl,
    });
    expect(page.status).toBe(403);
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "CONNECTION_NOT_ACTIVE" });
    const browser = createBrowser();
    const { startUrl, reference } = await startTest(tenant);
    const { fields: own } = samlProvider.answer(samlProvider.readRequest(await leave(browser, startUrl)), "p-1001");
    await browser.post(tenant.acsUrl, own as Record<string, string>, { from: samlProvider.signOnUrl });
    expect(await readAttempt(tenant, reference)).toMatchObject({ outcome: "SUCCEEDED" });
  });
});

describe("a test sign-in cannot be turned into a sign-in", () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await createTenant(usher, provider);
  });

  it.each([
    ["with the test taken from the address of the answer", (url: URL) => url.searchParams.delete("test")],
    ["with returnTo", (url: URL) => url.searchParams.set("returnTo", "/o/acme")],
    ["with an empty test", (url: URL) => url.searchParams.set("test", "")],
    ["with prompt and login_hint", (url: URL) => url.searchParams.set("prompt", "none")],
  ])("%s", async (_name, change) => {
    const browser = createBrowser();
    const { startUrl } = await startTest(tenant);
    const callback = new URL(await provider.authorize(await leave(browser, startUrl), makePerson("mallory")));
    change(callback);
    const page = await browser.get(callback.href);
    expect(page.visibleText).toContain("This was a test.");
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
  });

  it("by opening its end again, also in a browser that is signed in", async () => {
    const browser = createBrowser();
    await tenant.signIn(browser, makePerson("sam"));
    const { startUrl } = await startTest(tenant);
    const callback = await provider.authorize(await leave(browser, startUrl), makePerson("tina"));
    await browser.get(callback);
    await browser.get(callback);
    expect(await whoIsSignedIn(browser, usher)).toBe("sam@acme.test");
    expect((await tenant.users()).map(({ email }) => email)).not.toContain("tina@acme.test");
  });

  it("by a second use of its address: the page says that the test is over", async () => {
    const browser = createBrowser();
    const { startUrl, reference } = await startTest(tenant);
    await browser.get(await provider.authorize(await leave(browser, startUrl), makePerson("una")));
    const page = await browser.get(startUrl, { follow: false });
    expect(page.status).toBe(400);
    expect(page.visibleText).toContain("This test sign-in was finished");
    expect(await readAttempt(tenant, reference)).toMatchObject({ outcome: "SUCCEEDED" });
  });

  it("by beginning it twice before it ends: the second end changes nothing", async () => {
    const [one, other] = [createBrowser(), createBrowser()];
    const { startUrl, reference } = await startTest(tenant);
    const first = await provider.authorize(await leave(one, startUrl), makePerson("vera"));
    const second = await provider.authorize(await leave(other, startUrl), makePerson("walt"));
    await one.get(first);
    const page = await other.get(second);
    expect(page.status).toBe(400);
    expect(await readAttempt(tenant, reference)).toMatchObject({ email: "vera@acme.test" });
    expect(await whoIsSignedIn(other, usher)).toBeNull();
  });

  it.each([
    ["a token that nobody made", async () => "v1.test.AAAA"],
    ["an empty token", async () => ""],
    [
      "a token of another connection",
      async () => {
        const other = await createTenant(usher, provider);
        return new URL((await startTest(other)).startUrl).searchParams.get("test")!;
      },
    ],
  ])("and %s begins nothing", async (_name, make) => {
    const page = await createBrowser().get(`${tenant.startUrl}?${new URLSearchParams({ test: await make() })}`, {
      follow: false,
    });
    expect(page.status).toBe(400);
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "TEST_SIGN_IN_OVER" });
  });

  it("and a test that was not begun within an hour begins nothing", async () => {
    const { startUrl } = await startTest(tenant);
    now = 61 * 60_000;
    try {
      expect((await createBrowser().get(startUrl, { follow: false })).status).toBe(400);
    } finally {
      now = 0;
    }
  });
});

describe("a preview", () => {
  it("does the same for claims that an administrator typed in, and for those of an earlier sign-in", async () => {
    const tenant = await createTenant(usher, provider);
    await tenant.signIn(createBrowser(), makePerson("paula", { groups: ["Managers"] }));
    const [user] = await tenant.users();
    const before = await takeStock(tenant);
    const preview = async (variables: Record<string, unknown>) =>
      (
        await tenant.ask(
          `query ($id: ID!, $claims: JSON, $reference: String) {
             previewSignIn(connectionId: $id, claims: $claims, reference: $reference) { ${EXPLANATION} } }`,
          { id: tenant.connectionId, ...variables },
        )
      ).previewSignIn;
    const reference = (await tenant.attempts())[0]!.reference;
    expect(await preview({ reference })).toMatchObject({
      claims: { sub: "paula-1", groups: ["Managers"] },
      decision: { kind: "UPDATE", userId: user!.id, roleKeys: ["USER"] },
    });
    expect(
      await preview({ claims: { sub: "new-1", email: "new@acme.test", given_name: "New", family_name: "Comer" } }),
    ).toMatchObject({
      decision: { kind: "CREATE", userId: null, roleKeys: ["USER"] },
    });
    expect(await preview({ claims: { sub: "new-1", email: "new@acme.test" } })).toMatchObject({
      decision: { kind: "REFUSE", code: "NAME_MISSING" },
    });
    expect(await takeStock(tenant)).toEqual(before);
    await expect(preview({ claims: { email: "new@acme.test" } })).rejects.toThrow("sub must be a text");
    await expect(preview({ claims: [] })).rejects.toThrow("must be an object of claims by name");
    await expect(preview({})).rejects.toThrow("one of the two");
    await expect(preview({ reference: "NOSUCHREF" })).rejects.toThrow("NOT_FOUND");
  });
});

interface PreviewedUser {
  readonly email: string;
  readonly gains: readonly string[];
  readonly losses: readonly string[];
  readonly refused: string | null;
  readonly admitted: boolean;
}

describe("a preview of mappings", () => {
  const PREVIEW = `query ($input: PreviewMappingsInput!, $first: Int) { previewMappings(input: $input, first: $first) {
    examined users { user { id } email gains losses refused admitted } } }`;

  it("tells with each person's last sign-in who would gain, lose and be refused, and changes nothing", async () => {
    const tenant = await createTenant(usher, provider);
    const { connectionId } = tenant;
    const { createGroup } = await tenant.ask(
      `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`,
      { input: { organizationId: tenant.organizationId, name: "Trainers" } },
    );
    const groupId: string = createGroup.group.id;
    const rule = (value: string) => ({ claim: "groups", operator: "EQUALS", value });
    await tenant.ask(
      `mutation ($input: SetRoleMappingsInput!) { setRoleMappings(input: $input) { connection { id } } }`,
      { input: { connectionId, mappings: [{ ...rule("Managers"), roleKey: "MANAGER" }] } },
    );
    const browser = createBrowser();
    for (const [word, groups] of Object.entries({ mona: ["Managers"], tom: ["Trainers"], ida: [] }))
      await tenant.signIn(browser, makePerson(word, { groups }));
    const before = await takeStock(tenant);
    const preview = async (input: Record<string, unknown>, first?: number) =>
      (await tenant.ask(PREVIEW, { input: { connectionId, ...input }, first })).previewMappings;

    expect(await preview({})).toEqual({ examined: 3, users: [] });
    const change = {
      roleMappings: [{ ...rule("Trainers"), roleKey: "MANAGER" }],
      groupMappings: [{ ...rule("Trainers"), groupId }],
      policies: { roleSync: "AUTHORITATIVE", unmappedUser: "REFUSE" },
    };
    const { examined, users } = await preview(change);
    const byEmail = Object.fromEntries(
      users.map(({ email, gains, losses, refused, admitted }: PreviewedUser) => [
        email,
        { gains, losses, refused, admitted },
      ]),
    );
    expect([examined, byEmail]).toEqual([
      3,
      {
        "ida@acme.test": { gains: [], losses: [], refused: "NO_ROLE", admitted: false },
        "mona@acme.test": { gains: [], losses: [], refused: "NO_ROLE", admitted: false },
        "tom@acme.test": {
          gains: ["role:MANAGER", `group:${groupId}`],
          losses: ["role:USER"],
          refused: null,
          admitted: false,
        },
      },
    ]);
    expect((await preview({ policies: { roleSync: "AUTHORITATIVE" }, roleMappings: [] })).users).toMatchObject([]);
    expect((await preview(change, 1)).examined).toBe(1);
    expect(await takeStock(tenant)).toEqual(before);

    // The result is the same as in the preview.
    await tenant.ask(
      `mutation ($input: SetRoleMappingsInput!) { setRoleMappings(input: $input) { connection { id } } }`,
      { input: { connectionId, mappings: change.roleMappings } },
    );
    await tenant.updateConnection({ policies: change.policies });
    expect((await tenant.signIn(createBrowser(), makePerson("ida", { groups: [] }))).status).toBe(403);
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "NO_ROLE" });
    expect((await preview({ policies: { unmappedUser: "ALLOW" } })).users).toEqual(
      expect.arrayContaining([expect.objectContaining({ email: "ida@acme.test", admitted: true, refused: null })]),
    );
  });

  it("refuses rules that could not be stored, and more sign-ins than it looks at", async () => {
    const tenant = await createTenant(usher, provider);
    const ask = (input: Record<string, unknown>, first?: number) =>
      tenant.ask(PREVIEW, { input: { connectionId: tenant.connectionId, ...input }, first });
    const rule = { claim: "groups", operator: "EQUALS", value: "x" };
    await expect(ask({ roleMappings: [{ ...rule, roleKey: "NOBODY" }] })).rejects.toThrow("INVALID_INPUT");
    await expect(ask({ groupMappings: [{ ...rule, groupId: "unknown" }] })).rejects.toThrow("INVALID_INPUT");
    await expect(
      ask({ roleMappings: [{ ...rule, operator: "MATCHES", value: "(", roleKey: "USER" }] }),
    ).rejects.toThrow("INVALID_INPUT");
    for (const first of [51, 0, -1]) await expect(ask({}, first)).rejects.toThrow("must be from 1 to 50");
    // A negative number must not make up for what other fields of the request cost.
    const previewOf = (alias: string, first: number) =>
      `${alias}: previewMappings(input: { connectionId: "${tenant.connectionId}" }, first: ${first}) { examined }`;
    await expect(
      tenant.ask(`{ ${previewOf("a", -1_000_000)} ${previewOf("b", 50)} ${previewOf("c", 50)} }`),
    ).rejects.toThrow("QUERY_LIMIT_EXCEEDED");
  });
});

describe("what is kept of a sign-in", () => {
  it("is shown only to callers of the organization who have both permissions", async () => {
    const tenant = await createTenant(usher, provider);
    await tenant.signIn(createBrowser(), makePerson("nora"));
    const { reference } = (await tenant.attempts())[0]!;
    const read = async (scopes: readonly string[]) => {
      const { createApiKey } = await usher.ask(
        `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`,
        { input: { organizationId: tenant.organizationId, name: "Reader", scopes } },
      );
      return await askGraphQL(
        usher.url,
        `query ($r: String!) { signInAttempt(reference: $r) { outcome claims } }`,
        { r: reference },
        createApiKey.key,
      );
    };
    const withheld = {
      data: { signInAttempt: { outcome: "SUCCEEDED", claims: null } },
      errors: [{ extensions: { code: "FORBIDDEN" } }],
    };
    expect(await read(["CONNECTIONS_READ", "CONNECTIONS_WRITE"])).toMatchObject(withheld);
    expect(await read(["CONNECTIONS_READ", "USERS_READ"])).toMatchObject(withheld);
    expect(
      (await read(["CONNECTIONS_READ", "CONNECTIONS_WRITE", "USERS_READ"])).data.signInAttempt.claims,
    ).toMatchObject({
      sub: "nora-1",
    });
    const other = await createTenant(usher, provider);
    expect(
      await other.ask(`query ($r: String!) { signInAttempt(reference: $r) { outcome } }`, { r: reference }),
    ).toEqual({
      signInAttempt: null,
    });
  });

  it("is each person's last one, without tokens, and goes with the person", async () => {
    const tenant = await createTenant(usher, provider);
    const token = `eyJ${"a".repeat(20)}.${"b".repeat(20)}.${"c".repeat(20)}`;
    const browser = createBrowser();
    await tenant.signIn(
      browser,
      makePerson("lena", { _claim_sources: { src1: { access_token: "very-secret-token", JWT: token } } }),
    );
    await tenant.signIn(browser, makePerson("lena", { dept: "Sales", note: token }));
    const [last, first] = await tenant.attempts();
    expect(await readAttempt(tenant, first!.reference)).toMatchObject({
      kind: "SIGN_IN",
      claims: null,
      decision: null,
    });
    const kept = await readAttempt(tenant, last!.reference);
    expect(kept).toMatchObject({ claims: { dept: "Sales" }, decision: { kind: "UPDATE" } });
    expect(JSON.stringify(kept)).not.toContain(token);
    // A preview looks at the attributes that are kept.
    await tenant.ask(
      `mutation ($id: ID!) { setAttributeMappings(input: { connectionId: $id,
         mappings: [{ claim: "note", field: "jobTitle" }] }) { connection { id } } }`,
      { id: tenant.connectionId },
    );
    const { previewSignIn } = await tenant.ask(
      `query ($id: ID!, $r: String) { previewSignIn(connectionId: $id, reference: $r) { ${EXPLANATION} } }`,
      { id: tenant.connectionId, r: last!.reference },
    );
    expect(previewSignIn.rules).toMatchObject([{ claim: "note", matched: true }]);
    expect(JSON.stringify(previewSignIn)).not.toContain(token);
    const [user] = await tenant.users();
    // The test of a person without an account also names the person.
    const test = await runTest(tenant, makePerson("olga"));
    await tenant.signIn(createBrowser(), makePerson("olga"));
    const olga = (await tenant.users()).find(({ email }) => email === "olga@acme.test")!;
    await tenant.ask(`mutation ($id: ID!) { deleteUser(id: $id) { user { id } } }`, { id: olga.id });
    expect(await readAttempt(tenant, test.reference)).toMatchObject({ claims: null, email: null, decision: null });
    await tenant.ask(`mutation ($id: ID!) { deleteUser(id: $id) { user { id } } }`, { id: user!.id });
    expect(await readAttempt(tenant, last!.reference)).toMatchObject({ claims: null, profile: null, decision: null });
  });
});
