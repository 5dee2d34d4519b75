/** Rules on claims, and fields from claims: cases, hostile patterns, and properties that hold for all claims of a provider. */
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import { RE2JS } from "re2js";
import type { Groups, NormalizedProfile } from "../../../src/connection/contract/index.js";
import {
  NO_MAPPINGS,
  type AttributeMapping,
  type ClaimRule,
  type RuleOperator,
} from "../../../src/connection/mapping/mapping.js";
import { writtenOutLength } from "../../../src/connection/mapping/pattern.js";
import { isFieldName, longestValueOf, type FieldName } from "../../../src/people/user/profile/field-name.js";
import { MOST_STEPS } from "../../../src/provisioning/mappings/bounded-work.js";
import { evaluateMappings, takeSilence, type MissingGroups } from "../../../src/provisioning/mappings/evaluate-rule.js";
import { supplyFields } from "../../../src/provisioning/mappings/supply-fields.js";
import { PROFILE } from "../situations.js";
import { times } from "../../../testing/long.js";

const ruleOf = (operator: RuleOperator, values: readonly string[], ignoreCase = false, claim = "team"): ClaimRule => ({
  id: "m1",
  position: 1,
  claim,
  operator,
  values,
  ignoreCase,
});
const saying = (attributes: NormalizedProfile["attributes"], groups: Groups = { kind: "silent" }) => ({
  ...PROFILE,
  attributes,
  groups,
});
const evaluate = (rules: readonly ClaimRule[], profile: NormalizedProfile) =>
  evaluateMappings({ ...NO_MAPPINGS, roles: rules.map((rule) => ({ ...rule, roleId: "role-user" })) }, profile).roles;
const kindOf = (rule: ClaimRule, profile: NormalizedProfile, missing: MissingGroups = "KEEP") =>
  takeSilence(evaluate([rule], profile)[0]!, missing).kind;

