/** Endpoints of a hostile or broken provider: discovery, token endpoint and userinfo send wrong answers. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Fetch } from "../../../src/protocols/http/index.js";
import { describeProvider, discoverProvider } from "../../../src/protocols/oidc/index.js";
import {
  startHostileOpenIdProvider,
  type FaultName,
  type HostileOpenIdProvider,
} from "../../support/providers/hostile-openid/index.js";
import { codeOf, SignInDriver, makeParty, makeSurroundings, refusalOf, RULES } from "./driver.js";

let provider: HostileOpenIdProvider;
beforeAll(async () => {
  provider = await startHostileOpenIdProvider();
});
afterAll(() => provider.close());
afterEach(() => provider.setFault(null));

type Refused = Readonly<Partial<Record<FaultName, string>>>;

describe("discovery", () => {
  const discover = (changes = {}, surroundings = makeSurroundings()) =>
    discoverProvider(
      { address: provider.url, issuer: null, allowCrossHostEndpoints: false, rules: RULES, ...changes },
      surroundings,
    );

  const REFUSED: Refused = {
    "discovery-html": "OIDC_ANSWER_NOT_JSON",
    "discovery-null": "OIDC_DISCOVERY_INVALID",
    "discovery-list": "OIDC_DISCOVERY_INVALID",
    "discovery-redirect": "OIDC_ANSWER_REDIRECT",
    "discovery-endless": "OIDC_ANSWER_TOO_LARGE",
    "discovery-disconnect": "OIDC_PROVIDER_UNREACHABLE",
    "discovery-not-found": "OIDC_ENDPOINT_NOT_FOUND",
    "discovery-not-found-page": "OIDC_ENDPOINT_NOT_FOUND",
    "discovery-gone": "OIDC_ENDPOINT_NOT_FOUND",
    "discovery-failing": "OIDC_PROVIDER_UNAVAILABLE",
    "discovery-issuer-of-another": "OIDC_DISCOVERY_ISSUER_MISMATCH",
    "discovery-issuer-with-path": "OIDC_DISCOVERY_ISSUER_MISMATCH",
    "discovery-issuer-of-all-tenants": "OIDC_DISCOVERY_ISSUER_MISMATCH",
    "discovery-issuer-missing": "OIDC_DISCOVERY_INVALID",
    "discovery-issuer-is-list": "OIDC_DISCOVERY_INVALID",
    "discovery-token-endpoint-missing": "OIDC_DISCOVERY_INVALID",
    "discovery-token-endpoint-is-number": "OIDC_DISCOVERY_INVALID",
    "discovery-token-endpoint-not-absolute": "OIDC_ENDPOINT_REFUSED",
    "discovery-token-endpoint-plain-http": "OIDC_ENDPOINT_REFUSED",
    "discovery-token-endpoint-with-credentials": "OIDC_ENDPOINT_REFUSED",
    "discovery-authorization-endpoint-script": "OIDC_ENDPOINT_REFUSED",
    "discovery-token-endpoint-elsewhere": "OIDC_ENDPOINT_ON_OTHER_HOST",
    "discovery-authorization-endpoint-elsewhere": "OIDC_ENDPOINT_ON_OTHER_HOST",
    "discovery-jwks-elsewhere": "OIDC_ENDPOINT_ON_OTHER_HOST",
    "discovery-userinfo-elsewhere": "OIDC_ENDPOINT_ON_OTHER_HOST",
    "discovery-end-session-elsewhere": "OIDC_ENDPOINT_ON_OTHER_HOST",
  };
  test.each(Object.entries(REFUSED))("%s → %s", async (fault, code) => {
    provider.setFault(fault as FaultName);
    expect(await codeOf(discover())).toBe(code);
  });

  test("that never answers ends in a refusal", async () => {
    provider.setFault("discovery-silent");
    const impatient = { ...makeSurroundings(), requestTimeoutMilliseconds: 200 };
    expect(await codeOf(discover({}, impatient))).toBe("OIDC_PROVIDER_TIMEOUT");
  });

  test.each(["discovery-not-found", "discovery-not-found-page"] as const)(
    "%s names the requested address, with the path that Usher added",
    async (fault) => {
      provider.setFault(fault);
      const { detail } = await refusalOf(discover());
      expect(detail).toContain(`${provider.url}/.well-known/openid-configuration answered status 404`);
    },
  );

  test("takes a base address, one with a slash, and the document's own", async () => {
    for (const address of ["", "/", "/.well-known/openid-configuration"])
      expect((await discover({ address: provider.url + address })).issuer).toBe(provider.issuer);
  });

  test("requires in tokens the issuer's own form if only a slash differs", async () => {
    provider.setFault("discovery-issuer-with-slash");
    expect((await discover()).issuer).toBe(`${provider.issuer}/`);
    const driver = SignInDriver.of(await makeParty(provider));
    provider.setFault(null);
    expect(await codeOf(driver.signIn(provider))).toBe("OIDC_ISSUER_MISMATCH");
  });

  test("must name a configured issuer, character for character", async () => {
    expect((await discover({ issuer: provider.issuer })).issuer).toBe(provider.issuer);
    expect(await codeOf(discover({ issuer: `${provider.issuer}/` }))).toBe("OIDC_DISCOVERY_ISSUER_MISMATCH");
    provider.setFault("discovery-issuer-with-path");
    expect((await discover({ issuer: `${provider.issuer}/tenant` })).issuer).toBe(`${provider.issuer}/tenant`);
  });

  test("may name endpoints on other hosts if the connection allows it, but not over plain http", async () => {
    provider.setFault("discovery-token-endpoint-elsewhere");
    const found = await discover({ allowCrossHostEndpoints: true });
    expect(found.tokenEndpoint).toBe("https://attacker.example/token");
    provider.setFault("discovery-token-endpoint-plain-http");
    expect(await codeOf(discover({ allowCrossHostEndpoints: true }))).toBe("OIDC_ENDPOINT_REFUSED");
  });

  test("does not request a forbidden address", async () => {
    provider.forget();
    const rules = { ...RULES, serverUrl: () => "must be public" };
    expect(await codeOf(discover({ rules }))).toBe("OIDC_ENDPOINT_REFUSED");
    expect(provider.requests).toEqual([]);
  });

  test("checks entered endpoints by the same rules", () => {
    const given = {
      issuer: "https://id.example",
      authorizationEndpoint: "https://id.example/authorize",
      tokenEndpoint: "https://tokens.example/token",
      jwksUri: "https://keys.example/keys",
      userinfoEndpoint: null,
      endSessionEndpoint: null,
    };
    expect(describeProvider(given, RULES)).toMatchObject(given);
    expect(() => describeProvider({ ...given, jwksUri: "http://keys.example/keys" }, RULES)).toThrow(
      "OIDC_ENDPOINT_REFUSED",
    );
  });
});

describe("the token endpoint", () => {
  const REFUSED: Refused = {
    "token-null": "OIDC_TOKEN_ANSWER_INVALID",
    "token-list": "OIDC_TOKEN_ANSWER_INVALID",
    "token-text": "OIDC_TOKEN_ANSWER_INVALID",
    "token-nothing": "OIDC_ANSWER_NOT_JSON",
    "token-html": "OIDC_ANSWER_NOT_JSON",
    "token-deep": "OIDC_ANSWER_NOT_JSON",
    "token-endless": "OIDC_ANSWER_TOO_LARGE",
    "token-disconnect": "OIDC_PROVIDER_UNREACHABLE",
    "token-redirect": "OIDC_ANSWER_REDIRECT",
    "token-failing": "OIDC_PROVIDER_UNAVAILABLE",
    "token-failing-in-json": "OIDC_PROVIDER_UNAVAILABLE",
    "token-status-without-error": "OIDC_TOKEN_ANSWER_INVALID",
    "token-id-token-missing": "OIDC_ID_TOKEN_MISSING",
    "token-id-token-null": "OIDC_ID_TOKEN_MISSING",
    "token-id-token-is-number": "OIDC_ID_TOKEN_MALFORMED",
    "token-id-token-is-object": "OIDC_ID_TOKEN_MALFORMED",
    "token-id-token-is-list": "OIDC_ID_TOKEN_MALFORMED",
    "token-id-token-empty": "OIDC_ID_TOKEN_MALFORMED",
    "token-id-token-too-long": "OIDC_ID_TOKEN_TOO_LONG",
    "token-access-token-missing": "OIDC_TOKEN_ANSWER_INVALID",
    "token-access-token-is-number": "OIDC_TOKEN_ANSWER_INVALID",
    "token-type-of-another": "OIDC_TOKEN_ANSWER_INVALID",
    "token-type-missing": "OIDC_TOKEN_ANSWER_INVALID",
    "token-error-with-status-200": "OIDC_CODE_REFUSED",
    "token-error-is-object": "OIDC_PROVIDER_ERROR",
    "token-invalid-grant": "OIDC_CODE_REFUSED",
    "token-invalid-client": "OIDC_CLIENT_CREDENTIALS_REFUSED",
    "token-invalid-request": "OIDC_PROVIDER_ERROR",
    "token-secret-wrong": "OIDC_CLIENT_CREDENTIALS_REFUSED",
    "token-secret-expired": "OIDC_CLIENT_SECRET_EXPIRED",
    "token-redirect-uri-unknown": "OIDC_REDIRECT_URI_MISMATCH",
  };
  test.each(Object.entries(REFUSED))("%s → %s, and the next sign-in succeeds", async (fault, code) => {
    const driver = SignInDriver.of(await makeParty(provider));
    provider.setFault(fault as FaultName);
    expect(await codeOf(driver.signIn(provider))).toBe(code);
    provider.setFault(null);
    expect((await driver.signIn(provider)).subject).toBe("alice-1");
  });

  test("with an ID token that is too long names its length and what to do", async () => {
    provider.setFault("token-id-token-too-long");
    const { detail } = await refusalOf(SignInDriver.of(await makeParty(provider)).signIn(provider));
    expect(detail).toBe("too long: 70000 characters, and at most 65536 are read; let the provider send fewer groups");
  });

  test("that never answers ends in a refusal", async () => {
    const surroundings = makeSurroundings();
    const driver = SignInDriver.of(await makeParty(provider, {}, surroundings));
    provider.setFault("token-silent");
    surroundings.requestTimeoutMilliseconds = 200;
    expect(await codeOf(driver.signIn(provider))).toBe("OIDC_PROVIDER_TIMEOUT");
  });

  test("that is not listening ends in a refusal", async () => {
    const party = await makeParty(provider);
    const closed = await startHostileOpenIdProvider();
    await closed.close();
    const tokenEndpoint = `${closed.url}/token`;
    const driver = SignInDriver.of({ ...party, provider: { ...party.provider, tokenEndpoint } });
    expect(await codeOf(driver.signIn(provider))).toBe("OIDC_PROVIDER_UNREACHABLE");
  });

  test.each([
    ["TIMEOUT", "OIDC_PROVIDER_TIMEOUT"],
    ["TOO_LARGE", "OIDC_ANSWER_TOO_LARGE"],
    ["REDIRECT_REFUSED", "OIDC_ANSWER_REDIRECT"],
    ["CERTIFICATE_REFUSED", "OIDC_CERTIFICATE_REFUSED"],
    ["ADDRESS_REFUSED", "OIDC_ENDPOINT_REFUSED"],
    ["UNREACHABLE", "OIDC_PROVIDER_UNREACHABLE"],
    ["toString", "OIDC_PROVIDER_UNREACHABLE"],
  ])("reports a guarded fetch's %s as %s", async (code, expected) => {
    const party = await makeParty(provider);
    const guarded: Fetch = () => Promise.reject(Object.assign(new Error("refused"), { code }));
    const driver = SignInDriver.of({
      ...party,
      surroundings: { ...party.surroundings, fetch: guarded, now: () => new Date() },
    });
    expect(await codeOf(driver.signIn(provider))).toBe(expected);
  });

  test("asks the fetch not to follow redirects", async () => {
    const party = await makeParty(provider);
    const seen: (RequestInit | undefined)[] = [];
    const recording: Fetch = (url, init) => {
      seen.push(init);
      return fetch(url, init);
    };
    const driver = SignInDriver.of({ ...party, surroundings: { fetch: recording, now: () => new Date() } });
    await driver.signIn(provider);
    expect(seen.map((init) => [init?.redirect, init?.signal instanceof AbortSignal])).toEqual([["manual", true]]);
  });

  test("shows its error to administrators, on one line and cut short", async () => {
    const driver = SignInDriver.of(await makeParty(provider));
    provider.setFault("token-secret-wrong");
    const { detail } = await refusalOf(driver.signIn(provider));
    expect(detail).toMatch(
      /^the provider answered invalid_client: AADSTS7000215: Invalid client secret provided. \[31mTrace ID: 1 x+$/,
    );
    expect(detail?.length).toBeLessThan(400);
  });
});

describe("userinfo", () => {
  const LEAN = { claims: { sub: "alice-1" }, userinfo: { email: "alice@acme.test", email_verified: true } };
  const needsUserinfo = () => true;

  test("adds what the ID token lacks", async () => {
    const driver = SignInDriver.of(await makeParty(provider, { needsUserinfo }));
    const { claims, subject } = await driver.signIn(provider, LEAN);
    expect(subject).toBe("alice-1");
    expect(claims).toMatchObject({ sub: "alice-1", ...LEAN.userinfo });
  });

  test("is asked only if it is needed", async () => {
    const driver = SignInDriver.of(
      await makeParty(provider, { needsUserinfo: (claims) => claims["email"] === undefined }),
    );
    provider.forget();
    await driver.signIn(provider);
    expect(provider.count("userinfo")).toBe(0);
    await driver.signIn(provider, LEAN);
    expect(provider.count("userinfo")).toBe(1);
  });

  test("overrides no claim of the ID token, and adds no claim that needs a signature", async () => {
    const driver = SignInDriver.of(await makeParty(provider, { needsUserinfo }));
    provider.setFault("userinfo-overriding");
    const person = { claims: { sub: "alice-1", given_name: "Alice", amr: ["pwd"] }, userinfo: { email: "a@b.test" } };
    const { claims, issuer } = await driver.signIn(provider, person);
    expect(issuer).toBe(provider.issuer);
    expect(claims).toMatchObject({ iss: provider.issuer, aud: provider.clientId, given_name: "Alice", amr: ["pwd"] });
    for (const name of ["auth_time", "acr", "tid", "oid", "hd", "xms_edov"]) expect(claims).not.toHaveProperty(name);
    expect(claims["email"]).toBe("a@b.test");
  });

  test.each([
    [{ email: "a@acme.test" }, { email: "b@acme.test", email_verified: true }, undefined],
    [{ email: "a@acme.test" }, { email: "a@acme.test", email_verified: true }, true],
    [{ email: "a@acme.test", email_verified: false }, { email: "a@acme.test", email_verified: true }, false],
    [{ email_verified: true }, { email: "b@acme.test" }, undefined],
    [{ email_verified: true }, { email: "b@acme.test", email_verified: false }, false],
  ])("never verifies a different address: %j with %j", async (claims, userinfo, expected) => {
    const driver = SignInDriver.of(await makeParty(provider, { needsUserinfo }));
    const verified = await driver.signIn(provider, { claims: { sub: "alice-1", ...claims }, userinfo });
    expect(verified.claims["email_verified"]).toBe(expected);
  });

  const REFUSED: Refused = {
    "userinfo-subject-of-another": "OIDC_USERINFO_SUBJECT_MISMATCH",
    "userinfo-subject-missing": "OIDC_USERINFO_SUBJECT_MISMATCH",
    "userinfo-subject-is-list": "OIDC_USERINFO_SUBJECT_MISMATCH",
    "userinfo-null": "OIDC_USERINFO_INVALID",
    "userinfo-list": "OIDC_USERINFO_INVALID",
    "userinfo-html": "OIDC_ANSWER_NOT_JSON",
    "userinfo-redirect": "OIDC_ANSWER_REDIRECT",
    "userinfo-endless": "OIDC_ANSWER_TOO_LARGE",
    "userinfo-refused": "OIDC_USERINFO_INVALID",
    "userinfo-forbidden": "OIDC_USERINFO_INVALID",
    "userinfo-forbidden-without-json": "OIDC_USERINFO_INVALID",
    "userinfo-failing": "OIDC_PROVIDER_UNAVAILABLE",
  };
  test.each(Object.entries(REFUSED))("%s → %s", async (fault, code) => {
    const driver = SignInDriver.of(await makeParty(provider, { needsUserinfo }));
    provider.setFault(fault as FaultName);
    expect(await codeOf(driver.signIn(provider, LEAN))).toBe(code);
  });

  test.each([
    ["userinfo-refused", true, /status 401/],
    ["userinfo-forbidden", true, /status 403/],
    ["userinfo-forbidden-without-json", true, /status 403/],
    ["userinfo-failing", false, /status 503/],
  ] as const)("%s refuses nobody if the connection continues with the ID token", async (fault, isDenied, reason) => {
    const driver = SignInDriver.of(await makeParty(provider, { needsUserinfo, goesOnWithoutUserinfo: true }));
    provider.setFault(fault);
    const { claims, withheld } = await driver.signIn(provider, LEAN);
    expect(claims).not.toHaveProperty("email");
    expect(withheld).toEqual({ isDenied, reason: expect.stringMatching(reason) });
  });

  test.each([
    "userinfo-subject-of-another",
    "userinfo-subject-missing",
    "userinfo-null",
    "userinfo-html",
    "userinfo-redirect",
    "userinfo-endless",
  ] as const)("%s refuses the sign-in even for such a connection", async (fault) => {
    const driver = SignInDriver.of(await makeParty(provider, { needsUserinfo, goesOnWithoutUserinfo: true }));
    provider.setFault(fault);
    expect(await codeOf(driver.signIn(provider, LEAN))).toBe(REFUSED[fault]);
  });

  test("that never answers ends in a refusal", async () => {
    const surroundings = makeSurroundings();
    const party = await makeParty(provider, { needsUserinfo }, surroundings);
    await SignInDriver.of(party).signIn(provider, LEAN);
    provider.setFault("userinfo-silent");
    surroundings.requestTimeoutMilliseconds = 2_000;
    expect(await codeOf(SignInDriver.of(party).signIn(provider, LEAN))).toBe("OIDC_PROVIDER_TIMEOUT");
  });
});
