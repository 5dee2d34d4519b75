/** Decides which roles a person has after a sign-in or after a change by a directory. Pure. */
import type { RoleMapping } from "../../connection/mapping/mapping.js";
import { takeSilence, type Evaluated, type MissingGroups } from "./evaluate-rule.js";

/** A role that a person has, and its source. */
export interface HeldRole {
  readonly roleId: string;
  readonly source: "DEFAULT" | "ADMIN" | "API" | "MAPPING" | "SCIM";
  /** The mapping that gave the role; `null` for other sources. */
  readonly mappingId: string | null;
  /**
   * Whether this decision must not take the role away, because a source of another kind gave it, such as a directory if
   * the decision is about a sign-in. Absent: no.
   */
  readonly isForeign?: boolean;
}

export interface RoleSituation {
  readonly mappings: readonly (RoleMapping & Evaluated)[];
  /** Rank by role id, of every role of the organization; higher wins. */
  readonly ranks: ReadonlyMap<string, number>;
  /** The roles of the person before the sign-in; empty for a new account. */
  readonly held: readonly HeldRole[];
  readonly defaultRoleId: string;
  /** The roles that the provider of a directory named and may give; absent for a sign-in. */
  readonly named?: readonly string[];
  readonly policies: {
    readonly roleSync: "STICKY" | "AUTHORITATIVE";
    readonly unmappedUser: "ALLOW" | "REFUSE";
    readonly missingGroups: MissingGroups;
    readonly roleAssignment: "HIGHEST" | "ALL";
    readonly manualRoleWins: boolean;
  };
}

/** A role that a person has afterwards, and its source. `PRESENT` keeps the source that the role has. */
export interface GrantedRole {
  readonly roleId: string;
  readonly by: "MAPPING" | "DEFAULT" | "NAMED" | "PRESENT";
  /** The mapping that gives the role; `null` for other sources. */
  readonly mappingId: string | null;
}

export type RoleDecision =
  /** The roles do not change. */
  | { readonly kind: "keep" }
  /** These roles, and no others, from now on. */
  | { readonly kind: "assign"; readonly roles: readonly GrantedRole[] }
  /** No rule matches this person. */
  | { readonly kind: "refuse-unmapped" }
  /** A rule needs groups that the provider did not send. */
  | { readonly kind: "refuse-unknown-groups"; readonly reason: string }
  /** A rule was not evaluated, because earlier rules used up the work of one sign-in. */
  | { readonly kind: "refuse-too-costly" };

/**
 * Assigns the roles of the rules that match, and those that the provider named: the highest-ranked one, or all. A foreign
 * role competes with them, and stays. If no rule matches, `STICKY` keeps the roles and `AUTHORITATIVE` assigns the
 * default role. Under `missingGroups: KEEP`, a silent rule keeps the role that it gave, and roles given by hand stay.
 * Every other rule decides about its role as usual. A connection without role mappings changes no roles. A role that the
 * provider no longer names is removed, whatever the policies say.
 */
export function decideRoles(situation: RoleSituation): RoleDecision {
  const { named } = situation;
  // A sign-in names no roles, so it withdraws none.
  const isWithdrawn = ({ source, isForeign, roleId }: HeldRole) =>
    named !== undefined && source === "SCIM" && isForeign !== true && !named.includes(roleId);
  const held = situation.held.filter((each) => !isWithdrawn(each));
  const decision = decideAmong({ ...situation, held });
  if (decision.kind !== "keep" || held.length === situation.held.length) return decision;
  return { kind: "assign", roles: held.length === 0 ? [byDefault(situation)] : held.map(keep) };
}

function decideAmong(situation: RoleSituation): RoleDecision {
  const { held, policies, named = [] } = situation;
  const manual = held.some(isByHand);
  const given = held.some(({ source }) => source !== "DEFAULT");
  const outcomes = situation.mappings
    .filter(({ roleId }) => situation.ranks.has(roleId))
    .map((mapping) => ({ mapping, outcome: takeSilence(mapping, policies.missingGroups) }));
  if (outcomes.some(({ outcome }) => outcome.kind === "too-costly")) return { kind: "refuse-too-costly" };
  for (const { outcome } of outcomes)
    if (outcome.kind === "unknown") return { kind: "refuse-unknown-groups", reason: outcome.reason };

  if (policies.manualRoleWins && manual) return { kind: "keep" };
  const matched = outcomes.filter(({ outcome }) => outcome.kind === "matched").map(({ mapping }) => mapping);
  const silent = new Set(outcomes.filter(({ outcome }) => outcome.kind === "silent").map(({ mapping }) => mapping.id));
  const keptInSilence = held.filter(
    ({ mappingId, isForeign }) => isForeign === true || (mappingId !== null && silent.has(mappingId)),
  );
  if (matched.length > 0 || named.length > 0) {
    const given = named.map((roleId): GrantedRole => ({ roleId, by: "NAMED", mappingId: null }));
    return {
      kind: "assign",
      roles: choose(situation, [...keptInSilence.map(keep), ...matched.map(grantOf), ...given]),
    };
  }
  const kept = [...keptInSilence, ...(silent.size === 0 ? [] : held.filter(isByHand))];
  if (kept.length > 0)
    return policies.roleSync === "STICKY" || kept.length === held.length
      ? { kind: "keep" }
      : { kind: "assign", roles: choose(situation, kept.map(keep)) };
  if (policies.unmappedUser === "REFUSE" && (!given || policies.roleSync === "AUTHORITATIVE"))
    return { kind: "refuse-unmapped" };
  if (held.length === 0) return { kind: "assign", roles: [byDefault(situation)] };
  if (policies.roleSync === "STICKY" || outcomes.length === 0) return { kind: "keep" };
  return { kind: "assign", roles: [byDefault(situation)] };
}

function byDefault({ defaultRoleId }: RoleSituation): GrantedRole {
  return { roleId: defaultRoleId, by: "DEFAULT", mappingId: null };
}

function keep({ roleId, mappingId }: HeldRole): GrantedRole {
  return { roleId, by: "PRESENT", mappingId };
}

function isByHand({ source }: HeldRole): boolean {
  return source === "ADMIN" || source === "API";
}

function grantOf({ id, roleId }: RoleMapping): GrantedRole {
  return { roleId, by: "MAPPING", mappingId: id };
}

/** Each role once, with the first source that gives it, highest rank first. Under `HIGHEST`, only the first. */
function choose({ policies, ranks }: RoleSituation, given: readonly GrantedRole[]): readonly GrantedRole[] {
  const granted = new Map<string, GrantedRole>();
  for (const each of given) if (!granted.has(each.roleId)) granted.set(each.roleId, each);
  const byRank = [...granted.values()].sort(
    (left, right) =>
      (ranks.get(right.roleId) ?? 0) - (ranks.get(left.roleId) ?? 0) || left.roleId.localeCompare(right.roleId),
  );
  return policies.roleAssignment === "ALL" ? byRank : byRank.slice(0, 1);
}