describe("a rule on a claim", () => {
  it.each<[RuleOperator, readonly string[], boolean, readonly string[], boolean]>([
    ["EQUALS", ["Red"], false, ["Red"], true],
    ["EQUALS", ["Red"], false, ["red"], false],
    ["EQUALS", ["Red"], true, ["rED"], true],
    ["EQUALS", ["Red"], false, ["Red "], false],
    ["EQUALS", ["Red"], false, ["Redder"], false],
    ["EQUALS", ["Red"], false, ["Blue", "Red"], true],
    ["EQUALS", ["Zo\u00eb"], false, ["Zoe\u0308"], true],
    ["EQUALS", ["Red"], false, [], false],
    ["ONE_OF", ["Red", "Blue"], false, ["Green", "Blue"], true],
    ["ONE_OF", ["Red", "Blue"], false, ["Green"], false],
    ["ONE_OF", ["Red", "Blue"], true, ["BLUE"], true],
    ["CONTAINS", ["ed"], false, ["Red"], true],
    ["CONTAINS", ["ED"], false, ["Red"], false],
    ["CONTAINS", ["ED"], true, ["Red"], true],
    ["CONTAINS", [".*"], false, ["Red"], false],
    ["MATCHES", ["R.d"], false, ["Red"], true],
    ["MATCHES", ["R.d"], false, ["Redder"], false],
    ["MATCHES", ["e"], false, ["Red"], false],
    ["MATCHES", ["r.d"], true, ["RED"], true],
    ["MATCHES", ["^(?:cn=)?admins(?:,.*)?$"], true, ["CN=Admins,DC=acme"], true],
    ["MATCHES", ["Red"], false, ["Red\nBlue"], false],
  ])("%s %j (ignoring case: %j) on %j: %j", (operator, values, ignoreCase, claimed, matches) => {
    expect(kindOf(ruleOf(operator, values, ignoreCase), saying({ team: claimed }))).toBe(
      matches ? "matched" : "unmatched",
    );
  });

  it("says which value matched", () => {
    const [evaluated] = evaluate([ruleOf("CONTAINS", ["e"])], saying({ team: ["x", "Red", "Green"] }));
    expect(evaluated).toMatchObject({ outcome: { kind: "matched", value: "Red" } });
  });

  it("matches neither a missing claim nor a property that every object has", () => {
    for (const claim of ["team", "toString", "__proto__", "constructor"])
      expect(kindOf(ruleOf("MATCHES", [".*"], false, claim), saying({}))).toBe("unmatched");
  });

  it.each<[Groups, MissingGroups, string]>([
    [{ kind: "known", values: ["staff"] }, "KEEP", "matched"],
    [{ kind: "known", values: ["other"] }, "KEEP", "unmatched"],
    [{ kind: "known", values: [] }, "KEEP", "unmatched"],
    [{ kind: "known", values: [] }, "EMPTY", "unmatched"],
    [{ kind: "silent" }, "KEEP", "silent"],
    [{ kind: "silent" }, "EMPTY", "unmatched"],
    [{ kind: "unknown", reason: "Too many." }, "KEEP", "unknown"],
    [{ kind: "unknown", reason: "Too many." }, "EMPTY", "unknown"],
  ])("on groups that are %j under %s: %s", (groups, missing, expected) => {
    // The claim's raw value does not count, because the connection type has read the groups.
    const profile = saying({ groups: ["staff"] }, groups);
    expect(kindOf(ruleOf("EQUALS", ["staff"], false, "groups"), profile, missing)).toBe(expected);
    expect(kindOf(ruleOf("EQUALS", ["staff"], false, "team"), profile, missing)).toBe("unmatched");
  });

  const NAMES = ["group", "memberOf", "https://acme.test/groups"];
  it.each<[string, NormalizedProfile["attributes"], Groups, MissingGroups, string]>([
    ["memberOf", { memberOf: ["staff"] }, { kind: "known", values: ["staff"] }, "KEEP", "matched"],
    ["memberOf", { memberOf: ["other"] }, { kind: "known", values: ["other"] }, "KEEP", "unmatched"],
    ["memberOf", { memberOf: [] }, { kind: "known", values: [] }, "KEEP", "unmatched"],
    ["memberOf", {}, { kind: "silent" }, "KEEP", "silent"],
    ["memberOf", {}, { kind: "silent" }, "EMPTY", "unmatched"],
    ["https://acme.test/groups", {}, { kind: "silent" }, "KEEP", "silent"],
    ["MemberOf", {}, { kind: "silent" }, "KEEP", "silent"],
    ["MemberOf", { MemberOf: ["staff"] }, { kind: "silent" }, "KEEP", "matched"],
    ["memberOf", {}, { kind: "unknown", reason: "Too many." }, "EMPTY", "unknown"],
    ["memberOf", { memberOf: ["staff"] }, { kind: "unknown", reason: "Too many." }, "KEEP", "unknown"],
    // Groups of a different claim do not count, because a different person may control that claim.
    ["memberOf", { group: ["staff"] }, { kind: "known", values: ["staff"] }, "KEEP", "unmatched"],
    ["memberOf", { GROUP: ["staff"] }, { kind: "known", values: ["staff"] }, "KEEP", "unmatched"],
    // The connection type fetched the groups, because no claim contained them.
    ["memberOf", { department: ["R&D"] }, { kind: "known", values: ["staff"] }, "KEEP", "matched"],
    // The claim is not a groups claim of the connection.
    ["roles", {}, { kind: "silent" }, "KEEP", "unmatched"],
    ["roles", {}, { kind: "unknown", reason: "Too many." }, "KEEP", "unmatched"],
  ])("on %s, a claim that may carry the groups, with %j and groups %j under %s: %s", (...given) => {
    const [claim, attributes, groups, missing, expected] = given;
    const profile = { ...saying(attributes, groups), groupsClaims: NAMES };
    expect(kindOf(ruleOf("EQUALS", ["staff"], false, claim), profile, missing)).toBe(expected);
  });

  it.each([
    "(",
    "[",
    "*",
    "a{2,1}",
    "\\",
    "(?=x)",
    "(?!x)",
    "(a)\\1",
    "\\p{Nothing}",
    "(?P<name",
    "a{1001}",
    "((a{100}){100}){100}",
  ])("never matches by %s, which is not a pattern", (pattern) => {
    for (const value of ["", "x", "aa", pattern]) {
      expect(kindOf(ruleOf("MATCHES", [pattern]), saying({ team: [value] }))).toBe("unmatched");
      expect(kindOf(ruleOf("MATCHES", [pattern, "x"]), saying({ team: [value] }))).toBe(
        value === "x" ? "matched" : "unmatched",
      );
    }
  });

  it.each(["(a+)+$", "(a*)*b", "(a|a)*b", "(a|aa)+$", "(.*)*x", "(.*a){20}", "^(([a-z])+.)+[A-Z]([a-z])+$"])(
    "judges %s in time that grows with the value, not beyond",
    (pattern) => {
      // A backtracking engine needs 2 to the power of 30,000 steps here, so the test would never end.
      const value = `${"a".repeat(30_000)}bxA!`;
      expect(kindOf(ruleOf("MATCHES", [pattern]), saying({ team: [value] }))).toBe("unmatched");
    },
    30_000,
  );

  it("answers for every pattern and value", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from("ab(|)*+?[]{}1,^$.\\é😀")) }),
        fc.string({ unit: "grapheme" }),
        fc.boolean(),
        (pattern, value, ignoreCase) => {
          for (const operator of ["MATCHES", "CONTAINS", "EQUALS"] as const)
            expect(["matched", "unmatched"]).toContain(
              kindOf(ruleOf(operator, [pattern], ignoreCase), saying({ team: [value] })),
            );
        },
      ),
      { numRuns: times(2_000) },
    );
  });
});

