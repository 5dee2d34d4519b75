/** The callback: bound to its sign-in, consumes the flow, and refuses injected codes and mixed-up providers. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { OIDC_REFUSALS, type OidcRefusalCode } from "../../../src/protocols/oidc/index.js";
import {
  startHostileOpenIdProvider,
  type FaultName,
  type HostileOpenIdProvider,
  type HostileProviderOptions,
} from "../../support/providers/hostile-openid/index.js";
import { codeOf, SignInDriver, makeParty, refusalOf, runStrategy } from "./driver.js";

const running: HostileOpenIdProvider[] = [];
async function start(options?: HostileProviderOptions) {
  const provider = await startHostileOpenIdProvider(options);
  running.push(provider);
  return provider;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((provider) => provider.close()));
});

/** The callback with some parameters replaced. */
function withParameters(callback: string, changes: Readonly<Record<string, string>>): string {
  const url = new URL(callback);
  for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
  return url.href;
}

const stateOf = (address: string) => new URL(address).searchParams.get("state") ?? "";

describe("the answer's issuer", () => {
  test.each([true, false])(
    "of another provider is refused, announced: %s, and the flow stays usable",
    async (namesIssuer) => {
      const provider = await start({ namesIssuer });
      const driver = SignInDriver.of(await makeParty(provider));
      const callback = await provider.authorize(await driver.start());
      const foreign = withParameters(callback, { iss: "https://attacker.example" });
      provider.forget();
      expect(await codeOf(driver.finish(foreign))).toBe("OIDC_RESPONSE_ISSUER_MISMATCH");
      expect(provider.requests).toEqual([]);
      expect(driver.flows.consumed.size).toBe(0);
      expect((await driver.finish(callback)).subject).toBe("alice-1");
    },
  );

  test("that is missing is refused if the provider announces it, before the error is read", async () => {
    const provider = await start({ namesIssuer: true });
    const driver = SignInDriver.of(await makeParty(provider));
    provider.setFault("response-issuer-missing");
    const callback = await provider.authorize(await driver.start());
    expect(await codeOf(driver.finish(callback))).toBe("OIDC_RESPONSE_ISSUER_MISSING");
    expect(await codeOf(driver.finish(withParameters(callback, { error: "access_denied" })))).toBe(
      "OIDC_RESPONSE_ISSUER_MISSING",
    );
    expect(driver.flows.consumed.size).toBe(0);
  });

  test("that is missing is accepted if the provider does not announce it", async () => {
    const provider = await start();
    expect((await SignInDriver.of(await makeParty(provider)).signIn(provider)).subject).toBe("alice-1");
  });
});

describe("an answer", () => {
  test("is used up by the first of twenty parallel copies", async () => {
    const provider = await start();
    const driver = SignInDriver.of(await makeParty(provider));
    const callback = await provider.authorize(await driver.start());
    provider.forget();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => driver.finish(callback)));
    const refusals = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason.code);
    expect(refusals).toEqual(Array.from({ length: 19 }, () => "OIDC_FLOW_ALREADY_USED"));
    expect(provider.count("token")).toBe(1);
  });

  test("with an error uses the flow up as well", async () => {
    const provider = await start();
    const driver = SignInDriver.of(await makeParty(provider));
    provider.setFault("response-access-denied");
    const callback = await provider.authorize(await driver.start());
    expect(await codeOf(driver.finish(callback))).toBe("OIDC_ACCESS_DENIED");
    expect(await codeOf(driver.finish(callback))).toBe("OIDC_FLOW_ALREADY_USED");
  });

  const REFUSED: Readonly<Partial<Record<FaultName, OidcRefusalCode>>> = {
    "response-without-code": "OIDC_RESPONSE_INVALID",
    "response-with-empty-code": "OIDC_RESPONSE_INVALID",
    "response-access-denied": "OIDC_ACCESS_DENIED",
    "response-not-assigned": "OIDC_NOT_ASSIGNED",
    "response-consent-required": "OIDC_CONSENT_REQUIRED",
    "response-login-required": "OIDC_INTERACTION_REQUIRED",
    "response-server-error": "OIDC_PROVIDER_UNAVAILABLE",
    "response-invalid-scope": "OIDC_SCOPE_REFUSED",
    "response-unauthorized-client": "OIDC_CLIENT_REFUSED",
    "response-policy": "OIDC_POLICY_REFUSED",
    "response-error-of-prototype": "OIDC_PROVIDER_ERROR",
    "response-error-and-code": "OIDC_ACCESS_DENIED",
  };
  test.each(Object.entries(REFUSED))("%s → %s, without asking for tokens", async (fault, code) => {
    const provider = await start();
    const driver = SignInDriver.of(await makeParty(provider));
    provider.setFault(fault as FaultName);
    expect(await codeOf(driver.signIn(provider))).toBe(code);
    expect(provider.count("token")).toBe(0);
  });

  test("never shows its own text to the person", async () => {
    const provider = await start();
    const driver = SignInDriver.of(await makeParty(provider));
    provider.setFault("response-access-denied");
    const refusal = await refusalOf(driver.signIn(provider));
    expect(refusal.detail).toContain("<script>");
    const { message, remedy } = OIDC_REFUSALS[refusal.code as OidcRefusalCode];
    expect(message + remedy).not.toContain("script");
  });

  test("with an overlong code is refused", async () => {
    const provider = await start();
    const driver = SignInDriver.of(await makeParty(provider));
    const callback = await provider.authorize(await driver.start());
    expect(await codeOf(driver.finish(withParameters(callback, { code: "x".repeat(9_000) })))).toBe(
      "OIDC_RESPONSE_INVALID",
    );
  });

  test("that was posted is refused", async () => {
    const provider = await start();
    const { strategy } = SignInDriver.of(await makeParty(provider));
    const outcome = await runStrategy(strategy, { step: "post", parameters: {} });
    expect(outcome).toMatchObject({ kind: "error", error: { code: "OIDC_RESPONSE_INVALID" } });
  });
});

