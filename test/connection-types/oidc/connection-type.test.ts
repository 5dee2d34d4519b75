/** The OpenID Connect connection type from settings to profile, and its diagnosis. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { oidc } from "../../../src/connection-types/oidc/index.js";
import type { OidcSettings } from "../../../src/connection-types/oidc/settings.js";
import { createKeySet } from "../../../src/protocols/oidc/index.js";
import { createGuardedFetch } from "../../../src/platform/fetch/guarded-fetch.js";
import {
  startHostileOpenIdProvider,
  type FaultName,
  type HostileOpenIdProvider,
  type Person,
} from "../../support/providers/hostile-openid/index.js";
import { CALLBACK_URL, codeOf, SignInDriver, makeMemory } from "../../protocols/oidc/driver.js";
import { RUNTIME, settingsFor } from "./runtime.js";

let provider: HostileOpenIdProvider;
beforeAll(async () => {
  provider = await startHostileOpenIdProvider();
});
afterAll(() => provider.close());
afterEach(() => provider.setFault(null));

async function signIn(person: Person, changes: Partial<OidcSettings> = {}, mappedClaims: readonly string[] = []) {
  const settings = settingsFor(provider, changes);
  const runtime = { ...RUNTIME, mappedClaims };
  const opened = await oidc.open(settings, runtime);
  const driver = new SignInDriver(oidc.strategy(opened, runtime) as ConstructorParameters<typeof SignInDriver>[0]);
  return oidc.normalize(await driver.signIn(provider, person), settings);
}

test("the redirect URI is known before the provider is", () => {
  const details = oidc.serviceProvider(RUNTIME.addresses);
  expect(Object.fromEntries(details.map(({ name, value }) => [name, value]))).toEqual({
    redirectUrl: CALLBACK_URL,
    signOnUrl: RUNTIME.addresses.startUrl,
    logoutUrl: RUNTIME.addresses.logoutUrl,
    backChannelLogoutUrl: RUNTIME.addresses.backChannelLogoutUrl,
    jwksUrl: RUNTIME.addresses.jwksUrl,
  });
});

describe("a sign-in", () => {
  test("becomes a profile", async () => {
    const claims = {
      sub: "alice-1",
      email: "alice@acme.test",
      email_verified: true,
      given_name: "Alice",
      family_name: "Adams",
      phone_number: "+41 44 000 00 00",
      address: { locality: "Zürich", postal_code: "8001" },
      zoneinfo: "Europe/Zurich",
      department: "Sales",
      groups: ["Staff"],
      amr: ["pwd"],
    };
    const { attributes, ...profile } = await signIn({ claims });
    expect(profile).toEqual({
      issuer: provider.issuer,
      subject: "alice-1",
      email: "alice@acme.test",
      emailVerified: true,
      username: null,
      firstName: "Alice",
      lastName: "Adams",
      fullName: null,
      employeeId: null,
      groups: { kind: "known", values: ["Staff"] },
      groupsClaims: ["groups", "memberOf", "member_of"],
      profile: { phone: "+41 44 000 00 00", city: "Zürich", zipCode: "8001", timeZone: "Europe/Zurich" },
      authenticationMethods: ["pwd"],
      authentication: { acr: null, amr: ["pwd"], authenticatedAt: null, sessionEndsAt: null },
      sources: expect.objectContaining({ email: "email", firstName: "given_name", city: "address.locality" }),
    });
    expect(attributes).toMatchObject({ department: ["Sales"], groups: ["Staff"], "address.locality": ["Zürich"] });
  });

  test("asks userinfo only if the ID token lacks something", async () => {
    const lean = { claims: { sub: "alice-1", email: "a@acme.test" }, userinfo: { given_name: "A", family_name: "B" } };
    expect(await signIn(lean)).toMatchObject({ email: "a@acme.test", firstName: "A", lastName: "B" });
    const named = { ...lean, userinfo: { given_name: "A", family_name: "B", teams: ["T"] } };
    expect(await signIn(named, { groupsClaim: "teams" })).toMatchObject({ groups: { values: ["T"] } });
    provider.forget();
    await signIn({ claims: { ...lean.claims, given_name: "A", family_name: "B" } });
    expect(provider.count("userinfo")).toBe(0);
  });

  test("asks userinfo for the claim of a mapping or scope", async () => {
    const claims = { sub: "alice-1", email: "a@acme.test", given_name: "A", family_name: "B" };
    const person = { claims, userinfo: { dept: "Optics", address: { locality: "Zürich" }, memberOf: ["T"] } };
    expect((await signIn(person, {}, ["dept"])).attributes).toMatchObject({ dept: ["Optics"] });
    expect((await signIn(person, {}, ["groups"])).groups).toEqual({ kind: "known", values: ["T"] });
    expect((await signIn(person, { scopes: ["openid", "email", "address"] })).profile).toEqual({ city: "Zürich" });
    expect((await signIn(person, { scopes: ["openid", "email", "staff"] })).attributes).toHaveProperty("dept");
  });

  test("continues if userinfo is denied: the groups are silent, and the administrator sees why", async () => {
    provider.setFault("userinfo-forbidden");
    expect(await signIn({ claims: { sub: "alice-1", email: "a@acme.test" } })).toMatchObject({
      email: "a@acme.test",
      firstName: null,
      groups: { kind: "silent" },
      withheld: "the userinfo endpoint answered status 403",
    });
    provider.setFault(null);
    expect(await signIn({ claims: { sub: "alice-1", email: "a@acme.test" } })).not.toHaveProperty("withheld");
  });

  test("continues if userinfo cannot answer: groups that the ID token lacks are unknown", async () => {
    provider.setFault("userinfo-failing");
    const claims = { sub: "alice-1", email: "a@acme.test" };
    const reason = "the userinfo endpoint answered status 503";
    expect(await signIn({ claims })).toMatchObject({ groups: { kind: "unknown", reason }, withheld: reason });
    expect(await signIn({ claims: { ...claims, groups: ["A"] } })).toMatchObject({
      groups: { kind: "known", values: ["A"] },
    });
  });

  test("uses after a restart the last discovery document while the provider does not answer, and checks it again", async () => {
    const memory = makeMemory(() => new Date());
    const open = (changes: Partial<OidcSettings> = {}, urls = RUNTIME.urls) =>
      oidc.open(settingsFor(provider, changes), { ...RUNTIME, urls, memory: memory.open() });
    const before = await open();
    for (const fault of ["discovery-failing", "discovery-disconnect"] as const) {
      provider.setFault(fault);
      expect((await open()).provider).toEqual(before.provider);
    }
    const refused = (rule: (url: URL) => boolean) => (url: URL) => (rule(url) ? "is not allowed" : null);
    const isToken = refused(({ pathname }) => pathname === "/token");
    expect(await codeOf(open({}, { ...RUNTIME.urls, serverUrl: isToken }))).toBe("OIDC_ENDPOINT_REFUSED");
    expect(await codeOf(open({ issuer: "https://other.example" }))).toBe("OIDC_DISCOVERY_ISSUER_MISMATCH");
    expect(await codeOf(open({ discoveryUrl: `${provider.url}/tenant` }))).toBe("OIDC_ENDPOINT_NOT_FOUND");
    const elsewhere = "http://127.0.0.1:9";
    expect(await codeOf(open({ discoveryUrl: elsewhere, issuer: provider.url }))).toBe("OIDC_PROVIDER_UNREACHABLE");
    // A wrong answer has a different code than a missing answer.
    for (const [fault, code] of [
      ["discovery-issuer-of-another", "OIDC_DISCOVERY_ISSUER_MISMATCH"],
      ["discovery-not-found", "OIDC_ENDPOINT_NOT_FOUND"],
      ["discovery-html", "OIDC_ANSWER_NOT_JSON"],
    ] as const) {
      provider.setFault(fault);
      expect(await codeOf(open())).toBe(code);
    }
  });

  test("is refused with several addresses, also from userinfo", async () => {
    const email = ["alice@acme.test", "mallory@evil.test"];
    expect(await codeOf(signIn({ claims: { sub: "alice-1", email } }))).toBe("OIDC_EMAIL_AMBIGUOUS");
    expect(await codeOf(signIn({ claims: { sub: "alice-1" }, userinfo: { email } }))).toBe("OIDC_EMAIL_AMBIGUOUS");
    const claims = { sub: "alice-1", email, contact: "alice@acme.test" };
    expect((await signIn({ claims }, { emailClaim: "contact" })).email).toBe("alice@acme.test");
  });

  test("accepts an ID token for further applications only if the settings trust them", async () => {
    const claims = { sub: "alice-1", email: "a@acme.test", aud: ["usher", "project-7"], azp: "usher" };
    expect(await codeOf(signIn({ claims }))).toBe("OIDC_AUDIENCE_MISMATCH");
    expect((await signIn({ claims }, { trustedAudiences: ["project-7"] })).subject).toBe("alice-1");
  });

  test("works with entered endpoints", async () => {
    const { url } = provider;
    const manual = {
      discoveryUrl: null,
      issuer: url,
      authorizationEndpoint: `${url}/authorize`,
      tokenEndpoint: `${url}/token`,
      jwksUri: `${url}/keys`,
    };
    provider.forget();
    expect((await signIn({ claims: { sub: "alice-1", email: "a@acme.test" } }, manual)).subject).toBe("alice-1");
    expect(provider.count("discovery")).toBe(0);
  });

  test("sends the scopes of the connection, and openid once", async () => {
    const settings = settingsFor(provider, { scopes: ["groups", "openid"] });
    const strategy = oidc.strategy(await oidc.open(settings, RUNTIME), RUNTIME);
    const address = await new SignInDriver(strategy as ConstructorParameters<typeof SignInDriver>[0]).start();
    expect(new URL(address).searchParams.get("scope")).toBe("openid groups");
  });

  test("requests openid alone without other scopes", async () => {
    const strategy = oidc.strategy(await oidc.open(settingsFor(provider, { scopes: ["openid"] }), RUNTIME), RUNTIME);
    const address = await new SignInDriver(strategy as ConstructorParameters<typeof SignInDriver>[0]).start();
    expect(new URL(address).searchParams.get("scope")).toBe("openid");
  });

  test("is refused with an algorithm that the connection does not allow", async () => {
    expect(await codeOf(signIn({ claims: { sub: "1" } }, { signingAlgorithms: ["ES256"] }))).toBe(
      "OIDC_ALGORITHM_REFUSED",
    );
  });

  test("does not start if discovery is refused", async () => {
    provider.setFault("discovery-issuer-of-another");
    expect(await codeOf(oidc.open(settingsFor(provider), RUNTIME))).toBe("OIDC_DISCOVERY_ISSUER_MISMATCH");
    provider.setFault("discovery-token-endpoint-elsewhere");
    expect(await codeOf(oidc.open(settingsFor(provider), RUNTIME))).toBe("OIDC_ENDPOINT_ON_OTHER_HOST");
    const { provider: found } = await oidc.open(settingsFor(provider, { allowCrossHostEndpoints: true }), RUNTIME);
    expect(found.tokenEndpoint).toBe("https://attacker.example/token");
  });
});

test("every request uses the platform's guarded fetch, and its refusals keep their meaning", async () => {
  const guarded = createGuardedFetch({ allowedPrivateHosts: ["127.0.0.1"], timeoutMs: 2_000 });
  const strict = createGuardedFetch({ allowedPrivateHosts: [] });
  try {
    const settings = settingsFor(provider);
    const runtime = { ...RUNTIME, fetch: guarded.fetch, urls: guarded.rules };
    const opened = await oidc.open(settings, runtime);
    const driver = new SignInDriver(oidc.strategy(opened, runtime) as ConstructorParameters<typeof SignInDriver>[0]);
    expect((await driver.signIn(provider)).subject).toBe("alice-1");
    for (const [fault, code] of [
      ["token-redirect", "OIDC_ANSWER_REDIRECT"],
      ["token-endless", "OIDC_ANSWER_TOO_LARGE"],
      ["token-silent", "OIDC_PROVIDER_TIMEOUT"],
      ["token-disconnect", "OIDC_PROVIDER_UNREACHABLE"],
      ["token-null", "OIDC_TOKEN_ANSWER_INVALID"],
    ] as const) {
      provider.setFault(fault);
      expect(await codeOf(driver.signIn(provider))).toBe(code);
    }
    provider.setFault(null);
    const unlucky = { ...RUNTIME, fetch: strict.fetch, urls: strict.rules };
    expect(await codeOf(oidc.open(settings, unlucky))).toBe("OIDC_ENDPOINT_REFUSED");
    expect(await codeOf(oidc.open(settings, { ...unlucky, urls: guarded.rules }))).toBe("OIDC_ENDPOINT_REFUSED");
  } finally {
    await Promise.all([guarded.close(), strict.close()]);
  }
});

describe("a sign-out at the provider", () => {
  const handle = "0".repeat(40);
  const verified = { issuer: "", subject: "s-1", claims: { sid: "d-1", email: "ann@acme.test" }, accessToken: "" };

  test("sends the ID token of the sign-in, if the connection asks for it", async () => {
    const opened = await oidc.open(settingsFor(provider, { logoutAtProvider: true }), RUNTIME);
    const session = oidc.logout!.describeSession({ ...verified, idToken: "a.b.c" }, opened);
    expect(session).toEqual({ subject: "s-1", index: "d-1", secrets: { idTokenHint: "a.b.c" } });
    const address = new URL((await oidc.logout!.begin(session, handle, opened, RUNTIME))!);
    expect(address.origin + address.pathname).toBe(`${provider.url}/sign-out`);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: provider.clientId,
      id_token_hint: "a.b.c",
      post_logout_redirect_uri: RUNTIME.addresses.logoutUrl,
      state: handle,
    });
    const off = await oidc.open(settingsFor(provider), RUNTIME);
    expect(oidc.logout!.describeSession({ ...verified, idToken: "a.b.c" }, off)!.secrets).toEqual({});
    expect(await oidc.logout!.begin(session, handle, off, RUNTIME)).toBeNull();
  });

  test("names the person if the ID token does not fit into an address or is not kept", async () => {
    const opened = await oidc.open(settingsFor(provider, { logoutAtProvider: true }), RUNTIME);
    const session = oidc.logout!.describeSession({ ...verified, idToken: "x".repeat(6_001) }, opened);
    expect(session!.secrets).toEqual({ logoutHint: "ann@acme.test" });
    const hinted = new URL((await oidc.logout!.begin(session, handle, opened, RUNTIME))!);
    expect(hinted.searchParams.get("logout_hint")).toBe("ann@acme.test");
    const unknown = new URL((await oidc.logout!.begin(null, handle, opened, RUNTIME))!);
    expect([...unknown.searchParams.keys()]).toEqual(["client_id", "post_logout_redirect_uri", "state"]);
  });
});

describe("the diagnosis", () => {
  async function levels(changes: Partial<OidcSettings> = {}) {
    const findings = await oidc.diagnose(settingsFor(provider, changes), RUNTIME);
    for (const { level, remedy, message } of findings) {
      expect(message).toMatch(/\S/);
      expect(remedy === null).toBe(level === "OK");
    }
    return Object.fromEntries(findings.map(({ check, level }) => [check, level]));
  }
  const HEALTHY = {
    DISCOVERY_REACHABLE: "OK",
    ISSUER_MATCHES: "OK",
    ENDPOINTS_ACCEPTABLE: "OK",
    KEYS_USABLE: "OK",
    ALGORITHMS_ACCEPTABLE: "OK",
    CLIENT_AUTHENTICATION_SUPPORTED: "OK",
    PKCE_ADVERTISED: "OK",
    CLOCKS_AGREE: "OK",
    CLIENT_CREDENTIALS_ACCEPTED: "OK",
    REDIRECT_URI_REGISTERED: "OK",
  };

  test("says until when the known keys are valid while the provider does not answer", async () => {
    let now = new Date();
    const memory = makeMemory(() => now);
    const runtime = () => ({ ...RUNTIME, now: () => now, memory: memory.open() });
    await createKeySet(`${provider.url}/keys`, runtime()).find({ alg: "RS256", kid: undefined });
    const [from, until] = [now, new Date(now.getTime() + 24 * 3_600_000)].map((each) => each.toISOString());
    const observe = async () =>
      (await oidc.diagnose(settingsFor(provider), runtime())).find(({ check }) => check === "KEYS_USABLE");
    provider.setFault("keys-failing");
    expect(await observe()).toMatchObject({
      level: "WARNING",
      message: expect.stringContaining(`Sign-ins work with the keys of ${from} until ${until}.`),
    });
    now = new Date(now.getTime() + 24 * 3_600_000 + 1);
    expect(await observe()).toMatchObject({ level: "ERROR" });
  });

  test("finds nothing wrong with a healthy provider", async () => {
    expect(await levels()).toEqual(HEALTHY);
  });

  test.each<[FaultName, Partial<Record<string, string>>]>([
    ["discovery-issuer-of-another", { ISSUER_MATCHES: "ERROR", ENDPOINTS_ACCEPTABLE: "OK" }],
    ["discovery-token-endpoint-elsewhere", { ISSUER_MATCHES: "OK", ENDPOINTS_ACCEPTABLE: "ERROR" }],
    ["discovery-only-hs256", { ...HEALTHY, ALGORITHMS_ACCEPTABLE: "ERROR" }],
    ["discovery-only-post", { ...HEALTHY, CLIENT_AUTHENTICATION_SUPPORTED: "WARNING" }],
    ["discovery-clock-ahead", { ...HEALTHY, CLOCKS_AGREE: "ERROR" }],
    ["discovery-clock-behind", { ...HEALTHY, CLOCKS_AGREE: "WARNING" }],
    ["discovery-without-s256", HEALTHY],
    ["keys-html", { ...HEALTHY, KEYS_USABLE: "ERROR" }],
    ["keys-empty", { ...HEALTHY, KEYS_USABLE: "ERROR" }],
    ["id-token-key-private-part-published", { ...HEALTHY, KEYS_USABLE: "ERROR" }],
    ["id-token-key-weak", { ...HEALTHY, KEYS_USABLE: "WARNING" }],
    ["token-invalid-client", { ...HEALTHY, CLIENT_CREDENTIALS_ACCEPTED: "ERROR" }],
    ["token-secret-expired", { ...HEALTHY, CLIENT_CREDENTIALS_ACCEPTED: "ERROR" }],
    ["token-redirect-uri-unknown", { ...HEALTHY, CLIENT_CREDENTIALS_ACCEPTED: "ERROR" }],
    ["token-invalid-request", { ...HEALTHY, CLIENT_CREDENTIALS_ACCEPTED: "WARNING" }],
    ["token-null", { ...HEALTHY, CLIENT_CREDENTIALS_ACCEPTED: "WARNING" }],
    ["token-html", { ...HEALTHY, CLIENT_CREDENTIALS_ACCEPTED: "ERROR" }],
    ["authorize-redirect-uri-unknown-page", { ...HEALTHY, REDIRECT_URI_REGISTERED: "WARNING" }],
    ["authorize-redirect-uri-unknown-elsewhere", { ...HEALTHY, REDIRECT_URI_REGISTERED: "ERROR" }],
    ["authorize-redirect-uri-unknown-entra", { ...HEALTHY, REDIRECT_URI_REGISTERED: "ERROR" }],
    ["authorize-sign-in-page", HEALTHY],
    ["authorize-sign-in-elsewhere", HEALTHY],
    ["authorize-disconnect", HEALTHY],
  ])("of %s", async (fault, expected) => {
    provider.setFault(fault);
    const found = await levels();
    expect(found).toMatchObject(expected);
    if (expected["ISSUER_MATCHES"] === "ERROR") expect(found).not.toHaveProperty("KEYS_USABLE");
  });

  test.each<FaultName>(["discovery-html", "discovery-null", "discovery-redirect", "discovery-disconnect"])(
    "of %s stops there",
    async (fault) => {
      provider.setFault(fault);
      expect(await levels()).toEqual({ DISCOVERY_REACHABLE: "ERROR" });
    },
  );

  test("notices a wrong client secret, and PKCE that is turned off", async () => {
    expect(await levels({ clientSecret: "wrong" })).toMatchObject({ CLIENT_CREDENTIALS_ACCEPTED: "ERROR" });
    expect(await levels({ pkce: false })).toMatchObject({ PKCE_ADVERTISED: "WARNING" });
  });

  test("notices that no key fits the algorithms", async () => {
    expect(await levels({ signingAlgorithms: ["ES256"] })).toMatchObject({
      KEYS_USABLE: "ERROR",
      ALGORITHMS_ACCEPTABLE: "ERROR",
    });
  });

  test.each<[FaultName | null, Partial<OidcSettings>, RegExp, RegExp]>([
    [
      null,
      { signingAlgorithms: ["ES256"] },
      /fits ES256: they are for RS256/,
      /^Add the provider's algorithm to signingAlgorithms/,
    ],
    ["keys-empty", {}, /publishes no keys/, /^Create a signing key/],
    ["id-token-key-private-part-published", {}, /private part is published/, /a key that Usher never accepts/],
  ])("says what to do about keys that do not fit: %s %j", async (fault, changes, message, remedy) => {
    provider.setFault(fault);
    const findings = await oidc.diagnose(settingsFor(provider, changes), RUNTIME);
    expect(findings.find(({ check }) => check === "KEYS_USABLE")).toEqual({
      check: "KEYS_USABLE",
      level: "ERROR",
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
  });

  test("says that the provider knows the redirect URI, also through the guarded fetch", async () => {
    const guarded = createGuardedFetch({ allowedPrivateHosts: ["127.0.0.1"] });
    try {
      for (const runtime of [RUNTIME, { ...RUNTIME, fetch: guarded.fetch, urls: guarded.rules }]) {
        provider.forget();
        const findings = await oidc.diagnose(settingsFor(provider), runtime);
        expect(findings.at(-1)).toMatchObject({ message: "The provider knows the redirect URI." });
        expect(provider.requests.at(-1)?.parameters).toMatchObject({ prompt: "none", redirect_uri: CALLBACK_URL });
      }
      provider.setFault("authorize-redirect-uri-unknown-elsewhere");
      const findings = await oidc.diagnose(settingsFor(provider), { ...RUNTIME, fetch: guarded.fetch });
      expect(findings.at(-1)).toMatchObject({ check: "REDIRECT_URI_REGISTERED", level: "ERROR" });
    } finally {
      await guarded.close();
    }
  });

  test("checks entered endpoints", async () => {
    const { url } = provider;
    const manual = {
      discoveryUrl: null,
      issuer: url,
      authorizationEndpoint: `${url}/authorize`,
      tokenEndpoint: `${url}/token`,
      jwksUri: `${url}/keys`,
    };
    const { ENDPOINTS_ACCEPTABLE, KEYS_USABLE, CLIENT_CREDENTIALS_ACCEPTED, REDIRECT_URI_REGISTERED } = HEALTHY;
    expect(await levels(manual)).toEqual({
      ENDPOINTS_ACCEPTABLE,
      KEYS_USABLE,
      CLIENT_CREDENTIALS_ACCEPTED,
      REDIRECT_URI_REGISTERED,
    });
    expect(await levels({ ...manual, jwksUri: "http://keys.example/keys" })).toEqual({ ENDPOINTS_ACCEPTABLE: "ERROR" });
  });
});