describe("the rules of one sign-in", () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const times = <Item>(length: number, make: (index: number) => Item) =>
    Array.from({ length }, (_, index) => make(index));
  const kindsOf = (rules: readonly ClaimRule[], team: readonly string[]) =>
    evaluate(rules, saying({ team })).map(({ outcome }) => outcome.kind);

  /** The number of characters in patterns, with repetitions written out, times the number of characters in the values. */
  function countSteps(): () => number {
    const steps: number[] = [];
    const compile = jest.spyOn(RE2JS, "compile");
    const matches = jest.spyOn(RE2JS.prototype, "matches");
    matches.mockImplementation(function (this: RE2JS, value) {
      steps.push(writtenOutLength(this.pattern()) * (value as string).length);
      return false;
    });
    return () => steps.reduce((sum, each) => sum + each, 0) + compile.mock.calls.length;
  }

  it("try patterns on a bounded number of characters, for all patterns and values", () => {
    const steps = countSteps();
    const rules = times(10, (index) => ruleOf("MATCHES", [`[ab]*a[ab]{880}c${index}`]));
    const kinds = kindsOf(
      rules,
      times(20, (index) => `${index}${"ab".repeat(500)}`),
    );
    expect(kinds[0]).toBe("unmatched");
    expect(kinds.at(-1)).toBe("too-costly");
    expect(steps()).toBeGreaterThan(MOST_STEPS / 2);
    expect(steps()).toBeLessThanOrEqual(MOST_STEPS);
    const one = kindsOf([ruleOf("MATCHES", ["[ab]{900}"])], ["a".repeat(1_000_000)]);
    expect(one).toEqual(["too-costly"]);
  });

  it("compile a pattern once, and only as many as the bound allows", () => {
    const compile = jest.spyOn(RE2JS, "compile");
    expect(
      kindsOf(
        times(200, () => ruleOf("MATCHES", ["eng-.*"])),
        ["hr-1"],
      ),
    ).toEqual(times(200, () => "unmatched"));
    expect(compile).toHaveBeenCalledTimes(1);
    compile.mockClear();
    const kinds = kindsOf(
      times(400, (index) => ruleOf("MATCHES", [`[ab]{990}${index}`])),
      ["a"],
    );
    expect(kinds.at(-1)).toBe("too-costly");
    expect(compile.mock.calls.length).toBeLessThan(250);
  });

  it("do not compile a pattern that is too long with its repetitions written out", () => {
    const compile = jest.spyOn(RE2JS, "compile");
    expect(kindsOf([ruleOf("MATCHES", ["a{1000}"]), ruleOf("MATCHES", ["(?:ab){501}"])], ["ab".repeat(501)])).toEqual([
      "unmatched",
      "unmatched",
    ]);
    expect(compile.mock.calls.map(([pattern]) => pattern)).toEqual(["a{1000}"]);
  });

  it("search for texts within the same bound", () => {
    const long = [`b${"a".repeat(999)}`];
    expect(
      kindsOf(
        times(200, () => ruleOf("CONTAINS", long)),
        ["a".repeat(100_000)],
      ).at(-1),
    ).toBe("too-costly");
  });

  it("fold the values of a claim once for all rules", () => {
    const values = times(50, (index) => `value-${index}`);
    const rules = times(400, () => ruleOf("ONE_OF", values, true));
    const normalize = jest.spyOn(String.prototype, "normalize");
    const kinds = kindsOf(
      rules,
      times(2_000, (index) => `group-${index}`),
    );
    expect(normalize).toHaveBeenCalledTimes(2_000 + 400 * 50);
    expect(new Set(kinds)).toEqual(new Set(["unmatched"]));
  });

  it("name the value that matched as the provider wrote it, the first of equal ones", () => {
    expect(evaluate([ruleOf("EQUALS", ["RED"], true)], saying({ team: ["x", "Red", "red"] }))).toMatchObject([
      { outcome: { kind: "matched", value: "Red" } },
    ]);
  });

  it("are evaluated in full for a person in 2,000 groups, under as many rules as a connection can have", () => {
    const groups = times(2_000, (index) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`);
    const rules = [
      ...times(199, (index) => ruleOf("EQUALS", [`group-${index}`])),
      ...times(199, (index) => ruleOf("CONTAINS", [`group-${index}`], true)),
      ...times(10, (index) => ruleOf("MATCHES", [`training-${index}-.*`])),
      ruleOf("EQUALS", [groups.at(-1)!]),
    ];
    const kinds = kindsOf(rules, groups);
    expect(kinds).toEqual([...times(408, () => "unmatched"), "matched"]);
  });
});

const mapping = (claim: string, field: string, position = 1): AttributeMapping => ({
  id: `a${position}`,
  position,
  claim,
  field,
});

describe("the fields that a provider supplies", () => {
  it.each<[string, Partial<NormalizedProfile>, readonly AttributeMapping[], Record<string, string>]>([
    ["what the type understood", { profile: { city: "London" } }, [], { city: "London" }],
    [
      "a mapped claim before that",
      { profile: { city: "London" }, attributes: { town: ["Bath"] } },
      [mapping("town", "city")],
      { city: "Bath" },
    ],
    [
      "a mapped claim that is not there",
      { profile: { city: "London" } },
      [mapping("town", "city")],
      { city: "London" },
    ],
    [
      "a mapped claim that is empty",
      { profile: { city: "London" }, attributes: { town: ["", " "] } },
      [mapping("town", "city")],
      { city: "London" },
    ],
    [
      "the first mapping whose claim is there",
      { attributes: { b: ["2"], c: ["3"] } },
      [mapping("a", "city"), mapping("b", "city", 2), mapping("c", "city", 3)],
      { city: "2" },
    ],
    [
      "several values in one field",
      { attributes: { town: ["Bath", "", "York"] } },
      [mapping("town", "city")],
      { city: "Bath, York" },
    ],
    [
      "an attribute of the organization's own",
      { attributes: { team: ["Red"] } },
      [mapping("team", "custom.team")],
      { "custom.team": "Red" },
    ],
    [
      "a field that does not exist",
      { attributes: { team: ["Red"] } },
      [mapping("team", "status"), mapping("team", "custom.", 2), mapping("team", "__proto__", 3)],
      {},
    ],
    [
      "a claim that every object has",
      { attributes: {} },
      [mapping("constructor", "city"), mapping("__proto__", "state", 2)],
      {},
    ],
    [
      "white space and control characters",
      { attributes: { town: [" Ba\u0000th\n on  Avon\ud83d"] } },
      [mapping("town", "city")],
      { city: "Ba th on Avon" },
    ],
    [
      "without characters that turn the direction of writing",
      { attributes: { town: ["evil\u202egpj.exe", "\u2066of Bath\u2069"] }, profile: { department: "x\u202d1" } },
      [mapping("town", "city")],
      { city: "evilgpj.exe, of Bath", department: "x1" },
    ],
  ])("are %s", (_name, profile, mappings, expected) => {
    const { email, username, firstName, lastName, employeeId, ...others } = supplyFields(
      { ...PROFILE, ...profile },
      mappings,
    );
    expect(others).toEqual(expected);
    expect({ email, username, firstName, lastName, employeeId }).toEqual({
      email: "ada@acme.example",
      username: "ada",
      firstName: "Ada",
      lastName: "Lovelace",
      employeeId: "1815",
    });
  });

  it("never cut identifiers, and take only valid addresses", () => {
    const mappings = (["email", "username", "employeeId"] as const).map((field, index) =>
      mapping(field, field, index + 1),
    );
    const claims = (value: string) => ({ email: [value], username: [value], employeeId: [value] });
    const { email, username, employeeId } = supplyFields(
      { ...PROFILE, attributes: claims(`${"a".repeat(300)}@acme.example`) },
      mappings,
    );
    expect([email, username, employeeId]).toEqual(["ada@acme.example", "ada", "1815"]);
    // Cut to 254 characters, it would be an address of acme.example.
    const crafted = `${"a".repeat(241)}@acme.example.evil.example`;
    expect(supplyFields({ ...PROFILE, attributes: claims(crafted) }, mappings).email).toBe("ada@acme.example");
    expect(supplyFields({ ...PROFILE, attributes: claims("nobody") }, mappings)).toMatchObject({
      email: "ada@acme.example",
      username: "nobody",
    });
  });

  it("have the domain of a mapped address in ASCII, as IDNA writes it", () => {
    const emailOf = (value: string) =>
      supplyFields({ ...PROFILE, attributes: { contact: [value] } }, [mapping("contact", "email")]).email;
    expect(emailOf("ann@bücher.example")).toBe("ann@xn--bcher-kva.example");
    // A Kelvin sign, a wide letter or non-ASCII letters before the @ would make it a different address.
    for (const value of ["ann@\u212acme.example", "ann@\uff41cme.example", "änn@acme.example"])
      expect(emailOf(value)).toBe("ada@acme.example");
  });

  it("are bounded, and cut between whole characters", () => {
    const mappings = [mapping("name", "firstName"), mapping("text", "custom.text", 2)];
    const { firstName, "custom.text": text } = supplyFields(
      { ...PROFILE, attributes: { name: [`${"a".repeat(199)}😀`], text: ["b".repeat(100_000)] } },
      mappings,
    );
    expect(firstName).toBe("a".repeat(199));
    expect(text).toBe("b".repeat(2000));
  });

  it("cost little for many mappings of one long claim", () => {
    const mappings = Array.from({ length: 200 }, (_, index) => mapping("text", `custom.text${index}`, index + 1));
    const replace = jest.spyOn(String.prototype, "replace");
    const many = { ...PROFILE, attributes: { text: Array.from({ length: 20_000 }, () => "b") } };
    expect(supplyFields(many, mappings)["custom.text0"]).toHaveLength(2_000);
    const long = { ...PROFILE, attributes: { text: [`${" ".repeat(500)}${"b".repeat(1_000_000)}`] } };
    expect(supplyFields(long, mappings)["custom.text199"]).toBe("b".repeat(2_000));
    const characters = replace.mock.contexts.reduce<number>((sum, text) => sum + String(text).length, 0);
    replace.mockRestore();
    expect(characters).toBeLessThan(200 * 30_000);
    const spaced = { ...PROFILE, attributes: { name: [`${" ".repeat(9_995)}ada@acme.example`] } };
    expect(supplyFields(spaced, [mapping("name", "username")]).username).toBe("ada");
  });

  it("are known fields with whole, bounded, non-empty lines, for every profile", () => {
    const text = fc.string({ unit: "binary", maxLength: 300 });
    const field = fc.constantFrom("email", "firstName", "fullName", "city", "custom.team", "nothing", "toString");
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("a", "b", "c"), fc.array(text, { maxLength: 3 })),
        fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), field), { maxLength: 4 }),
        (attributes, pairs) => {
          const mappings = pairs.map(([claim, to], index) => mapping(claim, to, index + 1));
          const supplied = Object.entries(supplyFields({ ...PROFILE, attributes }, mappings));
          for (const [name, value] of supplied) {
            expect(isFieldName(name)).toBe(true);
            expect(value).toMatch(/^[^\p{Cc}\p{Cs}\n\u202a-\u202e\u2066-\u2069]+$/u);
            expect(value?.length).toBeLessThanOrEqual(longestValueOf(name as FieldName));
          }
          expect(Object.fromEntries(supplied).email).toMatch(/.@./);
        },
      ),
      { numRuns: times(1_000) },
    );
  });
});
