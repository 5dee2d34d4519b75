/** Rules on claims, and the fields that claims become: cases, hostile patterns, and what holds whatever a provider says. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Groups, NormalizedProfile } from "../../../src/connection/contract/index.js";
import type { AttributeMapping, ClaimRule, RuleOperator } from "../../../src/connection/mapping/mapping.js";
import { isFieldName, longestValueOf, type FieldName } from "../../../src/people/user/field.js";
import { evaluateRule, type MissingGroups } from "../../../src/provisioning/mappings/evaluate-rule.js";
import { supplyFields } from "../../../src/provisioning/mappings/supply-fields.js";
import { PROFILE } from "../situations.js";

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
const kindOf = (rule: ClaimRule, profile: NormalizedProfile, missing: MissingGroups = "KEEP") =>
  evaluateRule(rule, profile, missing).kind;

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
    expect(evaluateRule(ruleOf("CONTAINS", ["e"]), saying({ team: ["x", "Red", "Green"] }), "KEEP")).toEqual({
      kind: "matched",
      value: "Red",
    });
  });

  it("does not match a claim that is not there, nor one that every object has", () => {
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
    // What the provider calls groups counts for nothing: the type has understood it.
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
    // Groups that another claim carried are not this claim's: somebody else may be able to name those.
    ["memberOf", { group: ["staff"] }, { kind: "known", values: ["staff"] }, "KEEP", "unmatched"],
    ["memberOf", { GROUP: ["staff"] }, { kind: "known", values: ["staff"] }, "KEEP", "unmatched"],
    // No claim carried them: the type asked the provider.
    ["memberOf", { department: ["R&D"] }, { kind: "known", values: ["staff"] }, "KEEP", "matched"],
    // Not a name under which this connection looks for groups.
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
  ])("never matches by the pattern %s, which is none", (pattern) => {
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
      // A backtracking engine needs 2 to the power of 30 000 steps here, and no test would ever end.
      const value = `${"a".repeat(30_000)}bxA!`;
      expect(kindOf(ruleOf("MATCHES", [pattern]), saying({ team: [value] }))).toBe("unmatched");
    },
    30_000,
  );

  it("whatever the pattern and the value, it answers", () => {
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
      { numRuns: 2_000 },
    );
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
      "a field that is none",
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

  it("take identifiers whole or not at all, and an address only where it is one", () => {
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

  it("are bounded, and cut between whole characters", () => {
    const mappings = [mapping("name", "firstName"), mapping("text", "custom.text", 2)];
    const { firstName, "custom.text": text } = supplyFields(
      { ...PROFILE, attributes: { name: [`${"a".repeat(199)}😀`], text: ["b".repeat(100_000)] } },
      mappings,
    );
    expect(firstName).toBe("a".repeat(199));
    expect(text).toBe("b".repeat(2000));
  });

  it("whatever is sent: are known fields with whole, bounded, non-empty lines", () => {
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
            expect(value).toMatch(/^[^\p{Cc}\p{Cs}\n]+$/u);
            expect(value?.length).toBeLessThanOrEqual(longestValueOf(name as FieldName));
          }
          expect(Object.fromEntries(supplied).email).toMatch(/.@./);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
