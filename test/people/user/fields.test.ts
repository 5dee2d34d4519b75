/** Fields of a person: the shown values, the planned writes, and properties for any values in any order. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  chooseWinners,
  corePersonOf,
  FIELD_SOURCES,
  findOverruled,
  planFields,
  profileOf,
  type FieldSource,
  type FieldValue,
  type GivenFields,
} from "../../../src/people/user/profile/field.js";
import { isFieldName, type FieldName } from "../../../src/people/user/profile/field-name.js";
import { times } from "../../../testing/long.js";

const NOW = new Date("2026-11-23T09:00:00.000Z");
const LATER = new Date("2026-11-24T09:00:00.000Z");

const value = (field: FieldName, source: FieldSource, text: string): FieldValue => ({
  field,
  source,
  sourceId: null,
  value: text,
  givenAt: NOW,
});
const give = (source: FieldSource, values: GivenFields["values"]): GivenFields => ({ source, sourceId: null, values });
const brief = (values: readonly FieldValue[]) => values.map((each) => `${each.source} ${each.field}=${each.value}`);
const shown = (values: readonly FieldValue[], precedence: readonly FieldSource[] = FIELD_SOURCES) =>
  Object.fromEntries([...chooseWinners(values, precedence)].map(([field, winner]) => [field, winner.value]));

describe("a value of a source", () => {
  it.each<[string, readonly FieldValue[], GivenFields, readonly string[], number]>([
    ["is stored if there is none", [], give("SSO", { city: "Bath" }), ["SSO city=Bath"], 0],
    [
      "is stored in addition to the value of another source",
      [value("city", "SCIM", "York")],
      give("SSO", { city: "Bath" }),
      ["SSO city=Bath"],
      0,
    ],
    [
      "replaces the source's earlier value",
      [value("city", "SSO", "York")],
      give("SSO", { city: "Bath" }),
      ["SSO city=Bath"],
      0,
    ],
    ["is not stored again", [value("city", "SSO", "Bath")], give("SSO", { city: "Bath" }), [], 0],
    ["stays if the field is absent", [value("city", "SSO", "Bath")], give("SSO", { city: undefined }), [], 0],
    ["is removed by null", [value("city", "SSO", "Bath")], give("SSO", { city: null }), [], 1],
    ["is removed by an empty text", [value("city", "SSO", "Bath")], give("SSO", { city: "" }), [], 1],
    ["need not be removed if there is none", [], give("SSO", { city: null }), [], 0],
    [
      "is stored as empty if another source has a value",
      [value("city", "SSO", "Bath"), value("city", "ADMIN", "York")],
      give("SSO", { city: null }),
      ["SSO city="],
      0,
    ],
    [
      "is not stored as empty again",
      [value("city", "SSO", ""), value("city", "ADMIN", "York")],
      give("SSO", { city: null }),
      [],
      0,
    ],
  ])("%s", (_name, before, given, put, removed) => {
    const writes = planFields(before, given, LATER);
    expect(brief(writes.put)).toEqual(put);
    expect(writes.remove).toHaveLength(removed);
    for (const each of writes.put) expect(each.givenAt).toBe(LATER);
  });

  it("is shown by precedence, and sources that the precedence leaves out come last", () => {
    const values = [value("city", "PERSON", "Rome"), value("city", "SSO", "Bath"), value("city", "SCIM", "York")];
    expect(shown(values)).toEqual({ city: "York" });
    expect(shown(values, ["SSO", "SCIM"])).toEqual({ city: "Bath" });
    expect(shown(values, ["PERSON"])).toEqual({ city: "Rome" });
    expect(shown(values, [])).toEqual({ city: "York" });
    expect(shown([value("city", "SCIM", ""), value("city", "SSO", "Bath")])).toEqual({ city: "" });
  });

  it("is reported as overruled if a source with higher precedence gives a different value", () => {
    const before = [value("city", "SCIM", "York"), value("state", "SCIM", "Ohio"), value("phone", "PERSON", "1")];
    const given = give("ADMIN", { city: "Bath", state: "Ohio", phone: "2", division: "R&D" });
    const overruled = findOverruled(planFields(before, given, NOW), given, FIELD_SOURCES);
    expect(brief(overruled)).toEqual(["SCIM city=York"]);
    expect(findOverruled(planFields(before, given, NOW), given, ["ADMIN"])).toEqual([]);
  });

  it("fills the account's columns, which always have address and names", () => {
    const winners = chooseWinners(
      [
        value("email", "SSO", "ada@acme.example"),
        value("firstName", "SSO", "Ada"),
        value("lastName", "SSO", "Lovelace"),
        value("username", "SSO", ""),
        value("city", "SSO", "Bath"),
      ],
      FIELD_SOURCES,
    );
    const account = {
      email: "ada@acme.example",
      username: null,
      firstName: "Ada",
      lastName: "Lovelace",
      fullName: "Ada Lovelace",
      employeeId: null,
    };
    expect(corePersonOf(winners, null)).toEqual(account);
    expect(corePersonOf(new Map(), account)).toEqual(account);
    const emptied = chooseWinners(
      [value("firstName", "SCIM", ""), value("fullName", "SSO", "Countess")],
      FIELD_SOURCES,
    );
    expect(corePersonOf(emptied, account)).toEqual({ ...account, fullName: "Countess" });
    expect(profileOf(winners)).toEqual({ city: "Bath" });
  });

  it.each<[string, boolean]>([
    ["email", true],
    ["timeZone", true],
    ["custom.team", true],
    ["custom.Team_2-b", true],
    ["custom.", false],
    ["custom.2", false],
    ["custom.a.b", false],
    [`custom.${"a".repeat(51)}`, false],
    ["toString", false],
    ["__proto__", false],
    ["custom.team\n", false],
    ["Email", false],
    ["", false],
  ])("of %j: is it a field? %j", (name, expected) => {
    expect(isFieldName(name)).toBe(expected);
  });
});

const field = fc.constantFrom<FieldName>("email", "firstName", "city", "custom.team");
const source = fc.constantFrom(...FIELD_SOURCES);
const givenFields: fc.Arbitrary<GivenFields> = fc.record({
  source,
  sourceId: fc.constant(null),
  values: fc.dictionary(field, fc.option(fc.constantFrom("", "a", "b"), { nil: null })),
});
const precedence = fc.shuffledSubarray([...FIELD_SOURCES]);
const afterAll = (earlier: readonly GivenFields[]) =>
  earlier.reduce<readonly FieldValue[]>((before, given) => planFields(before, given, NOW).after, []);
const keyOf = (each: Pick<FieldValue, "field" | "source">) => `${each.source} ${each.field}`;

describe("for any values in any order", () => {
  const check = (
    property: (earlier: readonly GivenFields[], last: GivenFields, order: readonly FieldSource[]) => void,
  ) =>
    fc.assert(fc.property(fc.array(givenFields, { maxLength: 6 }), givenFields, precedence, property), {
      numRuns: times(2_000),
    });

  it("giving the same values again writes nothing", () => {
    check((earlier, last) => {
      const again = planFields(afterAll([...earlier, last]), last, LATER);
      expect(again.put).toEqual([]);
      expect(again.remove).toEqual([]);
    });
  });

  it("each source has at most one value for a field, and changes only its own", () => {
    check((earlier, last) => {
      const before = afterAll(earlier);
      const { put, remove, after } = planFields(before, last, LATER);
      expect(new Set(after.map(keyOf)).size).toBe(after.length);
      for (const each of [...put, ...remove]) expect(each.source).toBe(last.source);
      const others = (values: readonly FieldValue[]) => values.filter((each) => each.source !== last.source);
      expect(others(after)).toEqual(others(before));
    });
  });

  it("the last value of the source with the highest precedence is shown", () => {
    check((earlier, last, order) => {
      const strongest = [last.source, ...order.filter((each) => each !== last.source)];
      const winners = shown(afterAll([...earlier, last]), strongest);
      for (const [name, expected] of Object.entries(last.values))
        if (expected !== undefined) expect(winners[name] ?? "").toBe(expected ?? "");
    });
  });

  it("a source does not change the shown value of a source with higher precedence", () => {
    check((earlier, last, order) => {
      const ranked = [...order, ...FIELD_SOURCES.filter((each) => !order.includes(each))];
      const before = chooseWinners(afterAll(earlier), order);
      const after = chooseWinners(afterAll([...earlier, last]), order);
      for (const [name, winner] of before)
        if (ranked.indexOf(winner.source) < ranked.indexOf(last.source)) expect(after.get(name)).toEqual(winner);
    });
  });
});