describe("an injected code", () => {
  test("of a different sign-in is refused by the code verifier", async () => {
    const provider = await start();
    const driver = SignInDriver.of(await makeParty(provider));
    const victim = await provider.authorize(await driver.start(), { claims: { sub: "victim" } });
    const attacker = await provider.authorize(await driver.start(), { claims: { sub: "attacker" } });
    const injected = withParameters(attacker, { code: new URL(victim).searchParams.get("code") ?? "" });
    expect(await codeOf(driver.finish(injected))).toBe("OIDC_CODE_REFUSED");
  });

  test("of a different sign-in is refused by the nonce if PKCE is turned off", async () => {
    const provider = await start();
    const driver = SignInDriver.of(await makeParty(provider, { pkce: false }));
    const victim = await provider.authorize(await driver.start(), { claims: { sub: "victim" } });
    const attacker = await provider.authorize(await driver.start(), { claims: { sub: "attacker" } });
    const injected = withParameters(attacker, { code: new URL(victim).searchParams.get("code") ?? "" });
    expect(await codeOf(driver.finish(injected))).toBe("OIDC_NONCE_MISMATCH");
  });

  test("is refused if the flow has lost its nonce", async () => {
    const provider = await start();
    const driver = SignInDriver.of(await makeParty(provider));
    const callback = await provider.authorize(await driver.start());
    const { codeVerifier = "" } = driver.flows.drafts.get(stateOf(callback))?.secrets ?? {};
    driver.flows.drafts.set(stateOf(callback), { requestId: null, secrets: { codeVerifier } });
    provider.setFault("id-token-nonce-empty");
    expect(await codeOf(driver.finish(callback))).toBe("OIDC_NONCE_MISMATCH");
  });

  test("of a stolen address is refused without the verifier, which never leaves the server", async () => {
    const provider = await start({ requiresPkce: true });
    const driver = SignInDriver.of(await makeParty(provider));
    const address = await driver.start();
    const callback = await provider.authorize(address);
    const { codeVerifier = "" } = driver.flows.drafts.get(stateOf(callback))?.secrets ?? {};
    expect(codeVerifier).toMatch(/^[\w-]{43}$/);
    expect(address + callback).not.toContain(codeVerifier);
    const thief = SignInDriver.of(await makeParty(provider));
    thief.flows.drafts.set(stateOf(callback), {
      requestId: null,
      secrets: { nonce: "x", codeVerifier: "y".repeat(43) },
    });
    expect(await codeOf(thief.finish(callback))).toBe("OIDC_CODE_REFUSED");
  });
});

describe("mixed-up providers", () => {
  test("cannot make Usher redeem the honest provider's code at the hostile one", async () => {
    const honest = await start({ namesIssuer: true });
    const hostile = await start();
    const atHonest = SignInDriver.of(await makeParty(honest));
    const atHostile = SignInDriver.of(await makeParty(hostile));
    const hostileState = stateOf(await atHostile.start());
    const answer = await honest.authorize(await atHonest.start());
    hostile.forget();
    expect(await codeOf(atHostile.finish(withParameters(answer, { state: hostileState })))).toBe(
      "OIDC_RESPONSE_ISSUER_MISMATCH",
    );
    expect(hostile.requests).toEqual([]);
  });

  test("cannot make Usher accept the token of one as the other's", async () => {
    const honest = await start();
    const hostile = await start();
    const party = await makeParty(honest);
    const { tokenEndpoint } = (await makeParty(hostile)).provider;
    const driver = SignInDriver.of({ ...party, provider: { ...party.provider, tokenEndpoint } });
    const address = new URL(await driver.start());
    const answer = await hostile.authorize(`${hostile.url}/authorize${address.search}`);
    expect(await codeOf(driver.finish(answer))).toBe("OIDC_ISSUER_MISMATCH");
  });
});
