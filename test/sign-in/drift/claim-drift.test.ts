/** Which claims count as gone: those that people used to bring, and the last ones did not. */
import { describe, expect, test } from "@jest/globals";
import type { NormalizedProfile } from "../../../src/connection/contract/index.js";
import { NO_MAPPINGS, type Mappings } from "../../../src/connection/mapping/mapping.js";
import { watchClaims, type WatchedClaim } from "../../../src/sign-in/drift/claim-drift.js";

const NOW = new Date("2026-11-30T09:00:00.000Z");
const days = (count: number) => new Date(NOW.getTime() + count * 86_400_000);
const MAPPED: Mappings = {
  ...NO_MAPPINGS,
  attributes: [{ id: "1", position: 1, claim: "dept", field: "department" }],
};
const GROUPS: Mappings = {
  ...NO_MAPPINGS,
  roles: [
    { id: "2", position: 1, claim: "groups", operator: "EQUALS", values: ["G1"], ignoreCase: false, roleId: "r" },
  ],
};

function person(changes: Partial<NormalizedProfile> = {}): NormalizedProfile {
  return {
    issuer: "https://id.example.com",
    subject: "ada-1",
    email: "ada@acme.test",
    emailVerified: true,
    username: null,
    firstName: "Ada",
    lastName: "Lovelace",
    fullName: null,
    employeeId: null,
    groups: { kind: "silent" },
    groupsClaims: ["groups"],
    profile: {},
    attributes: {},
    authenticationMethods: [],
    ...changes,
  };
}
const times = (count: number, profile: NormalizedProfile) => Array<NormalizedProfile>(count).fill(profile);
const WITH = person({ attributes: { dept: ["R&D"] } });
const WITHOUT = person();

/** Looks at each list of sign-ins in turn. Returns the names of what is newly gone at each look. */
function look(mappings: Mappings, looks: readonly (readonly NormalizedProfile[])[]): string[][] {
  let known: readonly WatchedClaim[] = [];
  return looks.map((profiles) => {
    const { watched, gone } = watchClaims(mappings, profiles, known, NOW);
    known = JSON.parse(JSON.stringify(watched)) as WatchedClaim[];
    return gone.map(({ kind, name }) => `${kind} ${name}`);
  });
}

describe("a claim that everybody brought", () => {
  test("is gone when the last three people came without it, and not before", () => {
    const rest = times(5, WITH);
    expect(look(MAPPED, [[...times(2, WITHOUT), ...rest]])).toEqual([[]]);
    expect(look(MAPPED, [[...times(3, WITHOUT), ...rest]])).toEqual([["CLAIM dept"]]);
  });

  test("is gone even if nobody is left who brought it, because the counts are remembered", () => {
    expect(look(MAPPED, [times(3, WITH), times(3, WITHOUT)])).toEqual([[], ["CLAIM dept"]]);
    expect(look(MAPPED, [times(3, WITH), [WITHOUT, WITHOUT, WITH], times(3, WITHOUT)])[2]).toEqual(["CLAIM dept"]);
  });

  test("is announced once until it comes back, and again after that", () => {
    const gone = [...times(3, WITHOUT), ...times(20, WITH)];
    const back = times(20, WITH);
    expect(look(MAPPED, [gone, gone, [WITHOUT, ...gone], back, back, gone])).toEqual([
      ["CLAIM dept"],
      [],
      [],
      [],
      [],
      ["CLAIM dept"],
    ]);
  });

  test("is given up after a month", () => {
    const { watched } = watchClaims(MAPPED, [...times(3, WITHOUT), ...times(3, WITH)], [], NOW);
    expect(watched.find(({ name }) => name === "dept")?.goneSince).toBe(NOW.toISOString());
    expect(watchClaims(MAPPED, times(9, WITHOUT), watched, days(29)).watched.some(({ name }) => name === "dept")).toBe(
      true,
    );
    const later = watchClaims(MAPPED, times(9, WITHOUT), watched, days(31));
    expect([later.watched.some(({ name }) => name === "dept"), later.gone]).toEqual([false, []]);
  });
});

