/** The settings of an OpenID Connect connection: parsing, required settings, and changes that end sessions. */
import { describe, expect, test } from "@jest/globals";
import type { Parsed, Setting } from "../../../src/connection/contract/index.js";
import { oidc } from "../../../src/connection-types/oidc/index.js";
import { RULES } from "../../protocols/oidc/driver.js";
import { SETTINGS } from "./runtime.js";

const names = Object.keys(oidc.settings);
const declared = oidc.settings as Readonly<Record<string, Setting>>;
const parse = (name: string, input: unknown) => declared[name]?.parse(input, RULES) as Parsed<unknown>;
const where = (holds: (setting: Setting) => boolean) => names.filter((name) => holds(declared[name] as Setting));

test("all settings of the public interface are there", () => {
  const published =
    "discoveryUrl issuer authorizationEndpoint tokenEndpoint userinfoEndpoint jwksUri endSessionEndpoint " +
    "allowCrossHostEndpoints clientId clientSecret clientSecretExpiresAt scopes pkce signingAlgorithms trustedAudiences clientAuthentication " +
    "assertionAudience loginHint domainHint prompt acrValues maxAgeSeconds requiredAcr emailClaim firstNameClaim lastNameClaim employeeIdClaim groupsClaim logoutAtProvider";
  expect(names).toEqual(published.split(" "));
});

test("a new secret ends no sessions; a new issuer, endpoint, key or client does", () => {
  const trusted =
    "discoveryUrl issuer authorizationEndpoint tokenEndpoint userinfoEndpoint jwksUri endSessionEndpoint " +
    "allowCrossHostEndpoints clientId signingAlgorithms trustedAudiences";
  expect(where(({ trust }) => trust)).toEqual(trusted.split(" "));
  expect(where(({ fixed }) => fixed)).toEqual(["allowCrossHostEndpoints"]);
  expect(where(({ kind }) => kind === "SECRET")).toEqual(["clientSecret"]);
  expect(where(({ required }) => required)).toEqual(["clientId", "clientSecret"]);
});

test("the defaults are the safe ones", () => {
  expect(declared["pkce"]?.default).toBe(true);
  expect(declared["signingAlgorithms"]?.default).toEqual(["RS256"]);
  expect(declared["allowCrossHostEndpoints"]?.default).toBe(false);
  expect(declared["clientAuthentication"]?.default).toBe("client_secret_basic");
});

test.each(["none", "HS256", "HS512", "RS1"])("%s cannot be chosen as signing algorithm", (algorithm) => {
  expect(parse("signingAlgorithms", [algorithm])).toHaveProperty("issue");
  expect(parse("signingAlgorithms", ["RS256", algorithm])).toHaveProperty("issue");
});

test.each(["discoveryUrl", "tokenEndpoint", "jwksUri", "userinfoEndpoint", "authorizationEndpoint", "issuer"])(
  "%s has to be an https address",
  (name) => {
    expect(parse(name, "http://id.example.com")).toHaveProperty("issue");
    expect(parse(name, "javascript:alert(1)")).toHaveProperty("issue");
    expect(parse(name, "id.example.com")).toHaveProperty("issue");
    expect(parse(name, " https://id.example.com ")).toEqual({ value: "https://id.example.com" });
  },
);

test("a scope is one word", () => {
  expect(parse("scopes", ["openid", "groups"])).toEqual({ value: ["openid", "groups"] });
  expect(parse("scopes", ["openid profile"])).toHaveProperty("issue");
  expect(parse("scopes", ['a"b'])).toHaveProperty("issue");
});

test("a prompt is a question to the person, and never none", () => {
  for (const prompt of ["login", "consent", "select_account"])
    expect(parse("prompt", prompt)).toEqual({ value: prompt });
  for (const prompt of ["none", "login none", "NONE", ""]) expect(parse("prompt", prompt)).toHaveProperty("issue");
});

