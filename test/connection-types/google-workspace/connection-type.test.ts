/** The Google Workspace connection type with a correct provider and with a hostile one. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createGoogleWorkspaceType } from "../../../src/connection-types/google-workspace/index.js";
import { DOMAIN, startHostileGoogle, type HostileGoogle } from "../../support/providers/google/hostile.js";
import type { FaultName } from "../../support/providers/hostile-openid/index.js";
import { CALLBACK_URL, codeOf, runStrategy } from "../../protocols/oidc/driver.js";
import { RUNTIME } from "../oidc/runtime.js";
import { openDriver, settingsFor, signIn } from "./runtime.js";

let google: HostileGoogle;
beforeAll(async () => {
  google = await startHostileGoogle();
});
afterAll(() => google.close());
afterEach(() => google.setFault(null));

describe("the domains", () => {
  const { parse } = createGoogleWorkspaceType("https://accounts.google.com", "https://admin.googleapis.com").settings
    .domains;
  const parseDomains = (input: unknown) => parse(input, RUNTIME.urls);

  test("are kept in lower case, once each", () => {
    expect(parseDomains([" Acme.Example ", "acme.example", "xn--bcher-kva.example"])).toEqual({
      value: ["acme.example", "xn--bcher-kva.example"],
    });
  });

  test.each([
    "acme",
    "@acme.example",
    "https://acme.example",
    "ada@acme.example",
    "*.example",
    ".example",
    "acme..example",
    "acme.example.",
    "-acme.example",
    "bücher.example",
    "acme.example/x",
  ])("are domains: %s is not one", (domain) => {
    expect(parseDomains([domain])).toHaveProperty("issue");
  });

  test.each(["gmail.com", "GMail.com", "googlemail.com"])("belong to one company: %s does not", (domain) => {
    expect(parseDomains([DOMAIN, domain])).toEqual({ issue: expect.stringContaining("personal") });
  });

  test("are at least one", () => {
    expect(parseDomains([])).toHaveProperty("issue");
  });
});

describe("a sign-in", () => {
  test("becomes a profile", async () => {
    expect(await signIn(google, google.person({ locale: "de" }))).toMatchObject({
      issuer: google.issuer,
      subject: "107691503500061507151",
      email: "ada@acme.example",
      emailVerified: true,
      firstName: "Ada",
      lastName: "Lovelace",
      fullName: "Ada Lovelace",
      groups: { kind: "silent" },
      profile: { locale: "de" },
      attributes: { hd: [DOMAIN] },
    });
  });

  test("begins with state, nonce, PKCE and the domain as a hint", async () => {
    const url = new URL(await (await openDriver(google)).start({ loginHint: "ada@acme.example" }));
    expect(url.origin + url.pathname).toBe(`${google.url}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: google.clientId,
      redirect_uri: CALLBACK_URL,
      scope: "openid email profile",
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      login_hint: "ada@acme.example",
      hd: DOMAIN,
    });
  });

  test("asks for company accounts of any domain if there are several", async () => {
    const driver = await openDriver(google, { domains: [DOMAIN, "acme.test"] });
    expect(new URL(await driver.start()).searchParams.get("hd")).toBe("*");
  });

  test("asks for consent if the connection says so, and keeps the address to itself", async () => {
    const driver = await openDriver(google, { loginHint: false, prompt: "consent" });
    const { searchParams } = new URL(await driver.start({ loginHint: "ada@acme.example" }));
    expect([searchParams.get("prompt"), searchParams.has("login_hint")]).toEqual(["consent", false]);
    expect(new URL(await driver.start({ chooseAccount: true })).searchParams.get("prompt")).toBe("select_account");
  });

  test("asks for a new choice of account with Google's own parameter", async () => {
    const url = new URL(await (await openDriver(google)).start({ forceAuthentication: true }));
    expect(url.searchParams.get("prompt")).toBe("select_account");
  });

  test("asks Google for a token and nothing else, and never for the profile", async () => {
    const driver = await openDriver(google);
    await driver.signIn(google, google.person());
    google.forget();
    const person = { ...google.person({ given_name: undefined }), userinfo: { given_name: "Mallory" } };
    expect((await driver.signIn(google, person)).claims).not.toHaveProperty("given_name");
    expect(google.requests.map(({ endpoint }) => endpoint)).toEqual(["authorize", "token"]);
  });

  test("is of any of the connection's domains, in any case", async () => {
    const changes = { domains: [DOMAIN, "acme.test"] };
    expect((await signIn(google, google.person({ hd: "acme.test" }), changes)).subject).toMatch(/^107/);
    expect((await signIn(google, google.person({ hd: "ACME.test" }), changes)).subject).toMatch(/^107/);
  });
});

describe("an account that is not of the company is refused", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["a personal account with an address of the company", { hd: undefined }, "GOOGLE_DOMAIN_MISSING"],
    ["another Workspace", { hd: "mallory.example" }, "GOOGLE_DOMAIN_MISMATCH"],
    [
      "another Workspace, with an address of the company",
      { hd: "acme.example.mallory.example" },
      "GOOGLE_DOMAIN_MISMATCH",
    ],
    ["a domain below", { hd: "sub.acme.example" }, "GOOGLE_DOMAIN_MISMATCH"],
    ["a domain with a dot", { hd: "acme.example." }, "GOOGLE_DOMAIN_MISMATCH"],
    ["an empty domain", { hd: "" }, "GOOGLE_DOMAIN_MISMATCH"],
    ["no domain, said aloud", { hd: null }, "GOOGLE_DOMAIN_MISMATCH"],
    ["a list of domains", { hd: [DOMAIN] }, "GOOGLE_DOMAIN_MISMATCH"],
    ["an object that is a domain as text", { hd: { toLowerCase: DOMAIN } }, "GOOGLE_DOMAIN_MISMATCH"],
  ])("%s", async (_, claims, code) => {
    expect(await codeOf(signIn(google, google.person(claims)))).toBe(code);
  });

  test("though Google did not follow the hint", async () => {
    const driver = await openDriver(google);
    const url = new URL(await driver.start());
    url.searchParams.delete("hd");
    const back = await google.authorize(url.href, google.person({ hd: "mallory.example" }));
    expect(await codeOf(driver.finish(back))).toBe("GOOGLE_DOMAIN_MISMATCH");
  });

  test("though userinfo says otherwise", async () => {
    const person = { ...google.person({ hd: undefined }), userinfo: { hd: DOMAIN } };
    expect(await codeOf(signIn(google, person))).toBe("GOOGLE_DOMAIN_MISSING");
  });
});

describe("what the library does not check is refused", () => {
  test.each<[FaultName, string]>([
    ["id-token-alg-none", "OIDC_ALGORITHM_REFUSED"],
    ["id-token-hs256-with-client-secret", "OIDC_ALGORITHM_REFUSED"],
    ["id-token-signature-broken", "OIDC_SIGNATURE_INVALID"],
    ["id-token-claims-exchanged", "OIDC_SIGNATURE_INVALID"],
    ["id-token-key-unknown", "OIDC_KEY_UNKNOWN"],
    ["id-token-issuer-of-another", "OIDC_ISSUER_MISMATCH"],
    ["id-token-audience-of-another", "OIDC_AUDIENCE_MISMATCH"],
    ["id-token-azp-of-another", "OIDC_AUTHORIZED_PARTY_MISMATCH"],
    ["id-token-expired", "OIDC_TOKEN_EXPIRED"],
    ["id-token-nonce-missing", "OIDC_NONCE_MISMATCH"],
    ["id-token-nonce-of-another", "OIDC_NONCE_MISMATCH"],
    ["id-token-subject-empty", "OIDC_SUBJECT_INVALID"],
    ["token-id-token-missing", "OIDC_ID_TOKEN_MISSING"],
    ["token-null", "OIDC_TOKEN_ANSWER_INVALID"],
    ["token-html", "OIDC_ANSWER_NOT_JSON"],
    ["token-endless", "OIDC_ANSWER_TOO_LARGE"],
    ["token-disconnect", "OIDC_PROVIDER_UNREACHABLE"],
    ["response-access-denied", "OIDC_ACCESS_DENIED"],
    ["response-issuer-of-another", "OIDC_RESPONSE_ISSUER_MISMATCH"],
    ["response-issuer-missing", "OIDC_RESPONSE_ISSUER_MISSING"],
    ["response-without-code", "OIDC_RESPONSE_INVALID"],
  ])("%s", async (fault, code) => {
    const driver = await openDriver(google);
    google.setFault(fault);
    expect(await codeOf(driver.signIn(google, google.person()))).toBe(code);
  });

  test("the legacy issuer without its scheme", async () => {
    expect(await codeOf(signIn(google, google.person({ iss: "accounts.google.com" })))).toBe("OIDC_ISSUER_MISMATCH");
  });

  test("a code of a different sign-in with a different verifier", async () => {
    const driver = await openDriver(google);
    const mine = new URL(await google.authorize(await driver.start()));
    const theirs = new URL(await google.authorize(await driver.start()));
    mine.searchParams.set("code", theirs.searchParams.get("code") ?? "");
    expect(await codeOf(driver.finish(mine.href))).toBe("OIDC_CODE_REFUSED");
  });

  test("a second copy of the same answer", async () => {
    const driver = await openDriver(google);
    const back = await google.authorize(await driver.start(), google.person());
    await driver.finish(back);
    expect(await codeOf(driver.finish(back))).toBe("OIDC_FLOW_ALREADY_USED");
  });

  test("an answer that was posted", async () => {
    const { strategy } = await openDriver(google);
    expect(await runStrategy(strategy, { step: "post", parameters: {} })).toMatchObject({
      kind: "error",
      error: { code: "OIDC_RESPONSE_INVALID" },
    });
  });
});

describe("the address", () => {
  test.each([
    [true, true],
    [false, false],
    ["true", null],
    [undefined, null],
  ])("with email_verified %j is verified: %j", async (claim, expected) => {
    expect((await signIn(google, google.person({ email_verified: claim }))).emailVerified).toBe(expected);
  });

  test("does not identify the person", async () => {
    const [one, two] = [await signIn(google, google.person()), await signIn(google, google.person({ sub: "2" }))];
    expect(one.email).toBe(two.email);
    expect(one.subject).not.toBe(two.subject);
  });
});

test("a hundred interleaved sign-ins on one opened connection give every person their own result", async () => {
  const driver = await openDriver(google);
  const people = Array.from({ length: 100 }, (_, index) => google.person({ sub: `person-${index}` }));
  const callbacks = await Promise.all(
    people.map(async (person) => await google.authorize(await driver.start(), person)),
  );
  const verified = await Promise.all(callbacks.toReversed().map((callback) => driver.finish(callback)));
  expect(verified.toReversed().map(({ subject }) => subject)).toEqual(people.map(({ claims }) => claims["sub"]));
});

test("the diagnosis finds a healthy provider and a wrong secret", async () => {
  const type = createGoogleWorkspaceType(google.issuer, "https://admin.googleapis.com");
  const findings = await type.diagnose(settingsFor(google), RUNTIME);
  expect(findings.filter(({ level }) => level !== "OK")).toEqual([]);
  const wrong = await type.diagnose(settingsFor(google, { clientSecret: "wrong" }), RUNTIME);
  expect(wrong.filter(({ level }) => level !== "OK")).toMatchObject([
    { check: "CLIENT_CREDENTIALS_ACCEPTED", level: "ERROR" },
  ]);
});
