/** ID tokens that a hostile provider forges or a broken provider spoils. Each is refused with the code of its fault. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createKeySet } from "../../../src/protocols/oidc/index.js";
import {
  startHostileOpenIdProvider,
  type FaultName,
  type HostileOpenIdProvider,
} from "../../support/providers/hostile-openid/index.js";
import { codeOf, SignInDriver, makeMemory, makeParty } from "./driver.js";

let provider: HostileOpenIdProvider;
beforeAll(async () => {
  provider = await startHostileOpenIdProvider();
});
afterAll(() => provider.close());
afterEach(() => provider.setFault(null));

const REFUSED: Readonly<Partial<Record<FaultName, string>>> = {
  "id-token-alg-none": "OIDC_ALGORITHM_REFUSED",
  "id-token-alg-none-in-mixed-case": "OIDC_ALGORITHM_REFUSED",
  "id-token-alg-missing": "OIDC_ALGORITHM_REFUSED",
  "id-token-hs256-with-client-secret": "OIDC_ALGORITHM_REFUSED",
  "id-token-hs256-with-public-key": "OIDC_ALGORITHM_REFUSED",
  "id-token-alg-not-allowed": "OIDC_ALGORITHM_REFUSED",
  "id-token-key-symmetric": "OIDC_ALGORITHM_REFUSED",
  "id-token-signature-broken": "OIDC_SIGNATURE_INVALID",
  "id-token-signature-empty": "OIDC_SIGNATURE_INVALID",
  "id-token-claims-exchanged": "OIDC_SIGNATURE_INVALID",
  "id-token-key-of-another-under-known-kid": "OIDC_SIGNATURE_INVALID",
  "id-token-key-of-another-without-kid": "OIDC_SIGNATURE_INVALID",
  "id-token-key-unknown": "OIDC_KEY_UNKNOWN",
  "id-token-key-weak": "OIDC_KEY_REFUSED",
  "id-token-key-private-part-published": "OIDC_KEY_REFUSED",
  "id-token-header-jwk": "OIDC_ID_TOKEN_HEADER_REFUSED",
  "id-token-header-jku": "OIDC_ID_TOKEN_HEADER_REFUSED",
  "id-token-header-x5u": "OIDC_ID_TOKEN_HEADER_REFUSED",
  "id-token-header-crit": "OIDC_ID_TOKEN_HEADER_REFUSED",
  "id-token-header-b64": "OIDC_ID_TOKEN_HEADER_REFUSED",
  "id-token-header-zip": "OIDC_ID_TOKEN_HEADER_REFUSED",
  "id-token-kid-is-list": "OIDC_ID_TOKEN_MALFORMED",
  "id-token-typ-of-access-token": "OIDC_ID_TOKEN_TYPE_WRONG",
  "id-token-typ-of-logout-token": "OIDC_ID_TOKEN_TYPE_WRONG",
  "id-token-typ-is-number": "OIDC_ID_TOKEN_TYPE_WRONG",
  "id-token-events-of-logout-token": "OIDC_ID_TOKEN_TYPE_WRONG",
  "id-token-issuer-of-another": "OIDC_ISSUER_MISMATCH",
  "id-token-issuer-with-slash": "OIDC_ISSUER_MISMATCH",
  "id-token-issuer-missing": "OIDC_ISSUER_MISMATCH",
  "id-token-issuer-is-list": "OIDC_ISSUER_MISMATCH",
  "id-token-audience-of-another": "OIDC_AUDIENCE_MISMATCH",
  "id-token-audience-with-another": "OIDC_AUDIENCE_MISMATCH",
  "id-token-audience-missing": "OIDC_AUDIENCE_MISMATCH",
  "id-token-audience-empty": "OIDC_AUDIENCE_MISMATCH",
  "id-token-azp-of-another": "OIDC_AUTHORIZED_PARTY_MISMATCH",
  "id-token-azp-null": "OIDC_AUTHORIZED_PARTY_MISMATCH",
  "id-token-expired": "OIDC_TOKEN_EXPIRED",
  "id-token-exp-missing": "OIDC_TIMES_INVALID",
  "id-token-exp-is-text": "OIDC_TIMES_INVALID",
  "id-token-exp-is-negative": "OIDC_TIMES_INVALID",
  "id-token-iat-missing": "OIDC_TIMES_INVALID",
  "id-token-iat-is-text": "OIDC_TIMES_INVALID",
  "id-token-nbf-is-text": "OIDC_TIMES_INVALID",
  "id-token-nbf-is-null": "OIDC_TIMES_INVALID",
  "id-token-issued-in-the-future": "OIDC_CLOCK_SKEW",
  "id-token-not-valid-yet": "OIDC_CLOCK_SKEW",
  "id-token-too-old": "OIDC_TOKEN_TOO_OLD",
  "id-token-nonce-missing": "OIDC_NONCE_MISMATCH",
  "id-token-nonce-of-another": "OIDC_NONCE_MISMATCH",
  "id-token-nonce-empty": "OIDC_NONCE_MISMATCH",
  "id-token-nonce-is-list": "OIDC_NONCE_MISMATCH",
  "id-token-subject-missing": "OIDC_SUBJECT_INVALID",
  "id-token-subject-empty": "OIDC_SUBJECT_INVALID",
  "id-token-subject-is-number": "OIDC_SUBJECT_INVALID",
  "id-token-subject-is-object": "OIDC_SUBJECT_INVALID",
  "id-token-subject-too-long": "OIDC_SUBJECT_INVALID",
  "id-token-subject-with-space": "OIDC_SUBJECT_INVALID",
  "id-token-at-hash-wrong": "OIDC_ACCESS_TOKEN_HASH_MISMATCH",
  "id-token-at-hash-is-null": "OIDC_ACCESS_TOKEN_HASH_MISMATCH",
  "id-token-claims-not-json": "OIDC_SIGNATURE_INVALID",
  "id-token-two-parts": "OIDC_ID_TOKEN_MALFORMED",
  "id-token-five-parts": "OIDC_ID_TOKEN_MALFORMED",
  "id-token-with-spaces": "OIDC_ID_TOKEN_MALFORMED",
  "id-token-header-not-json": "OIDC_ID_TOKEN_MALFORMED",
  "id-token-header-is-list": "OIDC_ID_TOKEN_MALFORMED",
  "id-token-claims-deep": "OIDC_CLAIMS_TOO_LARGE",
  "id-token-claims-many": "OIDC_CLAIMS_TOO_LARGE",
};

describe("an ID token is refused:", () => {
  test.each(Object.entries(REFUSED))("%s → %s", async (fault, code) => {
    provider.setFault(fault as FaultName);
    const driver = SignInDriver.of(await makeParty(provider));
    expect(await codeOf(driver.signIn(provider))).toBe(code);
    // The process still runs, and accepts correct tokens of the provider.
    provider.setFault(null);
    expect((await SignInDriver.of(await makeParty(provider)).signIn(provider)).subject).toBe("alice-1");
  });

  test.each(["id-token-auth-time-old", "id-token-auth-time-is-text"] as const)(
    "%s → OIDC_REAUTHENTICATION_MISSING where a new authentication was asked for",
    async (fault) => {
      provider.setFault(fault);
      const driver = SignInDriver.of(await makeParty(provider));
      expect((await driver.signIn(provider)).subject).toBe("alice-1");
      expect(await codeOf(driver.signIn(provider, undefined, { forceAuthentication: true }))).toBe(
        "OIDC_REAUTHENTICATION_MISSING",
      );
    },
  );

  test("by a type's own rule on the verified claims", async () => {
    const refusal = new Error("another tenant");
    const checkClaims = (claims: Readonly<Record<string, unknown>>) => {
      if (claims["sub"] !== "alice-1") throw refusal;
    };
    const driver = SignInDriver.of(await makeParty(provider, { checkClaims }));
    expect((await driver.signIn(provider)).subject).toBe("alice-1");
    await expect(driver.signIn(provider, { claims: { sub: "bob-1" } })).rejects.toBe(refusal);
  });

  test("even if a stored connection allows an algorithm that cannot be chosen", async () => {
    const algorithms = ["none", "HS256", "RS256"];
    for (const fault of ["id-token-alg-none", "id-token-hs256-with-client-secret", "id-token-key-symmetric"] as const) {
      provider.setFault(fault);
      expect(await codeOf(SignInDriver.of(await makeParty(provider, { algorithms })).signIn(provider))).toBe(
        "OIDC_ALGORITHM_REFUSED",
      );
    }
  });
});

describe("an ID token for further applications", () => {
  const sub = "alice-1";
  const signIn = async (claims: object, trustedAudiences: readonly string[] = ["project-7", "https://id.example"]) =>
    SignInDriver.of(await makeParty(provider, { trustedAudiences })).signIn(provider, { claims: { sub, ...claims } });

  test("is accepted if the connection trusts them and azp names the client", async () => {
    const claims = { aud: ["project-7", "usher", "https://id.example"], azp: "usher" };
    expect((await signIn(claims)).subject).toBe(sub);
    expect((await signIn({ aud: ["usher"] })).subject).toBe(sub);
    expect(await codeOf(signIn(claims, []))).toBe("OIDC_AUDIENCE_MISMATCH");
    expect(await codeOf(signIn(claims, ["project-7"]))).toBe("OIDC_AUDIENCE_MISMATCH");
  });

  test.each<[string, object, string]>([
    ["a trusted one alone", { aud: "project-7", azp: "usher" }, "OIDC_AUDIENCE_MISMATCH"],
    ["trusted ones alone", { aud: ["project-7", "https://id.example"], azp: "usher" }, "OIDC_AUDIENCE_MISMATCH"],
    ["one in another case", { aud: ["usher", "Project-7"], azp: "usher" }, "OIDC_AUDIENCE_MISMATCH"],
    ["one that is a list", { aud: ["usher", ["project-7"]], azp: "usher" }, "OIDC_AUDIENCE_MISMATCH"],
    [
      "a trusted one, issued to it",
      { aud: ["usher", "project-7"], azp: "project-7" },
      "OIDC_AUTHORIZED_PARTY_MISMATCH",
    ],
    ["a trusted one, issued to nobody", { aud: ["usher", "project-7"] }, "OIDC_AUTHORIZED_PARTY_MISMATCH"],
  ])("is refused: %s", async (_name, claims, code) => {
    expect(await codeOf(signIn(claims))).toBe(code);
  });
});

describe("the provider's keys", () => {
  let clock: { now: () => Date; secondsAhead: number; fetch: typeof fetch };
  beforeEach(() => {
    // Only the test moves the clock, because making a key takes a second on a busy machine.
    const start = Date.now();
    clock = { fetch, secondsAhead: 0, now: () => new Date(start + clock.secondsAhead * 1_000) };
  });
  afterEach(() => provider.rotateKeys({ keepOld: false }));

  test("may be rotated while people sign in", async () => {
    const driver = SignInDriver.of(await makeParty(provider, {}, clock));
    await driver.signIn(provider);
    clock.secondsAhead = 31;
    provider.rotateKeys();
    provider.forget();
    await driver.signIn(provider);
    await driver.signIn(provider);
    expect(provider.count("keys")).toBe(1);
  });

  test("may be replaced under the same key id", async () => {
    const driver = SignInDriver.of(await makeParty(provider, {}, clock));
    await driver.signIn(provider);
    clock.secondsAhead = 31;
    provider.rotateKeys({ sameKid: true });
    expect((await driver.signIn(provider)).subject).toBe("alice-1");
  });

  test("that were withdrawn are forgotten after ten minutes", async () => {
    const party = await makeParty(provider, {}, clock);
    const hint = { alg: "RS256", kid: undefined };
    const [before] = await party.keys.find(hint);
    provider.rotateKeys({ keepOld: false });
    clock.secondsAhead = 599;
    expect((await party.keys.find(hint))[0]).toBe(before);
    clock.secondsAhead = 601;
    expect((await party.keys.find(hint))[0]).not.toBe(before);
  });

  test("are not requested again and again for a flood of unknown key ids", async () => {
    const driver = SignInDriver.of(await makeParty(provider, {}, clock));
    await driver.signIn(provider);
    provider.setFault("id-token-key-unknown");
    provider.forget();
    clock.secondsAhead = 31;
    for (let round = 0; round < 20; round += 1) expect(await codeOf(driver.signIn(provider))).toBe("OIDC_KEY_UNKNOWN");
    expect(provider.count("keys")).toBe(1);
    const several = await Promise.all(Array.from({ length: 20 }, () => codeOf(driver.signIn(provider))));
    expect(new Set(several)).toEqual(new Set(["OIDC_KEY_UNKNOWN"]));
    expect(provider.count("keys")).toBe(1);
  });

  test("are requested once for many first sign-ins at the same time", async () => {
    const driver = SignInDriver.of(await makeParty(provider, {}, clock));
    provider.forget();
    await Promise.all(Array.from({ length: 10 }, () => driver.signIn(provider)));
    expect(provider.count("keys")).toBe(1);
  });

  test("are not requested again and again for a flood while the provider does not answer", async () => {
    const driver = SignInDriver.of(await makeParty(provider, {}, clock));
    await driver.signIn(provider);
    clock.secondsAhead = 31;
    provider.rotateKeys({ keepOld: false });
    provider.setFault("keys-failing");
    provider.forget();
    expect(await codeOf(driver.signIn(provider))).toBe("OIDC_PROVIDER_UNAVAILABLE");
    for (let round = 0; round < 5; round += 1) expect(await codeOf(driver.signIn(provider))).toBe("OIDC_KEY_UNKNOWN");
    expect(provider.count("keys")).toBe(1);
  });

  const HINT = { alg: "RS256", kid: undefined };
  const DAY_SECONDS = 24 * 3_600;

  test("are valid for a day while the provider does not answer, and are requested with growing pauses", async () => {
    const { keys } = await makeParty(provider, {}, clock);
    const [known] = await keys.find(HINT);
    provider.setFault("keys-failing");
    const asked: number[] = [];
    for (clock.secondsAhead = 610; clock.secondsAhead < 2 * 3_600; clock.secondsAhead += 10) {
      provider.forget();
      expect((await keys.find(HINT))[0]).toBe(known);
      if (provider.count("keys") > 0) asked.push(clock.secondsAhead - 610);
    }
    expect(asked.slice(0, 8)).toEqual([0, 30, 90, 210, 450, 930, 1_830, 2_730]);
    clock.secondsAhead = DAY_SECONDS - 5;
    expect((await keys.find(HINT))[0]).toBe(known);
    clock.secondsAhead = DAY_SECONDS + 5;
    expect(await codeOf(keys.find(HINT))).toBe("OIDC_PROVIDER_UNAVAILABLE");
    // When the provider serves its keys again, they are fetched again.
    provider.setFault(null);
    expect(await keys.find(HINT)).toHaveLength(1);
  });

  test("are requested at once for an unknown key id, and once for a flood of them", async () => {
    const party = await makeParty(provider);
    const driver = SignInDriver.of({ ...party, keys: createKeySet(party.provider.jwksUri, clock) });
    await driver.signIn(provider);
    provider.setFault("keys-failing");
    for (const seconds of [610, 700, 800, 1_100, 1_600]) {
      clock.secondsAhead = seconds;
      await driver.signIn(provider);
    }
    provider.setFault(null);
    provider.rotateKeys();
    provider.forget();
    clock.secondsAhead = 1_631;
    await Promise.all(Array.from({ length: 10 }, () => driver.signIn(provider)));
    expect(provider.count("keys")).toBe(1);
  });

  test("are valid after a restart for the rest of the day, and are stored once an hour and when they change", async () => {
    const memory = makeMemory(() => clock.now());
    const start = () =>
      createKeySet(`${provider.url}/keys`, { ...clock, now: () => clock.now(), memory: memory.open() });
    const keys = start();
    await keys.find(HINT);
    for (clock.secondsAhead = 610; clock.secondsAhead < 3_500; clock.secondsAhead += 610) await keys.find(HINT);
    expect(memory.writes()).toBe(1);
    clock.secondsAhead = 3_700;
    await keys.find(HINT);
    expect(memory.writes()).toBe(2);
    provider.setFault("keys-failing");
    clock.secondsAhead = 3_700 + DAY_SECONDS - 5;
    expect(await start().find(HINT)).toHaveLength(1);
    clock.secondsAhead = 3_700 + DAY_SECONDS + 5;
    expect(await codeOf(start().find(HINT))).toBe("OIDC_PROVIDER_UNAVAILABLE");
  });

  test("that were stored are checked again, and never used for a different address", async () => {
    const memory = makeMemory(() => clock.now());
    const open = (path: string) =>
      createKeySet(`${provider.url}/${path}`, { ...clock, now: () => clock.now(), memory: memory.open() });
    await open("keys").find(HINT);
    expect(await codeOf(open("others").find(HINT))).toBe("OIDC_KEYS_INVALID");
    const weak = JSON.stringify({ kty: "RSA", kid: "weak", n: "AQAB", e: "AQAB" });
    await memory.open().keep("keys", { jwksUri: `${provider.url}/keys`, keys: [weak, "{", "null"] });
    provider.forget();
    expect(await open("keys").find(HINT)).toEqual([]);
    expect(provider.count("keys")).toBe(0);
  });

  test("for a different algorithm are not used", async () => {
    const party = await makeParty(provider, {}, clock);
    expect(await party.keys.find({ alg: "RS256", kid: undefined })).not.toEqual([]);
    expect(await party.keys.find({ alg: "PS256", kid: undefined })).toEqual([]);
  });

  test.each([
    ["keys-html", "OIDC_ANSWER_NOT_JSON"],
    ["keys-null", "OIDC_KEYS_INVALID"],
    ["keys-not-a-list", "OIDC_KEYS_INVALID"],
    ["keys-of-null", "OIDC_KEYS_INVALID"],
    ["keys-too-many", "OIDC_KEYS_INVALID"],
    ["keys-unreadable", "OIDC_KEY_REFUSED"],
    ["keys-not-found", "OIDC_KEYS_INVALID"],
    ["keys-empty", "OIDC_KEY_UNKNOWN"],
    ["keys-redirect", "OIDC_ANSWER_REDIRECT"],
    ["keys-endless", "OIDC_ANSWER_TOO_LARGE"],
    ["keys-failing", "OIDC_PROVIDER_UNAVAILABLE"],
  ] as const)("%s → %s", async (fault, code) => {
    const driver = SignInDriver.of(await makeParty(provider, {}, clock));
    provider.setFault(fault);
    expect(await codeOf(driver.signIn(provider))).toBe(code);
  });

  test("are used if others in the document cannot be, with a key id and without", async () => {
    provider.setFault("keys-with-junk");
    const driver = SignInDriver.of(await makeParty(provider, {}, clock));
    expect((await driver.signIn(provider)).subject).toBe("alice-1");
    const { keys } = await makeParty(provider, {}, clock);
    expect(await keys.find({ alg: "RS256", kid: undefined })).toHaveLength(1);
    expect(keys.whyRefused("junk")).toMatch(/^it has 17 bits/);
  });

  test("that never arrive end in a refusal", async () => {
    const party = await makeParty(provider);
    provider.setFault("keys-silent");
    const keys = createKeySet(party.provider.jwksUri, { ...party.surroundings, requestTimeoutMilliseconds: 200 });
    expect(await codeOf(SignInDriver.of({ ...party, keys }).signIn(provider))).toBe("OIDC_PROVIDER_TIMEOUT");
  });
});
