/** Authentication at the token endpoint with a signature: `private_key_jwt`, against a provider that verifies it by itself. */
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createAssertionKeys, diagnoseProvider, type AssertionClient } from "../../../src/protocols/oidc/index.js";
import {
  startHostileOpenIdProvider,
  type FaultName,
  type HostileOpenIdProvider,
  type HostileProviderOptions,
} from "../../support/providers/hostile-openid/index.js";
import { CALLBACK_URL, makeParty, refusalOf, RULES, SignInDriver } from "./driver.js";

type Keys = Awaited<ReturnType<typeof createAssertionKeys>>;
let keys: Keys;
let otherKeys: Keys;
beforeAll(async () => {
  [keys, otherKeys] = await Promise.all([createAssertionKeys(), createAssertionKeys()]);
});

let provider: HostileOpenIdProvider;
afterEach(() => provider.close());

/** Starts a provider that knows `keys`, and a relying party that signs with them. */
async function start(options: HostileProviderOptions = {}, changes: Partial<AssertionClient> = {}) {
  const clientKeys = async () => ({ keys: keys.map(({ publicKey }) => publicKey) });
  provider = await startHostileOpenIdProvider({ clientAuthentication: "private_key_jwt", clientKeys, ...options });
  const client: AssertionClient = {
    id: provider.clientId,
    redirectUri: CALLBACK_URL,
    authentication: "private_key_jwt",
    keys,
    audience: "ISSUER",
    ...changes,
  };
  return { client, driver: SignInDriver.of(await makeParty(provider, { client, needsUserinfo: () => true })) };
}

function diagnose(client: AssertionClient) {
  const discovery = { address: provider.url, issuer: null, allowCrossHostEndpoints: false, rules: RULES };
  const subject = { source: { discovery }, client, pkce: true, algorithms: ["RS256"] };
  return diagnoseProvider(subject, { fetch, now: () => new Date() });
}

const tokenRequests = () => provider.requests.filter(({ endpoint }) => endpoint === "token");
const assertions = () => tokenRequests().map(({ parameters }) => parameters["client_assertion"] ?? "");
const decode = (assertion: string, part: number) =>
  JSON.parse(Buffer.from(assertion.split(".")[part] ?? "", "base64url").toString("utf8")) as Record<string, unknown>;

