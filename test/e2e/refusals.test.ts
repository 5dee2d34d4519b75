/** The page of a refused person, the stored attempt with its reference, and the refusals of hostile providers. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import {
  startHostileOpenIdProvider,
  type FaultName,
  type HostileOpenIdProvider,
} from "../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, whoIsSignedIn, type Tenant } from "../support/tenant.js";
import { askGraphQL, startTestUsher, type TestUsher } from "../support/usher.js";
import { auditGraphQLOverHttp } from "../platform/graphql/audit.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
let tenant: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({
    environment: { USHER_TRUSTED_PROXIES: "127.0.0.1,::1", USHER_FORWARDED_HEADER: "forwarded" },
  });
  provider = await startHostileOpenIdProvider();
  tenant = await createTenant(usher, provider, {
    organization: { supportContact: 'the help desk, <extension> "4711"' },
    policies: { jitProvisioning: false },
  });
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
});

describe("the page of a refusal", () => {
  it("shows only a safe sentence, the support contact and the reference", async () => {
    const page = await tenant.signIn(createBrowser(), makePerson("ada"));
    const [attempt] = await tenant.attempts();
    expect(page.status).toBe(403);
    expect(page.headers["cache-control"]).toBe("no-store");
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.visibleText).toContain("There is no account for you here yet.");
    expect(page.visibleText).toContain('For help, ask the help desk, <extension> "4711".');
    expect(page.visibleText).toContain(attempt!.reference);
    expect(page.text).not.toContain("<extension>");
    for (const internal of ["NO_MATCHING_ACCOUNT", "ada-1", "jitProvisioning", "createUser", provider.url, "Error"])
      expect(page.text).not.toContain(internal);
    expect(page.links.map(({ href }) => href.href)).toEqual([
      `${tenant.startUrl}?prompt=select_account`,
      `${usher.url}/o/${tenant.slug}?stay`,
    ]);
  });

  it("does not repeat text of the provider or of the request", async () => {
    const browser = createBrowser();
    provider.setFault("response-access-denied");
    const page = await tenant.signIn(browser).finally(() => provider.setFault(null));
    expect(page.visibleText).toContain("did not let you in");
    for (const theirs of ["alert(1)", "script", "access_denied"]) expect(page.text).not.toContain(theirs);
    expect((await tenant.attempts())[0]!.detail).toContain("access_denied: <script>alert(1)</script>");
    const strange = await browser.get(
      `${tenant.callbackUrl}?state=x&error=<b>hello</b>&error_description=<b>hello</b>`,
    );
    expect(strange.text).not.toContain("hello");
  });
});

describe("the attempt of a reference", () => {
  it("is also found by its outcome", async () => {
    const own = await createTenant(usher, provider, { policies: { jitProvisioning: false } });
    await own.signIn(createBrowser(), makePerson("ada"));
    await own.updateConnection({ policies: { jitProvisioning: true } });
    await own.signIn(createBrowser(), makePerson("ada"));
    await own.signIn(createBrowser(), makePerson("bob", { email: undefined }));
    const outcomesAmong = async (outcomes: readonly string[] | null) => {
      const { signInAttempts } = await own.ask(
        `query ($id: ID!, $outcomes: [String!]) { signInAttempts(organizationId: $id, filter: { outcomes: $outcomes }) {
           nodes { outcome } } }`,
        { id: own.organizationId, outcomes },
      );
      return signInAttempts.nodes.map(({ outcome }: { outcome: string }) => outcome);
    };
    expect(await outcomesAmong(null)).toEqual(["EMAIL_MISSING", "SUCCEEDED", "NO_MATCHING_ACCOUNT"]);
    expect(await outcomesAmong(["SUCCEEDED"])).toEqual(["SUCCEEDED"]);
    expect(await outcomesAmong(["NO_MATCHING_ACCOUNT", "EMAIL_MISSING"])).toEqual([
      "EMAIL_MISSING",
      "NO_MATCHING_ACCOUNT",
    ]);
    expect(await outcomesAmong(["SEATS_FULL"])).toEqual([]);
    expect(await outcomesAmong([])).toEqual([]);
  });

  it("shows an administrator what happened, the last step, what came and what to do", async () => {
    await tenant.signIn(createBrowser(), makePerson("ada"));
    const { reference } = (await tenant.attempts())[0]!;
    const { signInAttempts } = await tenant.ask(
      `query ($id: ID!, $reference: String) { signInAttempts(organizationId: $id, filter: { reference: $reference }) {
         nodes { reference outcome message remedy detail issuer subject email connectionId address userAgent steps { step at } } } }`,
      { id: tenant.organizationId, reference: ` ${reference.toLowerCase()} ` },
    );
    expect(signInAttempts.nodes).toEqual([
      expect.objectContaining({
        reference,
        outcome: "NO_MATCHING_ACCOUNT",
        message: "There is no account for you here yet.",
        remedy: expect.stringContaining("jitProvisioning"),
        detail: "Subject ada-1, address ada@acme.test.",
        issuer: provider.issuer,
        subject: "ada-1",
        email: "ada@acme.test",
        connectionId: tenant.connectionId,
        address: "127.0.0.1",
        steps: ["START", "RETURN", "VERIFY", "NORMALIZE", "COMPLETE"].map((step) => ({ step, at: expect.any(String) })),
      }),
    ]);
  });

  it("has the address that a trusted proxy wrote into the header that the operator chose", async () => {
    const own = await createTenant(usher, provider);
    const headers = { forwarded: 'for="203.0.113.5:49152"', "x-forwarded-for": "192.0.2.99" };
    await createBrowser().get(`${own.callbackUrl}?state=x&code=y`, { headers });
    const { signInAttempts } = await own.ask(
      `query ($id: ID!) { signInAttempts(organizationId: $id, first: 1) { nodes { address } } }`,
      { id: own.organizationId },
    );
    expect(signInAttempts.nodes).toEqual([{ address: "203.0.113.5" }]);
  });

  it("is hidden from strangers, other organizations, plain users and keys without the scope", async () => {
    const query = `query ($id: ID!) { signInAttempts(organizationId: $id) { nodes { reference detail } } }`;
    const codeFor = async (key: string | null) => {
      const answer = await usher.graphql(query, { id: tenant.organizationId }, key);
      expect(answer.data).toBeFalsy();
      return answer.errors?.[0]?.extensions.code;
    };
    const other = await createTenant(usher, provider);
    const { createApiKey } = await tenant.ask(
      `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`,
      { input: { organizationId: tenant.organizationId, name: "Reader", scopes: ["USERS_READ"] } },
    );
    expect(await codeFor(null)).toBe("UNAUTHENTICATED");
    expect(await codeFor(other.key)).toBe("NOT_FOUND");
    expect(await codeFor(createApiKey.key)).toBe("FORBIDDEN");

    const browser = createBrowser();
    await other.signIn(browser);
    const asUser = await browser.send("POST", `${usher.url}/graphql`, {
      type: "application/json",
      text: JSON.stringify({ query, variables: { id: other.organizationId } }),
    });
    expect(JSON.parse(asUser.text).errors[0].extensions.code).toBe("FORBIDDEN");
  });
});

describe("a provider that is hostile or broken", () => {
  let own: Tenant;
  beforeAll(async () => {
    own = await createTenant(usher, provider);
  });

  it.each<[FaultName, string]>([
    ["id-token-alg-none", "OIDC_ALGORITHM_REFUSED"],
    ["id-token-hs256-with-client-secret", "OIDC_ALGORITHM_REFUSED"],
    ["id-token-claims-exchanged", "OIDC_SIGNATURE_INVALID"],
    ["id-token-key-of-another-under-known-kid", "OIDC_SIGNATURE_INVALID"],
    ["id-token-issuer-of-another", "OIDC_ISSUER_MISMATCH"],
    ["id-token-audience-of-another", "OIDC_AUDIENCE_MISMATCH"],
    ["id-token-expired", "OIDC_TOKEN_EXPIRED"],
    ["response-issuer-of-another", "OIDC_RESPONSE_ISSUER_MISMATCH"],
    ["response-not-assigned", "OIDC_NOT_ASSIGNED"],
    ["response-without-code", "OIDC_RESPONSE_INVALID"],
    ["token-null", "OIDC_TOKEN_ANSWER_INVALID"],
    ["token-endless", "OIDC_ANSWER_TOO_LARGE"],
    ["token-redirect", "OIDC_ANSWER_REDIRECT"],
    ["token-html", "OIDC_ANSWER_NOT_JSON"],
    ["token-id-token-is-object", "OIDC_ID_TOKEN_MALFORMED"],
    ["token-secret-expired", "OIDC_CLIENT_SECRET_EXPIRED"],
    ["token-disconnect", "OIDC_PROVIDER_UNREACHABLE"],
  ])("with %s is refused without a session, an account or an event: %s", async (fault, code) => {
    const browser = createBrowser();
    provider.setFault(fault);
    const page = await own.signIn(browser, makePerson("mallory")).finally(() => provider.setFault(null));
    const [attempt] = await own.attempts();
    expect([page.status, attempt?.outcome]).toEqual([403, code]);
    expect(attempt?.remedy).toBeTruthy();
    expect(page.visibleText).toContain(attempt!.reference);
    expect(page.visibleText).toContain(attempt!.message!);
    expect(page.text).not.toContain(code);
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    expect(await own.users()).toEqual([]);
    expect(await own.events()).toEqual([]);
    // Data that was not verified is not recorded.
    expect(attempt).toMatchObject({ issuer: null, subject: null, email: null, userId: null });
  });

  it("leaves the installation as it was: the next person signs in", async () => {
    const browser = createBrowser();
    await own.signIn(browser, makePerson("ada"));
    expect(await whoIsSignedIn(browser, usher)).toBe("ada@acme.test");
    const { connection } = await own.ask(
      `query ($id: ID!) { connection(id: $id) { health { lastSucceededAt lastFailedAt lastFailureCode } } }`,
      { id: own.connectionId },
    );
    expect(connection.health).toEqual({
      lastSucceededAt: expect.any(String),
      lastFailedAt: expect.any(String),
      lastFailureCode: expect.stringMatching(/^OIDC_/),
    });
  });

  it("counts for the connection's health, and requests of strangers do not", async () => {
    const healthy = await createTenant(usher, provider);
    const stranger = createBrowser();
    for (const query of ["state=x&code=y", "state=a&state=b", "", "error=access_denied"])
      await stranger.get(`${healthy.callbackUrl}?${query}`);
    await stranger.post(healthy.callbackUrl.replace(/callback$/, "acs"), { SAMLResponse: "eA==" });
    await stranger.get(`${healthy.callbackUrl}/`);
    await stranger.get(`${healthy.startUrl}?test=x`);
    await stranger.get(await healthy.authenticate(createBrowser()));
    expect((await healthy.attempts()).length).toBeGreaterThanOrEqual(7);
    const { connection } = await healthy.ask(
      `query ($id: ID!) { connection(id: $id) { health { lastFailureCode } } }`,
      {
        id: healthy.connectionId,
      },
    );
    expect(connection.health.lastFailureCode).toBeNull();
  });

  it("at the start of a sign-in causes a refusal with a reference", async () => {
    const fresh = await createTenant(usher, provider);
    await fresh.updateConnection({ displayName: "Opened anew" });
    provider.setFault("discovery-issuer-of-another");
    const page = await createBrowser()
      .get(fresh.startUrl)
      .finally(() => provider.setFault(null));
    const [attempt] = await fresh.attempts();
    expect(attempt?.outcome).toBe("OIDC_DISCOVERY_ISSUER_MISMATCH");
    expect(page.visibleText).toContain(attempt!.reference);
    // A failure is not cached. When the provider works again, people can sign in.
    await fresh.signIn(createBrowser(), makePerson("ada"));
    expect((await fresh.attempts())[0]!.outcome).toBe("SUCCEEDED");
  });
});

describe("an answer at a wrong address", () => {
  const pathOf = (url: string) => new URL(url).pathname;

  it.each([
    ["with a slash at the end of the redirect URL", "GET", (url: URL) => (url.pathname += "/")],
    ["at an address that Usher does not have", "GET", (url: URL) => (url.pathname += "-old")],
    ["at the connection's own folder", "GET", (url: URL) => (url.pathname = url.pathname.replace("/callback", ""))],
    ["that is posted to the redirect URL", "POST", () => {}],
  ])("%s gets a page, and an attempt with both addresses", async (_name, method, change) => {
    const browser = createBrowser();
    const callback = new URL(await tenant.authenticate(browser, makePerson("wanda")));
    change(callback);
    const page = await (method === "GET" ? browser.get(callback.href) : browser.post(callback.href, { code: "x" }));
    const [attempt] = await tenant.attempts();
    expect([page.status, attempt]).toEqual([
      404,
      expect.objectContaining({
        outcome: "SIGN_IN_ADDRESS_WRONG",
        detail: `Expected ${tenant.callbackUrl}, received ${method} ${usher.url}${callback.pathname}.`,
        steps: [{ step: "RETURN" }],
      }),
    ]);
    expect(page.visibleText).toContain("sent you to a wrong address of this application");
    expect(page.visibleText).toContain(attempt!.reference);
    expect(page.text).not.toContain(pathOf(tenant.callbackUrl));
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
  });

  it.each(["callback?state=x&code=y", "callback/", "acs", "elsewhere", ""])(
    "of a connection that does not exist gets a page without a reference: %s",
    async (path) => {
      const page = await createBrowser().get(`${usher.url}/sso/00000000-0000-7000-8000-000000000000/${path}`);
      expect(page.status).toBe(404);
      expect(page.visibleText).toContain("This way of signing in does not exist. Its address is incomplete");
      expect(page.visibleText).not.toContain("reference");
    },
  );

  it("does not use up the sign-in, which the right address still completes", async () => {
    const own = await createTenant(usher, provider);
    const browser = createBrowser();
    const callback = await own.authenticate(browser, makePerson("wilma"));
    await browser.get(callback.replace("/callback?", "/callback/?"));
    expect(await whoIsSignedIn(browser, usher)).toBeNull();
    await browser.get(callback);
    expect(await whoIsSignedIn(browser, usher)).toBe("wilma@acme.test");
  });
});

describe("the whole application", () => {
  it("passes every GraphQL-over-HTTP audit, for strangers and for an operator", async () => {
    for (const headers of [{}, { authorization: `Bearer ${tenant.key}` }]) {
      const report = await auditGraphQLOverHttp(`${usher.url}/graphql`, headers as Record<string, string>);
      expect(report.failures).toEqual([]);
      expect(report.audits).toBeGreaterThanOrEqual(61);
    }
  });

  it("refuses an invalid key, and does not treat its caller as anonymous", async () => {
    const answer = await askGraphQL(usher.url, "{ viewer { permissions } }", {}, "usher_key_unknown");
    expect(answer.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});