describe("what is not drift", () => {
  test("a single person without a department, however often they sign in", () => {
    // The evidence has one sign-in of each person, so this person is one of the list.
    expect(
      look(
        MAPPED,
        Array.from({ length: 5 }, () => [WITHOUT, ...times(10, WITH)]),
      ).flat(),
    ).toEqual([]);
  });

  test("a few people without a claim that most, but not all, bring", () => {
    const mostly = [...times(18, WITH), ...times(2, WITHOUT)];
    expect(look(MAPPED, [mostly, [...times(9, WITHOUT), WITH, ...mostly]]).flat()).toEqual([]);
    expect(look(MAPPED, [mostly, [...times(10, WITHOUT), ...mostly]])[1]).toEqual(["CLAIM dept"]);
  });

  test("a claim that is rare, new, or used by nothing", () => {
    expect(look(MAPPED, [[...times(15, WITHOUT), ...times(5, WITH), ...times(5, WITHOUT)]])).toEqual([[]]);
    expect(look(MAPPED, [times(5, WITHOUT), times(5, WITH)]).flat()).toEqual([]);
    expect(look(NO_MAPPINGS, [[...times(5, WITHOUT), ...times(5, WITH)]])).toEqual([[]]);
    expect(look(MAPPED, [[], []]).flat()).toEqual([]);
  });
});

describe("groups", () => {
  const known = person({ groups: { kind: "known", values: ["G1"] } });
  const none = person({ groups: { kind: "known", values: [] } });
  const overage = person({ groups: { kind: "unknown", reason: "overage" } });

  test("stopped arriving when the last three people came without the claim", () => {
    expect(look(GROUPS, [[...times(3, person()), ...times(3, known)]])).toEqual([["GROUPS groups"]]);
  });

  test("arrive if a person is in none, and nobody can say if there are too many", () => {
    expect(look(GROUPS, [[...times(5, none), ...times(3, known)]])).toEqual([[]]);
    expect(look(GROUPS, [[...times(5, overage), ...times(3, known)]])).toEqual([[]]);
    expect(look(GROUPS, [[person(), overage, person(), overage, person(), ...times(3, known)]])).toEqual([
      ["GROUPS groups"],
    ]);
  });

  test("do not matter if no rule uses them", () => {
    expect(look(MAPPED, [[...times(5, person()), ...times(5, known)]])).toEqual([[]]);
  });
});

describe("a field", () => {
  const sources = { department: "department" };
  const filled = person({ profile: { department: "R&D" }, attributes: { department: ["R&D"] }, sources });

  test("is named with the claim that it came from", () => {
    const { gone } = watchClaims(NO_MAPPINGS, [...times(3, person()), ...times(3, filled)], [], NOW);
    expect(gone).toMatchObject([{ kind: "FIELD", name: "department", claim: "department" }]);
  });

  test("is not announced beside its claim if a mapping names that claim", () => {
    const mappings = { ...NO_MAPPINGS, attributes: [{ ...MAPPED.attributes[0]!, claim: "Department" }] };
    const both = { ...filled, attributes: { Department: ["R&D"] } };
    expect(look(mappings, [[...times(3, person()), ...times(3, both)]])).toEqual([["CLAIM Department"]]);
  });
});

test("the state holds nothing about people, and is bounded", () => {
  const claims = Array.from({ length: 500 }, (_, index) => `claim-${index}`);
  const mappings = { ...NO_MAPPINGS, attributes: claims.map((claim) => ({ ...MAPPED.attributes[0]!, claim })) };
  const { watched } = watchClaims(mappings, times(30, WITH), [], NOW);
  expect(watched).toHaveLength(200);
  const fields = watchClaims(MAPPED, times(3, WITH), [], NOW).watched;
  expect(fields).toContainEqual({
    kind: "FIELD",
    name: "lastName",
    people: 3,
    having: 3,
    claim: null,
    goneSince: null,
  });
  for (const secret of ["ada", "Lovelace", "acme.test", "R&D"])
    expect(JSON.stringify([watched, fields])).not.toContain(secret);
});