describe("a client assertion", () => {
  test.each<[readonly string[] | undefined, string]>([
    [undefined, "RS256"],
    [["PS256", "RS256"], "RS256"],
    [["EdDSA", "ES256", "PS256"], "PS256"],
    [["ES256"], "ES256"],
  ])("is signed with an algorithm that the provider supports: %j", async (assertionAlgorithms, algorithm) => {
    const { driver } = await start(assertionAlgorithms && { assertionAlgorithms });
    const { subject } = await driver.signIn(provider);
    expect([subject, provider.assertionProblems]).toEqual(["alice-1", []]);
    const kty = algorithm === "ES256" ? "EC" : "RSA";
    const kid = keys.find(({ publicKey }) => publicKey["kty"] === kty)?.id;
    expect(decode(assertions()[0]!, 0)).toEqual({ alg: algorithm, kid });
  });

  test("names the client and the issuer alone, lives for two minutes, and has an id of its own", async () => {
    const { driver, client } = await start();
    for (let round = 0; round < 2; round += 1) await driver.signIn(provider);
    const claims = assertions().map((assertion) => decode(assertion, 1));
    for (const { iat, ...claim } of claims) {
      expect(claim).toEqual({
        iss: client.id,
        sub: client.id,
        aud: provider.issuer,
        exp: Number(iat) + 120,
        jti: expect.stringMatching(/^[\w-]{43}$/),
      });
    }
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2);
  });

  test("names the token endpoint if the connection says so", async () => {
    const { driver } = await start({ assertionAudience: "TOKEN_ENDPOINT" }, { audience: "TOKEN_ENDPOINT" });
    expect((await driver.signIn(provider)).subject).toBe("alice-1");
  });

  test("goes to the token endpoint and nowhere else, without a secret", async () => {
    const { driver } = await start();
    await driver.signIn(provider);
    expect(provider.count("userinfo")).toBe(1);
    for (const { endpoint, parameters, authorization } of provider.requests) {
      expect([endpoint, "client_assertion" in parameters]).toEqual([endpoint, endpoint === "token"]);
      expect(parameters).not.toHaveProperty("client_secret");
      expect(authorization ?? "").not.toMatch(/^Basic/);
    }
  });

  test("is not sent on after a redirect of the token endpoint", async () => {
    const { driver } = await start();
    const callback = await provider.authorize(await driver.start());
    provider.setFault("token-redirect" satisfies FaultName);
    const refusal = await refusalOf(driver.finish(callback));
    expect([refusal.code, tokenRequests().length]).toEqual(["OIDC_ANSWER_REDIRECT", 1]);
    expect(refusal.message).not.toContain(assertions()[0]);
  });

  test("is left out of the refusal when the provider repeats it", async () => {
    const { driver } = await start({ clientKeys: async () => ({ keys: [] }) });
    const callback = await provider.authorize(await driver.start());
    provider.setFault("token-repeats-request");
    const refusal = await refusalOf(driver.finish(callback));
    expect(refusal.code).toBe("OIDC_CLIENT_CREDENTIALS_REFUSED");
    expect(refusal.detail).toContain("the request was …");
    expect(refusal.detail).not.toContain(assertions()[0]!.slice(0, 40));
  });

  test.each<[string, HostileProviderOptions, Partial<AssertionClient>, string]>([
    ["a key that the provider does not know", { clientKeys: async () => ({ keys: [] }) }, {}, "kid"],
    ["an audience that the provider does not accept", { assertionAudience: "TOKEN_ENDPOINT" }, {}, "aud"],
    ["a different client", { clientId: "other" }, { id: "usher" }, "iss or sub"],
    ["a clock five minutes behind", { now: () => new Date(Date.now() + 300_000) }, {}, "exp"],
  ])("is refused by a real provider for %s", async (_, options, changes, problem) => {
    const { client } = await start(options, changes);
    const findings = await diagnose(client);
    expect(provider.assertionProblems).toEqual([problem]);
    expect(findings.find(({ check }) => check === "CLIENT_CREDENTIALS_ACCEPTED")).toMatchObject({ level: "ERROR" });
  });

  test("under a key id of the provider's list, but of another key, is refused", async () => {
    const [id] = keys.map((key) => key.id);
    const { driver } = await start({}, { keys: otherKeys.map((key) => ({ ...key, id: id! })) });
    expect((await refusalOf(driver.signIn(provider))).code).toBe("OIDC_CLIENT_CREDENTIALS_REFUSED");
    expect(provider.assertionProblems).toEqual(["signature"]);
  });

  test("shows the diagnosis that the provider accepts the key, and then a later sign-in uses another id", async () => {
    const { client, driver } = await start();
    const findings = await diagnose(client);
    const byCheck = Object.fromEntries(findings.map((finding) => [finding.check, finding]));
    expect(byCheck["CLIENT_AUTHENTICATION_SUPPORTED"]).toMatchObject({ level: "OK" });
    expect(byCheck["CLIENT_CREDENTIALS_ACCEPTED"]).toMatchObject({
      level: "OK",
      message: expect.stringContaining("accepts the client ID and key"),
    });
    await driver.signIn(provider);
    expect(provider.assertionProblems).toEqual([]);
  });

  test("warns in the diagnosis if the provider accepts none of the algorithms", async () => {
    const { client } = await start({ assertionAlgorithms: ["EdDSA"] });
    const findings = await diagnose(client);
    expect(findings.find(({ check }) => check === "CLIENT_AUTHENTICATION_SUPPORTED")).toMatchObject({
      level: "WARNING",
      message: expect.stringMatching(/with EdDSA, and Usher signs with RS256, PS256, ES256/),
    });
  });
});

test("the keys for providers have no private member", async () => {
  provider = await startHostileOpenIdProvider();
  const members = keys.map(({ publicKey }) => Object.keys(publicKey).sort());
  expect(members).toEqual([
    ["e", "kid", "kty", "n", "use"],
    ["alg", "crv", "kid", "kty", "use", "x", "y"],
  ]);
});
