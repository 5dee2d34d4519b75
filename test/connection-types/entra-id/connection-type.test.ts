/** The Entra ID connection type with a correct directory and with a hostile one. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { createEntraIdType } from "../../../src/connection-types/entra-id/index.js";
import { ADA_OID, OTHER_TENANT_ID, startHostileEntra, TENANT_ID } from "../../support/providers/entra/hostile.js";
import type { HostileEntra } from "../../support/providers/entra/hostile.js";
import { CALLBACK_URL, codeOf } from "../../protocols/oidc/driver.js";
import { RUNTIME } from "../oidc/runtime.js";
import { openDriver, settingsFor, signIn } from "./runtime.js";

let entra: HostileEntra;
beforeAll(async () => {
  entra = await startHostileEntra();
});
afterAll(() => entra.close());
afterEach(() => entra.setFault(null));

describe("the directory's ID", () => {
  const { parse } = createEntraIdType("https://login.microsoftonline.com", "https://graph.microsoft.com").settings
    .tenantId;
  const parseTenant = (input: unknown) => parse(input);

  test("is a GUID, in lower case from then on", () => {
    expect(parseTenant(` ${TENANT_ID.toUpperCase()} `)).toEqual({ value: TENANT_ID });
  });

  test.each([
    "common",
    "organizations",
    "consumers",
    " COMMON ",
    "9188040d-6c67-4c5b-b112-36a304b66dad",
    "9188040D-6C67-4C5B-B112-36A304B66DAD",
  ])("is not a shared one: %s", (input) => {
    expect(parseTenant(input)).toEqual({ issue: expect.stringContaining("one directory") });
  });

  test.each([
    "",
    "acme.example",
    "acme.onmicrosoft.com",
    `{${TENANT_ID}}`,
    `${TENANT_ID}/v2.0`,
    `${TENANT_ID}/../common`,
    `${TENANT_ID}\n${TENANT_ID}`,
    7,
    null,
    [TENANT_ID],
  ])("cannot be %j", (input) => {
    expect(parseTenant(input)).toHaveProperty("issue");
  });
});

describe("a sign-in", () => {
  test("becomes a profile whose subject is directory and object", async () => {
    const person = entra.person({
      roles: ["Trainer", "Lead"],
      groups: ["g-1", "g-2"],
      amr: ["pwd", "mfa"],
      xms_pl: "de",
    });
    expect(await signIn(entra, person)).toMatchObject({
      issuer: entra.tenantIssuer,
      subject: `${TENANT_ID}:${ADA_OID}`,
      email: "ada@acme.example",
      emailVerified: null,
      username: "ada@acme.example",
      firstName: "Ada",
      lastName: "Lovelace",
      fullName: "Ada Lovelace",
      groups: { kind: "known", values: ["g-1", "g-2"] },
      profile: { locale: "de" },
      attributes: { roles: ["Trainer", "Lead"], oid: [ADA_OID] },
      authenticationMethods: ["pwd", "mfa"],
    });
  });

  test("begins at the endpoints of the directory with PKCE and nonce", async () => {
    const url = new URL(await (await openDriver(entra)).start({ loginHint: "ada@acme.example" }));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      scope: "openid profile email",
      redirect_uri: CALLBACK_URL,
      code_challenge_method: "S256",
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      login_hint: "ada@acme.example",
    });
  });

  test("begins with the hints of the connection", async () => {
    const driver = await openDriver(entra, { loginHint: false, domainHint: "acme.example", prompt: "consent" });
    const { searchParams } = new URL(await driver.start({ loginHint: "ada@acme.example" }));
    expect(Object.fromEntries(searchParams)).toMatchObject({ domain_hint: "acme.example", prompt: "consent" });
    expect(searchParams.has("login_hint")).toBe(false);
  });

  test("asks userinfo for names that the token lacks, and for nothing when it has them", async () => {
    const { claims } = entra.person({ given_name: undefined, family_name: undefined });
    const userinfo = { given_name: "Ada", family_name: "King", oid: "somebody-else", tid: OTHER_TENANT_ID };
    const profile = await signIn(entra, { claims, userinfo });
    expect(profile).toMatchObject({ firstName: "Ada", lastName: "King", subject: `${TENANT_ID}:${ADA_OID}` });
    entra.forget();
    await signIn(entra, entra.person());
    expect(entra.count("userinfo")).toBe(0);
  });

  test("takes no address from userinfo if the token has xms_edov", async () => {
    const { claims } = entra.person({ given_name: undefined, email: undefined, xms_edov: true });
    const profile = await signIn(entra, { claims, userinfo: { email: "boss@acme.example", given_name: "Ada" } });
    expect(profile).toMatchObject({ email: "ada@acme.example", emailVerified: null });
  });
});

describe("an account that is not of this directory is refused", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["tid of another directory", { tid: OTHER_TENANT_ID }, "ENTRA_TENANT_MISMATCH"],
    [
      "a token of another directory, issuer and tid",
      { iss: `https://login.microsoftonline.com/${OTHER_TENANT_ID}/v2.0`, tid: OTHER_TENANT_ID },
      "ENTRA_TENANT_MISMATCH",
    ],
    ["tid missing", { tid: undefined }, "ENTRA_TENANT_MISMATCH"],
    ["tid is a list", { tid: [TENANT_ID] }, "ENTRA_TENANT_MISMATCH"],
    ["tid in another form", { tid: TENANT_ID.toUpperCase() }, "ENTRA_TENANT_MISMATCH"],
    ["a v1 token", { iss: `https://sts.windows.net/${TENANT_ID}/`, ver: "1.0" }, "OIDC_ISSUER_MISMATCH"],
    ["a v1 issuer with v2.0 at its end", { iss: `https://sts.windows.net/${TENANT_ID}/v2.0` }, "OIDC_ISSUER_MISMATCH"],
    [
      "a token of the common endpoint",
      { iss: "https://login.microsoftonline.com/common/v2.0" },
      "OIDC_ISSUER_MISMATCH",
    ],
    [
      "the issuer of another directory with our tid",
      { iss: `https://login.microsoftonline.com/${OTHER_TENANT_ID}/v2.0` },
      "OIDC_ISSUER_MISMATCH",
    ],
    ["the issuer's template", { iss: "https://login.microsoftonline.com/{tenantid}/v2.0" }, "OIDC_ISSUER_MISMATCH"],
  ])("%s", async (_, claims, code) => {
    expect(await codeOf(signIn(entra, entra.person(claims)))).toBe(code);
  });

  test("before userinfo is asked", async () => {
    const driver = await openDriver(entra);
    entra.forget();
    const person = entra.person({ tid: OTHER_TENANT_ID, given_name: undefined });
    expect(await codeOf(driver.signIn(entra, person))).toBe("ENTRA_TENANT_MISMATCH");
    expect(entra.count("userinfo")).toBe(0);
  });

  test.each([
    ["missing", undefined],
    ["empty", ""],
    ["an address", "ada@acme.example"],
    ["a list", [ADA_OID]],
    ["a number", 7],
  ])("an oid that is %s: no other claim replaces it", async (_, oid) => {
    expect(await codeOf(signIn(entra, entra.person({ oid })))).toBe("ENTRA_OBJECT_ID_INVALID");
  });

  test("a document that names everybody's issuer", async () => {
    entra.setFault("discovery-issuer-of-all-tenants");
    expect(await codeOf(openDriver(entra))).toBe("OIDC_DISCOVERY_ISSUER_MISMATCH");
  });

  test("a directory that Microsoft does not know, with its own code", async () => {
    expect(await codeOf(openDriver(entra, { tenantId: OTHER_TENANT_ID }))).toBe("ENTRA_TENANT_UNKNOWN");
  });
});

describe("the identity of a person", () => {
  test("does not depend on address, names or sub", async () => {
    const before = await signIn(entra, entra.person());
    const renamed = {
      sub: "another",
      email: "king@acme.example",
      upn: "k@acme.example",
      preferred_username: "k@acme.example",
    };
    expect((await signIn(entra, entra.person(renamed))).subject).toBe(before.subject);
  });

  test("is different for the same address, user name and sub", async () => {
    const before = await signIn(entra, entra.person());
    const impostor = await signIn(entra, entra.person({ oid: ADA_OID.replace(/1$/, "2") }));
    expect(impostor.email).toBe(before.email);
    expect(impostor.subject).not.toBe(before.subject);
  });
});

describe("the address", () => {
  const addressOf = async (claims: Record<string, unknown>) => {
    const { email, emailVerified } = await signIn(entra, entra.person(claims));
    return [email, emailVerified];
  };
  const ADA = "ada@acme.example";

  test.each([
    [true, true],
    [1, true],
    ["1", true],
    ["true", true],
    [false, false],
    [0, false],
    ["0", false],
    ["false", false],
    ["yes", false],
    [[true], false],
    [null, null],
    [undefined, null],
  ])("with xms_edov %j is verified: %j", async (claim, expected) => {
    expect(await addressOf({ xms_edov: claim })).toEqual([ADA, expected]);
  });

  test("is not verified by email_verified, which Microsoft does not send", async () => {
    expect(await addressOf({ email_verified: true })).toEqual([ADA, null]);
  });

  test("is the user name without a mailbox, and xms_edov does not verify it", async () => {
    expect(await addressOf({ email: undefined, xms_edov: true })).toEqual([ADA, null]);
    expect(await addressOf({ email: undefined, preferred_username: "+49 30 1234" })).toEqual([null, null]);
  });

  test.each([
    ["its directory", { idp: `https://sts.windows.net/${OTHER_TENANT_ID}/` }],
    ["its personal account", { idp: "live.com" }],
    ["its kind", { acct: 1 }],
    ["its name", { preferred_username: "boss_home.example#EXT#@acme.onmicrosoft.com" }],
  ])("of a guest, known by %s, is not verified until Microsoft says so", async (_, claims) => {
    expect(await addressOf({ ...claims, email: "boss@acme.example" })).toEqual(["boss@acme.example", false]);
    expect(await addressOf({ ...claims, email: "boss@acme.example", xms_edov: true })).toEqual([
      "boss@acme.example",
      true,
    ]);
  });

  test("of a guest is never the user name", async () => {
    const name = "boss_home.example#EXT#@acme.onmicrosoft.com";
    expect(await addressOf({ email: undefined, preferred_username: name })).toEqual([null, null]);
    expect(await addressOf({ email: name })).toEqual([null, null]);
    expect(await addressOf({ email: undefined, idp: "live.com" })).toEqual([null, null]);
  });

  test("of a member whose own directory is named as idp is a member's", async () => {
    for (const idp of [`https://sts.windows.net/${TENANT_ID}/`, entra.tenantIssuer])
      expect(await addressOf({ idp, acct: 0 })).toEqual([ADA, null]);
  });
});

describe("groups", () => {
  const groupsOf = async (claims: Record<string, unknown>) => (await signIn(entra, entra.person(claims))).groups;
  const unknown = { kind: "unknown", reason: expect.any(String) };

  test("are silent without a claim, and known with one, empty too", async () => {
    expect(await groupsOf({})).toEqual({ kind: "silent" });
    expect(await groupsOf({ groups: [] })).toEqual({ kind: "known", values: [] });
  });

  test.each<[string, Record<string, unknown>]>([
    [
      "the token says where they are",
      { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint: "x" } } },
    ],
    ["the token has some beside that", { groups: ["g-1"], _claim_names: { groups: "src1" } }],
    ["the token only says that there are some", { hasgroups: true }],
    ["the token says so as text", { hasgroups: "true" }],
    ["the token says where in an unknown form", { _claim_names: ["groups"] }],
    ["the claim is not a list of texts", { groups: [{ id: "g-1" }] }],
  ])("are unknown, never empty, if %s", async (_, claims) => {
    expect(await groupsOf(claims)).toEqual(unknown);
  });

  test("are never requested at an address in the token", async () => {
    const asked: string[] = [];
    const runtime = { ...RUNTIME, fetch: (url: string, init?: RequestInit) => (asked.push(url), fetch(url, init)) };
    const endpoint = `${entra.url}/userinfo`;
    const person = entra.person({ _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } });
    await (await openDriver(entra, {}, runtime)).signIn(entra, person);
    const document = `${entra.tenantIssuer}/.well-known/openid-configuration`;
    expect(asked).toEqual([document, `${entra.url}/token`, `${entra.url}/keys`]);
  });
});

test("the diagnosis finds a healthy directory, a wrong secret and an unknown directory", async () => {
  const type = createEntraIdType(entra.authority, "https://graph.microsoft.com");
  const levels = async (changes = {}) =>
    Object.fromEntries((await type.diagnose(settingsFor(entra, changes), RUNTIME)).map((each) => [each.check, each]));
  expect(Object.values(await levels()).filter(({ level }) => level !== "OK")).toEqual([]);
  expect((await levels({ clientSecret: "wrong" }))["CLIENT_CREDENTIALS_ACCEPTED"]?.level).toBe("ERROR");
  expect((await levels({ tenantId: OTHER_TENANT_ID }))["DISCOVERY_REACHABLE"]).toMatchObject({
    level: "ERROR",
    remedy: expect.stringContaining("tenantId"),
  });
});