test.each([
  ["domainHint", "acme.com&prompt=none"],
  ["domainHint", "acme.com#x"],
  ["domainHint", "acme com"],
  ["domainHint", "a".repeat(254)],
  ["acrValues", "phr  phrh"],
  ["acrValues", 'phr" x'],
  ["acrValues", "a".repeat(1001)],
])("%s cannot be %j", (name, value) => {
  expect(parse(name, value)).toHaveProperty("issue");
});

test("hints are a domain, and values separated by spaces", () => {
  expect(parse("domainHint", "acme.com")).toEqual({ value: "acme.com" });
  expect(parse("acrValues", "phr urn:mace:incommon:iap:silver")).toEqual({ value: "phr urn:mace:incommon:iap:silver" });
});

test.each([
  ["clientId", "\u200bclient", "must not contain an invisible character (U+200B, character 1)"],
  ["clientId", "cli\u00adent", "must not contain an invisible character (U+00AD, character 4)"],
  ["clientSecret", "s3cret\u2060", "must not contain an invisible character (U+2060, character 7)"],
  [
    "clientSecret",
    "\u{1f98a}\u201cs3cret\u201d",
    "must not contain the typographic quotation mark \u201c (U+201C, character 2)",
  ],
  [
    "groupsClaim",
    "https://acme\u2019s.example/groups",
    "must not contain the typographic quotation mark \u2019 (U+2019, character 13)",
  ],
  ["discoveryUrl", "https://id.example.com/\u200b", "must not contain an invisible character (U+200B, character 24)"],
])("%s names the character that a copy brought in: %j", (name, value, issue) => {
  expect(parse(name, value)).toEqual({ issue: `${issue}; copy it again from the provider's page, or type it` });
});

test("a secret has every character of a keyboard", () => {
  const secret = `it's "ünder" \`ground\` ~ \u00b4 <\u20ac>`;
  expect(parse("clientSecret", secret)).toEqual({ value: secret });
});

describe("the rules across settings", () => {
  const manual = {
    ...SETTINGS,
    discoveryUrl: null,
    issuer: "https://id.example.com",
    authorizationEndpoint: "https://id.example.com/authorize",
    tokenEndpoint: "https://id.example.com/token",
    jwksUri: "https://id.example.com/keys",
  };
  const issuesOf = (settings: typeof SETTINGS, complete = true) =>
    oidc.check(settings, complete).map(({ setting }) => setting);

  test("accept discovery, or all endpoints entered", () => {
    expect(issuesOf(SETTINGS)).toEqual([]);
    expect(issuesOf(manual)).toEqual([]);
    expect(issuesOf({ ...SETTINGS, issuer: "https://id.example.com" })).toEqual([]);
  });

  test("refuse both at once, even in a draft", () => {
    const both = {
      ...manual,
      discoveryUrl: "https://id.example.com",
      endSessionEndpoint: "https://id.example.com/bye",
    };
    for (const complete of [true, false])
      expect(issuesOf(both, complete)).toEqual([
        "authorizationEndpoint",
        "tokenEndpoint",
        "jwksUri",
        "endSessionEndpoint",
      ]);
  });

  test("name missing settings, but not in a draft", () => {
    const nothing = { ...SETTINGS, discoveryUrl: null };
    expect(issuesOf(nothing, false)).toEqual([]);
    expect(issuesOf(nothing)).toEqual(["discoveryUrl"]);
    expect(issuesOf({ ...manual, jwksUri: null, issuer: null })).toEqual(["issuer", "jwksUri"]);
    expect(issuesOf({ ...manual, logoutAtProvider: true })).toEqual(["endSessionEndpoint"]);
  });

  test("answer sentences that begin with the setting's name", () => {
    for (const { message } of oidc.check({ ...SETTINGS, discoveryUrl: null }, true)) expect(message).toMatch(/^is /);
  });
});

test("every refusal has a sentence for the person and a remedy for the administrator", () => {
  for (const [code, { message, remedy }] of Object.entries(oidc.refusals)) {
    expect(code).toMatch(/^OIDC_[A-Z_]+$/);
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
    // The message for the person contains no internal terms.
    expect(message).not.toMatch(/token|nonce|issuer|endpoint|jwks|secret|client|OIDC/i);
  }
});
