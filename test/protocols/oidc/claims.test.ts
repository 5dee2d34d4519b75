/** From claims to a person: names, address, groups, and the flat attributes for mappings. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  checkOneEmail,
  flattenClaims,
  lacksPerson,
  needsUserinfo,
  readEmailAddress,
  readGroups,
  readPerson,
  type Claims,
  type ClaimNames,
} from "../../../src/protocols/oidc/index.js";

const USUAL: ClaimNames = { email: null, firstName: null, lastName: null, employeeId: null, groups: null };
const read = (claims: Claims, names: Partial<ClaimNames> = {}) =>
  readPerson(claims, flattenClaims(claims), { ...USUAL, ...names });

describe("flattened claims", () => {
  test("are multi-valued texts, by name or path", () => {
    const claims = {
      department: "Sales",
      level: 3,
      admin: true,
      nothing: null,
      roles: ["a", "b"],
      empty: [],
      realm_access: { roles: ["x"], deeper: { still: "y" } },
      "https://acme.test/groups": ["g"],
      phones: [
        { type: "work", value: "1" },
        { type: "home", value: "2" },
      ],
    };
    expect(flattenClaims(claims)).toEqual({
      department: ["Sales"],
      level: ["3"],
      admin: ["true"],
      roles: ["a", "b"],
      empty: [],
      "realm_access.roles": ["x"],
      "realm_access.deeper.still": ["y"],
      "https://acme.test/groups": ["g"],
      "phones.type": ["work", "home"],
      "phones.value": ["1", "2"],
    });
  });

  test("cannot reach a prototype", () => {
    const claims = JSON.parse('{"__proto__":{"polluted":"yes"},"constructor":"c"}') as Claims;
    const texts = flattenClaims(claims);
    expect(Object.keys(texts).toSorted()).toEqual(["__proto__.polluted", "constructor"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(read({ sub: "1" }, { email: "constructor", groups: "toString" })).toMatchObject({
      email: null,
      groups: { kind: "silent" },
    });
  });

  test("keep every value", () => {
    const leaves = (value: unknown): number => {
      if (value === null) return 0;
      if (typeof value === "object") return Object.values(value).reduce<number>((sum, each) => sum + leaves(each), 0);
      return 1;
    };
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (claims) => {
        const texts = Object.values(flattenClaims(claims));
        expect(texts.flat().every((text) => typeof text === "string")).toBe(true);
        expect(texts.flat()).toHaveLength(leaves(claims));
      }),
    );
  });
});

describe("a person", () => {
  test("is read from the usual claims", () => {
    const claims = {
      email: "alice@acme.test",
      email_verified: true,
      preferred_username: "alice",
      given_name: "Alice",
      family_name: "Adams",
      name: "Alice Adams",
      employeeNumber: 4711,
      groups: ["Staff", "Staff", " Admins "],
      amr: ["pwd", "mfa"],
      acr: "2",
      auth_time: Date.parse("2026-11-23T08:00:00Z") / 1_000,
      session_expiry: Date.parse("2026-11-23T16:00:00Z") / 1_000,
    };
    expect(read(claims)).toEqual({
      email: "alice@acme.test",
      emailVerified: true,
      username: "alice",
      firstName: "Alice",
      lastName: "Adams",
      fullName: "Alice Adams",
      employeeId: "4711",
      groups: { kind: "known", values: ["Staff", "Admins"] },
      groupsClaims: ["groups", "memberOf", "member_of"],
      authenticationMethods: ["pwd", "mfa", "2"],
      authentication: {
        acr: "2",
        amr: ["pwd", "mfa"],
        authenticatedAt: "2026-11-23T08:00:00.000Z",
        sessionEndsAt: "2026-11-23T16:00:00.000Z",
      },
      sources: {
        email: "email",
        employeeId: "employeeNumber",
        firstName: "given_name",
        fullName: "name",
        lastName: "family_name",
        username: "preferred_username",
      },
    });
  });

  test("is read only from configured claims if there are any", () => {
    const claims = {
      email: "wrong@acme.test",
      contact: { mail: "right@acme.test" },
      given_name: "Wrong",
      nick: "Ally",
    };
    expect(read(claims, { email: "contact.mail", firstName: "nick", lastName: "missing" })).toMatchObject({
      email: "right@acme.test",
      emailVerified: null,
      firstName: "Ally",
      lastName: null,
    });
  });

  test.each([
    [true, true],
    [false, false],
    ["false", false],
    ["true", null],
    [1, false],
    [[], false],
    [undefined, null],
    [null, null],
  ])("whose email_verified is %j is verified: %j", (verified, expected) => {
    expect(read({ email: "alice@acme.test", email_verified: verified }).emailVerified).toBe(expected);
  });

  test("is not verified by email_verified for an address of a different claim", () => {
    expect(read({ email: "a@acme.test", email_verified: true, mail: "b@acme.test" }, { email: "mail" })).toMatchObject({
      email: "b@acme.test",
      emailVerified: null,
    });
    expect(read({ email: ["a@acme.test"], email_verified: true }).emailVerified).toBeNull();
  });

  test("has no address if none is valid", () => {
    for (const email of ["alice", "alice@acme", "a b@acme.test", "", 7, {}, null, "alice@acme.test\n<script>"])
      expect(read({ email }).email).toBeNull();
  });

  test("has the address that IDNA writes, verified by the provider", () => {
    expect(read({ email: "ann@bücher.example", email_verified: true })).toMatchObject({
      email: "ann@xn--bcher-kva.example",
      emailVerified: true,
    });
  });

  test("is refused with several addresses, but case makes no difference", () => {
    const several = { email: ["ann@acme.test", "mallory@evil.test"] };
    expect(read(several).email).toBeNull();
    expect(() => checkOneEmail(several, USUAL)).toThrow("OIDC_EMAIL_AMBIGUOUS");
    for (const email of [["Ann@acme.test", "ann@acme.test"], ["Ann@acme.test", "not an address"], "Ann@acme.test"]) {
      expect(read({ email }).email).toBe("Ann@acme.test");
      expect(() => checkOneEmail({ email }, USUAL)).not.toThrow();
    }
  });

  test("is incomplete without an address, a name or the configured groups", () => {
    const whole = { email: "a@b.test", given_name: "A", family_name: "B" };
    expect(lacksPerson(whole, USUAL)).toBe(false);
    expect(lacksPerson({ ...whole, email: undefined }, USUAL)).toBe(true);
    expect(lacksPerson({ ...whole, family_name: " " }, USUAL)).toBe(true);
    expect(lacksPerson(whole, { ...USUAL, groups: "teams" })).toBe(true);
    expect(lacksPerson({ ...whole, teams: [] }, { ...USUAL, groups: "teams" })).toBe(false);
    expect(lacksPerson(whole, { ...USUAL, employeeId: "number" })).toBe(true);
  });
});

describe("userinfo is needed", () => {
  const whole = { sub: "s", email: "a@b.test", given_name: "A", family_name: "B" };
  const STANDARD = ["openid", "profile", "email", "offline_access"];
  const needs = (claims: object, mappedClaims: readonly string[], scopes: readonly string[] = [], groups?: string) =>
    needsUserinfo(
      { ...whole, ...claims },
      { names: { ...USUAL, ...(groups !== undefined && { groups }) }, scopes: [...STANDARD, ...scopes], mappedClaims },
    );

  test.each([
    ["by nobody", {}, [], []],
    ["for a mapping whose claim is there", { dept: "Optics" }, ["dept"], []],
    ["for a mapping whose claim is there inside another", { realm: { roles: ["A"] } }, ["realm.roles"], []],
    ["for a mapping whose claim is an empty list", { dept: [] }, ["dept"], []],
    ["for a mapping on a claim that userinfo may not supply", {}, ["amr", "acr", "tid", "hd"], []],
    ["for groups that another usual name supplies", { memberOf: ["A"] }, ["groups", "memberOf"], ["groups"]],
    ["for groups that there are too many of", { hasgroups: true }, ["groups"], ["groups"]],
    [
      "for a standard scope whose claim is there",
      { address: { locality: "Z" }, phone_number: "1" },
      [],
      ["address", "phone"],
    ],
    ["for a scope of the provider's own with a claim of its name", { roles: ["A"] }, [], ["roles"]],
  ] as const)("not %s", (_, claims, mapped, scopes) => {
    expect(needs(claims, mapped, scopes)).toBe(false);
  });

  test.each([
    ["a mapping", {}, ["dept"], []],
    ["a mapping whose claim is null", { dept: null }, ["dept"], []],
    ["a mapping on a name with dots, and on a URL", {}, ["https://acme.example/claims/dept"], []],
    ["a mapping on groups", {}, ["groups"], []],
    ["a mapping on groups by a usual name", {}, ["memberOf"], []],
    ["a standard scope", {}, [], ["address"]],
    ["another standard scope", {}, [], ["phone"]],
    ["the scope of groups", {}, [], ["groups"]],
    ["a scope of the provider's own", {}, [], ["https://acme.example/employee"]],
  ] as const)("for %s", (_, claims, mapped, scopes) => {
    expect(needs(claims, mapped, scopes)).toBe(true);
  });

  test("for a mapping on the groups claim that the connection names", () => {
    expect(needs({}, ["groups"], [], "teams")).toBe(true);
    expect(needs({ teams: ["A"] }, ["groups", "teams"], ["groups"], "teams")).toBe(false);
  });
});

describe("groups", () => {
  test.each([
    [{}, { kind: "silent" }],
    [{ groups: null }, { kind: "silent" }],
    [{ groups: [] }, { kind: "known", values: [] }],
    [{ groups: "Staff" }, { kind: "known", values: ["Staff"] }],
    [{ groups: ["Staff", 7] }, { kind: "known", values: ["Staff", "7"] }],
    [{ groups: ["ops", null] }, { kind: "known", values: ["ops"] }],
    [{ memberOf: ["Staff"] }, { kind: "known", values: ["Staff"] }],
  ])("of %j are %j", (claims, expected) => {
    expect(readGroups(claims, null)).toEqual(expected);
  });

  test.each([
    { groups: [{ name: "Staff" }] },
    { groups: { Staff: true } },
    { groups: [null] },
    { hasgroups: true },
    { _claim_names: { groups: "src1" }, groups: [] },
    { _claim_names: { memberOf: "src1" } },
  ])("of %j are unknown, not empty", (claims) => {
    expect(readGroups(claims, null)).toMatchObject({ kind: "unknown" });
  });

  test("that are objects are unknown, and the reason names the claim to configure", () => {
    const claims = { groups: [{ id: "7", name: "Staff" }, null, { id: "8", name: "Ops" }] };
    expect(readGroups(claims, null)).toEqual({
      kind: "unknown",
      reason:
        "the claim groups holds objects and not texts; name what is inside them as the groups claim (groups.id, groups.name)",
    });
    expect(readGroups(claims, "groups.name")).toEqual({ kind: "known", values: ["Staff", "Ops"] });
    expect(readGroups({ groups: [] }, "groups.name")).toEqual({ kind: "known", values: [] });
    expect(readGroups(claims, "groups.label")).toEqual({ kind: "silent" });
    expect(readGroups({ groups: ["Staff", true] }, null)).toMatchObject({
      reason: expect.stringContaining("(boolean)"),
    });
  });

  test("are read from the claim that the connection names, or from the usual ones", () => {
    expect(read({}, { groups: "realm_access.roles" }).groupsClaims).toEqual(["realm_access.roles"]);
    expect(read({}, {}).groupsClaims).toEqual(["groups", "memberOf", "member_of"]);
  });

  test("may be inside a different claim or under a name with dots", () => {
    const known = { kind: "known", values: ["admin"] };
    expect(readGroups({ realm_access: { roles: ["admin"] } }, "realm_access.roles")).toEqual(known);
    expect(readGroups({ "https://acme.test/roles": "admin" }, "https://acme.test/roles")).toEqual(known);
    expect(readGroups({ realm_access: "text" }, "realm_access.length")).toEqual({ kind: "silent" });
  });
});

describe("an e-mail address", () => {
  test.each(["a@b.co", "first.last+tag@sub.acme-corp.test", "o'neil@acme.test", `${"a".repeat(64)}@acme.test`])(
    "is %s",
    (text) => expect(readEmailAddress(text)).toBe(text),
  );
  test.each([
    "",
    "@acme.test",
    "a@",
    "a@b",
    "a@b..test",
    ".a@acme.test",
    "a.@acme.test",
    "a..b@acme.test",
    "a@b@acme.test",
    "a@-acme.test",
    "a@acme.test ",
    "a@acme.test\u0000",
    "аlice@acme.test",
    '"a b"@acme.test',
    "a@[127.0.0.1]",
    `${"a".repeat(65)}@acme.test`,
    `a@${"b".repeat(60)}.${"c".repeat(63)}.${"d".repeat(63)}.${"e".repeat(63)}.test`,
  ])("is not %j", (text) => expect(readEmailAddress(text)).toBeNull());

  test.each([
    ["ann@bücher.example", "ann@xn--bcher-kva.example"],
    ["Ann@BÜCHER.example", "Ann@xn--bcher-kva.example"],
    ["ann@faß.example", "ann@xn--fa-hia.example"],
    // A look-alike letter makes a different domain, and the ASCII form shows it.
    ["a@\u0430cme.test", "a@xn--cme-5cd.test"],
  ])("%s is %s", (text, address) => expect(readEmailAddress(text)).toBe(address));

  test.each(["ann@\u212acme.example", "ann@\uff41cme.example", "ann@acme\u3002example", "ann@b\u00fc..example"])(
    "with a domain that IDNA would change is not an address: %j",
    (text) => expect(readEmailAddress(text)).toBeNull(),
  );
});
