/** Roles and groups that mappings give and take: cases, and properties that hold for all claims of a provider. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Groups, NormalizedProfile } from "../../../src/connection/contract/index.js";
import {
  NO_MAPPINGS,
  type ClaimRule,
  type GroupMapping,
  type RoleMapping,
} from "../../../src/connection/mapping/mapping.js";
import {
  decideGroups,
  type GroupSituation,
  type MappedMembership,
} from "../../../src/provisioning/mappings/decide-groups.js";
import { decideRoles, type HeldRole, type RoleSituation } from "../../../src/provisioning/mappings/decide-roles.js";
import { evaluateMappings, takeSilence } from "../../../src/provisioning/mappings/evaluate-rule.js";
import {
  decide,
  carryOut,
  PROFILE,
  RANKS,
  situation,
  situationArbitrary,
  userOf,
  type Changes,
} from "../situations.js";
import { times } from "../../../testing/long.js";

const rule = (id: string, value: string, claim = "groups"): ClaimRule => ({
  id,
  position: Number(id.slice(1)),
  claim,
  operator: "EQUALS",
  values: [value],
  ignoreCase: false,
});
const toRole = (id: string, value: string, roleId: string, claim?: string): RoleMapping => ({
  ...rule(id, value, claim),
  roleId,
});
const toGroup = (id: string, value: string, groupId: string, claim?: string): GroupMapping => ({
  ...rule(id, value, claim),
  groupId,
});
const known = (...values: string[]): Groups => ({ kind: "known", values });
const SILENT: Groups = { kind: "silent" };
const UNKNOWN: Groups = { kind: "unknown", reason: "There are more than 200." };

const ADMINS = toRole("m1", "admins", "role-admin");
const TRAINERS = toRole("m2", "trainers", "role-trainer");
const STAFF = toRole("m3", "staff", "role-user");
const SALES = toRole("m4", "Sales", "role-user", "department");

const byDefault: HeldRole = { roleId: "role-user", source: "DEFAULT", mappingId: null };
const byHand: HeldRole = { roleId: "role-trainer", source: "ADMIN", mappingId: null };
const byProgram: HeldRole = { roleId: "role-trainer", source: "API", mappingId: null };
const byRule: HeldRole = { roleId: "role-admin", source: "MAPPING", mappingId: "m1" };

const profileOf = (groups: Groups, department?: string): NormalizedProfile => ({
  ...PROFILE,
  groups,
  attributes: department === undefined ? {} : { department: [department] },
});

interface RoleCase {
  readonly groups: Groups;
  readonly department?: string;
  readonly mappings?: readonly RoleMapping[];
  readonly held?: readonly HeldRole[];
  readonly policies?: Partial<RoleSituation["policies"]>;
}

function rolesOf({ groups, department, mappings, held, policies }: RoleCase): string {
  const roles = mappings ?? [ADMINS, TRAINERS, STAFF, SALES];
  const decision = decideRoles({
    mappings: evaluateMappings({ ...NO_MAPPINGS, roles }, profileOf(groups, department)).roles,
    ranks: RANKS,
    held: held ?? [],
    defaultRoleId: "role-user",
    policies: {
      roleSync: "STICKY",
      unmappedUser: "ALLOW",
      missingGroups: "KEEP",
      roleAssignment: "HIGHEST",
      manualRoleWins: false,
      ...policies,
    },
  });
  return decision.kind === "assign"
    ? decision.roles.map(({ roleId, mappingId }) => `${roleId} by ${mappingId ?? "default"}`).join(", ")
    : decision.kind;
}

const authoritative = { roleSync: "AUTHORITATIVE" } as const;
const refusing = { unmappedUser: "REFUSE" } as const;

describe("the roles after a sign-in", () => {
  it.each<[string, RoleCase, string]>([
    ["a new person, no mapping", { groups: known("x"), mappings: [] }, "role-user by default"],
    ["a new person, no match", { groups: known("x") }, "role-user by default"],
    ["a new person, one match", { groups: known("trainers") }, "role-trainer by m2"],
    ["the highest of several", { groups: known("staff", "admins", "trainers") }, "role-admin by m1"],
    [
      "the highest, at any position",
      { groups: known("staff", "admins"), mappings: [STAFF, ADMINS] },
      "role-admin by m1",
    ],
    [
      "all of several, the highest first",
      { groups: known("staff", "admins"), policies: { roleAssignment: "ALL" } },
      "role-admin by m1, role-user by m3",
    ],
    [
      "a role once, by the first match",
      { groups: known("staff"), department: "Sales", policies: { roleAssignment: "ALL" } },
      "role-user by m3",
    ],
    [
      "a mapping to a deleted role",
      { groups: known("x"), mappings: [toRole("m1", "x", "role-gone")] },
      "role-user by default",
    ],
    ["a match replaces what was there", { groups: known("staff"), held: [byRule] }, "role-user by m3"],
    ["a match replaces what was given by hand", { groups: known("staff"), held: [byHand] }, "role-user by m3"],
    [
      "a role by hand under manualRoleWins",
      { groups: known("staff"), held: [byHand], policies: { manualRoleWins: true } },
      "keep",
    ],
    [
      "a role by a program under manualRoleWins",
      { groups: known("staff"), held: [byProgram], policies: { manualRoleWins: true } },
      "keep",
    ],
    [
      "a mapped role under manualRoleWins",
      { groups: known("staff"), held: [byRule], policies: { manualRoleWins: true } },
      "role-user by m3",
    ],
    [
      "the default role under manualRoleWins",
      { groups: known("admins"), held: [byDefault], policies: { manualRoleWins: true } },
      "role-admin by m1",
    ],

    ["STICKY: no match keeps the role", { groups: known("x"), held: [byRule] }, "keep"],
    ["STICKY: an empty list keeps the role", { groups: known(), held: [byRule] }, "keep"],
    ["STICKY: no match keeps what was given by hand", { groups: known("x"), held: [byHand] }, "keep"],
    [
      "AUTHORITATIVE: no match gives the default role",
      { groups: known("x"), held: [byRule], policies: authoritative },
      "role-user by default",
    ],
    [
      "AUTHORITATIVE: an empty list does not match",
      { groups: known(), held: [byRule], policies: authoritative },
      "role-user by default",
    ],
    [
      "AUTHORITATIVE: no match replaces a role by hand",
      { groups: known("x"), held: [byHand], policies: authoritative },
      "role-user by default",
    ],
    [
      "AUTHORITATIVE: a role by hand under manualRoleWins",
      { groups: known("x"), held: [byHand], policies: { ...authoritative, manualRoleWins: true } },
      "keep",
    ],
    [
      "AUTHORITATIVE: without mappings roles stay",
      { groups: known("x"), mappings: [], held: [byHand], policies: authoritative },
      "keep",
    ],

    ["a missing groups claim keeps the role", { groups: SILENT, held: [byRule] }, "keep"],
    [
      "a missing groups claim keeps it under AUTHORITATIVE",
      { groups: SILENT, held: [byRule], policies: authoritative },
      "keep",
    ],
    [
      "a missing groups claim keeps it under AUTHORITATIVE and REFUSE",
      { groups: SILENT, held: [byRule], policies: { ...authoritative, ...refusing } },
      "keep",
    ],
    [
      "a missing groups claim keeps what was given by hand",
      { groups: SILENT, held: [byHand], policies: authoritative },
      "keep",
    ],
    [
      "a missing groups claim under EMPTY takes the role",
      { groups: SILENT, held: [byRule], policies: { ...authoritative, missingGroups: "EMPTY" } },
      "role-user by default",
    ],
    ["a missing groups claim gives a new person the default role", { groups: SILENT }, "role-user by default"],
    [
      "a match and a rule on the missing groups claim: the higher role stays",
      { groups: SILENT, department: "Sales", held: [byRule] },
      "role-admin by m1",
    ],
    [
      "a match and a rule on the missing groups claim under ALL: both roles stay",
      { groups: SILENT, department: "Sales", held: [byRule], policies: { roleAssignment: "ALL" } },
      "role-admin by m1, role-user by m4",
    ],
    [
      "a missing groups claim concerns only rules on groups",
      {
        groups: SILENT,
        department: "Sales",
        held: [{ ...byRule, mappingId: "m5" }],
        mappings: [ADMINS, SALES, toRole("m5", "Board", "role-admin", "department")],
      },
      "role-user by m4",
    ],
    [
      "a missing groups claim takes a role of a rule that was evaluated",
      { groups: SILENT, department: "Other", held: [{ ...byRule, mappingId: "m4" }], policies: authoritative },
      "role-user by default",
    ],
    [
      "a missing groups claim takes a role of a deleted rule",
      { groups: SILENT, held: [{ ...byRule, mappingId: "m9" }], policies: authoritative },
      "role-user by default",
    ],
    [
      "a missing groups claim takes the role of a rule that was evaluated, and keeps the role of a rule on groups",
      {
        groups: SILENT,
        department: "Other",
        held: [byRule, { roleId: "role-trainer", source: "MAPPING", mappingId: "m4" }],
        policies: { ...authoritative, roleAssignment: "ALL" },
      },
      "role-admin by m1",
    ],
    [
      "a missing groups claim keeps a role by hand, together with a role of a rule that was evaluated",
      {
        groups: SILENT,
        held: [byHand, { ...byRule, mappingId: "m4" }],
        policies: { ...authoritative, roleAssignment: "ALL" },
      },
      "role-trainer by default",
    ],
    [
      "a missing groups claim under REFUSE refuses a person whose rule was evaluated",
      {
        groups: SILENT,
        department: "Other",
        held: [{ ...byRule, mappingId: "m4" }],
        policies: { ...authoritative, ...refusing },
      },
      "refuse-unmapped",
    ],
    [
      "STICKY: a missing groups claim keeps a role of a rule that was evaluated",
      { groups: SILENT, department: "Other", held: [{ ...byRule, mappingId: "m4" }] },
      "keep",
    ],
    [
      "a role by a rule on the missing groups claim keeps its source",
      {
        groups: SILENT,
        department: "Sales",
        held: [byRule],
        mappings: [toRole("m4", "Sales", "role-admin", "department"), ADMINS],
      },
      "role-admin by m1",
    ],
    [
      "a missing groups claim does not matter without rules on groups",
      { groups: SILENT, mappings: [SALES], held: [byRule], policies: authoritative },
      "role-user by default",
    ],

    ["unknown groups are not an empty list", { groups: UNKNOWN }, "refuse-unknown-groups"],
    [
      "unknown groups are not an empty list under EMPTY",
      { groups: UNKNOWN, policies: { missingGroups: "EMPTY" } },
      "refuse-unknown-groups",
    ],
    ["unknown groups and a match", { groups: UNKNOWN, department: "Sales", held: [byRule] }, "refuse-unknown-groups"],
    [
      "unknown groups do not matter without rules on groups",
      { groups: UNKNOWN, department: "Sales", mappings: [SALES] },
      "role-user by m4",
    ],

    ["REFUSE: a new person, no match", { groups: known("x"), policies: refusing }, "refuse-unmapped"],
    ["REFUSE: a new person, a match", { groups: known("staff"), policies: refusing }, "role-user by m3"],
    [
      "REFUSE: only the default role, no match",
      { groups: known("x"), held: [byDefault], policies: refusing },
      "refuse-unmapped",
    ],
    ["REFUSE: a role of a mapping, no match", { groups: known("x"), held: [byRule], policies: refusing }, "keep"],
    ["REFUSE: a role by hand, no match", { groups: known("x"), held: [byHand], policies: refusing }, "keep"],
    [
      "REFUSE and AUTHORITATIVE: no match",
      { groups: known("x"), held: [byRule], policies: { ...refusing, ...authoritative } },
      "refuse-unmapped",
    ],
    [
      "REFUSE and AUTHORITATIVE: a role by hand under manualRoleWins",
      { groups: known("x"), held: [byHand], policies: { ...refusing, ...authoritative, manualRoleWins: true } },
      "keep",
    ],
    ["REFUSE: a missing groups claim, a new person", { groups: SILENT, policies: refusing }, "refuse-unmapped"],
  ])("%s", (_name, given, expected) => {
    expect(rolesOf(given)).toBe(expected);
  });
});

const RED = toGroup("m1", "red", "g-red");
const BLUE = toGroup("m2", "blue", "g-blue");
const TEAM = toGroup("m3", "Sales", "g-blue", "department");
const inRed: MappedMembership = { groupId: "g-red", mappingId: "m1" };
const inBlue: MappedMembership = { groupId: "g-blue", mappingId: "m2" };
const inBlueByTeam: MappedMembership = { groupId: "g-blue", mappingId: "m3" };

interface GroupCase {
  readonly groups: Groups;
  readonly department?: string;
  readonly held?: readonly MappedMembership[];
  readonly merged?: boolean;
  readonly policies?: Partial<GroupSituation["policies"]>;
}

function groupsOf({ groups, department, held, merged, policies }: GroupCase): string {
  const given = { ...NO_MAPPINGS, groups: [RED, BLUE, TEAM] };
  const decision = decideGroups({
    mappings: evaluateMappings(given, profileOf(groups, department)).groups,
    held: held ?? [],
    merged: merged ?? false,
    policies: { missingGroups: "KEEP", groupRemoval: "UNMERGED_ONLY", ...policies },
  });
  if (decision.kind !== "change") return decision.kind;
  const told = (sign: string) => (each: MappedMembership) => `${sign}${each.groupId} by ${each.mappingId}`;
  return [...decision.give.map(told("+")), ...decision.take.map(told("-"))].join(", ");
}

describe("the groups after a sign-in", () => {
  it.each<[string, GroupCase, string]>([
    ["no match", { groups: known("x") }, ""],
    ["matches are added", { groups: known("red", "blue") }, "+g-red by m1, +g-blue by m2"],
    ["once for each mapping", { groups: known("blue"), department: "Sales" }, "+g-blue by m2, +g-blue by m3"],
    ["memberships that match stay", { groups: known("red"), held: [inRed] }, ""],
    ["memberships that no longer match are taken", { groups: known("blue"), held: [inRed, inBlue] }, "-g-red by m1"],
    [
      "one mapping no longer matches, another one does",
      { groups: known(), department: "Sales", held: [inBlue, inBlueByTeam] },
      "-g-blue by m2",
    ],
    [
      "a membership of a deleted mapping is taken",
      { groups: known("red"), held: [inRed, { groupId: "g-old", mappingId: "m9" }] },
      "-g-old by m9",
    ],
    ["an empty list takes", { groups: known(), held: [inRed] }, "-g-red by m1"],
    ["a missing groups claim takes nothing", { groups: SILENT, held: [inRed, inBlue] }, ""],
    [
      "a missing groups claim concerns only rules on groups",
      { groups: SILENT, held: [inRed, inBlueByTeam] },
      "-g-blue by m3",
    ],
    [
      "a missing groups claim under EMPTY takes",
      { groups: SILENT, held: [inRed], policies: { missingGroups: "EMPTY" } },
      "-g-red by m1",
    ],
    ["unknown groups are not an empty list", { groups: UNKNOWN, held: [inRed] }, "refuse-unknown-groups"],
    [
      "unknown groups are not an empty list under EMPTY",
      { groups: UNKNOWN, held: [inRed], policies: { missingGroups: "EMPTY" } },
      "refuse-unknown-groups",
    ],
    ["joined: nothing is taken", { groups: known(), held: [inRed], merged: true }, ""],
    ["joined: matches are added", { groups: known("blue"), held: [inRed], merged: true }, "+g-blue by m2"],
    [
      "joined under ALWAYS: it is taken",
      { groups: known(), held: [inRed], merged: true, policies: { groupRemoval: "ALWAYS" } },
      "-g-red by m1",
    ],
    ["NEVER: nothing is taken", { groups: known(), held: [inRed], policies: { groupRemoval: "NEVER" } }, ""],
  ])("%s", (_name, given, expected) => {
    expect(groupsOf(given)).toBe(expected);
  });
});

describe("a decision about a person", () => {
  const admins = { mappings: { roles: [ADMINS], groups: [RED] } } satisfies Changes;
  const kindOf = (changes: Changes) => {
    const decision = decide(situation(changes));
    return decision.kind === "refuse" ? decision.failure.code : decision.kind;
  };

  it("refuses a person without a role, and one with unknown groups, with a code for each", () => {
    expect(kindOf({ ...admins, policies: refusing })).toBe("NO_ROLE");
    expect(kindOf({ ...admins, profile: { groups: UNKNOWN } })).toBe("GROUPS_UNKNOWN");
    expect(kindOf({ mappings: { groups: [RED] }, profile: { groups: UNKNOWN } })).toBe("GROUPS_UNKNOWN");
    expect(kindOf({ ...admins, own: {}, profile: { groups: UNKNOWN } })).toBe("GROUPS_UNKNOWN");
  });

  it("refuses a person whose rules take too much work, with a code of its own", () => {
    const pattern = (id: string): ClaimRule => ({
      ...rule(id, "[ab]*a[ab]{880}c"),
      operator: "MATCHES",
    });
    const profile = { groups: known(...Array.from({ length: 30 }, (_, index) => `${index}${"ab".repeat(500)}`)) };
    const roles = [{ ...pattern("m1"), roleId: "role-admin" }];
    const groups = [{ ...pattern("m1"), groupId: "g-red" }];
    expect(kindOf({ mappings: { roles }, profile })).toBe("MAPPINGS_TOO_COSTLY");
    expect(kindOf({ mappings: { groups }, profile })).toBe("MAPPINGS_TOO_COSTLY");
    expect(decide(situation({ mappings: { groups }, profile, own: {} }))).toMatchObject({ user: { id: "user-1" } });
    // A rule of a deleted role has no effect.
    expect(kindOf({ mappings: { roles: [{ ...roles[0]!, roleId: "role-gone" }] }, profile })).toBe("create");
  });

  it("removes no group from a person that this sign-in merges", () => {
    const currentAccess = { "candidate-1": { memberships: [inRed] }, "user-1": { memberships: [inRed] } };
    const profile = { groups: known() };
    const joined = {
      ...admins,
      profile,
      currentAccess,
      policies: { accountLinking: "MERGE_BY_EMAIL" },
      candidates: [{}],
    } as const;
    expect(decide(situation(joined))).toMatchObject({ kind: "merge", groups: { take: [] } });
    expect(decide(situation({ ...admins, profile, currentAccess, own: {} }))).toMatchObject({
      groups: { take: [inRed] },
    });
    const before = { ...currentAccess, "user-1": { memberships: [inRed], merged: true } };
    expect(decide(situation({ ...admins, profile, currentAccess: before, own: {} }))).toMatchObject({
      groups: { take: [] },
    });
  });

  it("uses only the account's own roles", () => {
    const currentAccess = { "user-1": { roles: [byRule] }, "candidate-1": {} };
    const none = { ...admins, profile: { groups: known() }, currentAccess };
    expect(decide(situation({ ...none, own: {}, policies: refusing }))).toMatchObject({ roles: { kind: "keep" } });
    expect(kindOf({ ...none, policies: refusing })).toBe("NO_ROLE");
    expect(decide(situation(none))).toMatchObject({
      kind: "create",
      roles: { kind: "assign", roles: [{ roleId: "role-user", mappingId: null }] },
    });
  });
});

const check = (property: (given: ReturnType<typeof situation>) => void) =>
  fc.assert(fc.property(situationArbitrary, property), { numRuns: times(1_500) });
const rank = (roleId: string) => RANKS.get(roleId) ?? -1;

describe("in every situation", () => {
  it("deciding twice changes nothing the second time", () => {
    check((given) => {
      const after = carryOut(given, decide(given));
      if (after === null) return;
      const again = decide(after);
      // After a merge by this decision, the account has different access.
      if (again.kind !== "update" && again.kind !== "link") return;
      const held = after.currentAccess.get(again.user.id)?.roles ?? [];
      if (again.roles.kind === "assign")
        expect(new Set(again.roles.roles.map(({ roleId }) => roleId))).toEqual(
          new Set(held.map(({ roleId }) => roleId)),
        );
      expect(again.groups.give).toEqual([]);
      expect(again.groups.take).toEqual([]);
      expect(again.takesSeat).toBe(false);
    });
  });

  it("the highest match wins", () => {
    check((given) => {
      const decision = decide(given);
      if (!("roles" in decision) || decision.roles.kind !== "assign") return;
      const { missingGroups } = given.connection.policies;
      const { roles } = decision.roles;
      const matched = evaluateMappings(given.connection.mappings, given.person.profile).roles.filter(
        (each) => RANKS.has(each.roleId) && takeSilence(each, missingGroups).kind === "matched",
      );
      const highest = Math.max(-1, ...matched.map(({ roleId }) => rank(roleId)));
      expect(rank(roles[0]!.roleId)).toBeGreaterThanOrEqual(highest);
      expect(roles.map(({ roleId }) => rank(roleId))).toEqual(
        roles.map(({ roleId }) => rank(roleId)).sort((a, b) => b - a),
      );
      expect(new Set(roles.map(({ roleId }) => roleId)).size).toBe(roles.length);
      if (given.organization.policies.roleAssignment === "HIGHEST") expect(roles).toHaveLength(1);
      else for (const { roleId } of matched) expect(roles.map((each) => each.roleId)).toContain(roleId);
    });
  });

  it("missing groups take nothing under KEEP: no role, and no membership of a rule on groups", () => {
    check((before) => {
      const given = {
        ...before,
        person: { ...before.person, profile: { ...before.person.profile, groups: SILENT, attributes: {} } },
        connection: {
          ...before.connection,
          policies: { ...before.connection.policies, missingGroups: "KEEP" as const },
        },
      };
      const decision = decide(given);
      if (decision.kind !== "update" && decision.kind !== "link") return;
      const { roles, groups } = given.connection.mappings;
      const { groupsClaims } = given.person.profile;
      const isAboutGroups = ({ claim }: ClaimRule) => claim === "groups" || groupsClaims.includes(claim);
      const asks = groups.filter(isAboutGroups).map(({ id }) => id);
      for (const { mappingId } of decision.groups.take) expect(asks).not.toContain(mappingId);
      const held = given.currentAccess.get(decision.user.id)?.roles ?? [];
      const silent = roles.filter((each) => RANKS.has(each.roleId) && isAboutGroups(each)).map(({ id }) => id);
      const kept = held.filter(({ mappingId }) => mappingId !== null && silent.includes(mappingId));
      if (decision.roles.kind === "keep" || kept.length === 0) return;
      const highest = Math.max(...kept.map(({ roleId }) => rank(roleId)));
      expect(rank(decision.roles.roles[0]!.roleId)).toBeGreaterThanOrEqual(highest);
      // No other rule matches, so all other memberships end.
      for (const { roleId, mappingId } of decision.roles.roles)
        expect(held).toContainEqual(expect.objectContaining({ roleId, mappingId }));
    });
  });

  it("unknown groups refuse the person if a rule needs groups, and take nothing if none does", () => {
    check((before) => {
      const { profile } = before.person;
      const given = { ...before, person: { ...before.person, profile: { ...profile, groups: UNKNOWN } } };
      const { roles, groups } = given.connection.mappings;
      const asks = [...roles.filter(({ roleId }) => RANKS.has(roleId)), ...groups].some(
        ({ claim }) => claim === "groups" || profile.groupsClaims.includes(claim),
      );
      const decision = decide(given);
      if (asks) expect(["refuse", "ask"]).toContain(decision.kind);
      // Without rules on groups, the provider's groups have no effect.
      else
        for (const said of [SILENT, known()])
          expect(decision).toEqual(
            decide({ ...given, person: { ...given.person, profile: { ...profile, groups: said } } }),
          );
    });
  });

  it("memberships are given by rules that match, and never taken by them", () => {
    check((given) => {
      const decision = decide(given);
      if (!("groups" in decision)) return;
      const { missingGroups, groupRemoval } = given.connection.policies;
      const matched = evaluateMappings(given.connection.mappings, given.person.profile)
        .groups.filter((each) => takeSilence(each, missingGroups).kind === "matched")
        .map(({ id, groupId }) => ({ groupId, mappingId: id }));
      for (const each of decision.groups.give) expect(matched).toContainEqual(each);
      for (const each of decision.groups.take) expect(matched).not.toContainEqual(each);
      if (groupRemoval === "NEVER" || decision.kind === "create") expect(decision.groups.take).toEqual([]);
    });
  });

  it("roles given by hand stay under manualRoleWins", () => {
    check((before) => {
      const policies = { ...before.organization.policies, manualRoleWins: true };
      const given = { ...before, organization: { ...before.organization, policies } };
      const decision = decide(given);
      if (decision.kind !== "update" && decision.kind !== "link") return;
      const held = given.currentAccess.get(decision.user.id)?.roles ?? [];
      if (held.some(({ source }) => source === "ADMIN" || source === "API"))
        expect(decision.roles).toEqual({ kind: "keep" });
    });
  });

  it("nobody gets a role that no mapping names, that they did not have, and that is not the default", () => {
    check((given) => {
      const decision = decide(given);
      if (!("roles" in decision) || decision.roles.kind !== "assign") return;
      for (const { roleId, mappingId } of decision.roles.roles) {
        expect(RANKS.has(roleId)).toBe(true);
        if (mappingId !== null || roleId === "role-user") continue;
        const held = given.currentAccess.get(userOf(decision)?.id ?? "")?.roles;
        expect(held).toContainEqual({ roleId, source: expect.stringMatching(/^(?:ADMIN|API)$/), mappingId });
      }
    });
  });
});
