/** Decides which roles a person has after a sign-in. Pure. */
import type { RoleMapping } from "../../connection/mapping/mapping.js";
import { takeSilence, type Evaluated, type MissingGroups } from "./evaluate-rule.js";

/** A role that a person has, and its source. */
export interface HeldRole {
  readonly roleId: string;
  readonly source: "DEFAULT" | "ADMIN" | "API" | "MAPPING";
  /** The mapping that gave it; `null` for other sources. */
  readonly mappingId: string | null;
}

export interface RoleSituation {
  readonly mappings: readonly (RoleMapping & Evaluated)[];
  /** Rank by role id, of every role of the organization; higher wins. */
  readonly ranks: ReadonlyMap<string, number>;
  /** The roles of the person before the sign-in; empty for a new account. */
  readonly held: readonly HeldRole[];
  readonly defaultRoleId: string;
  readonly policies: {
    readonly roleSync: "STICKY" | "AUTHORITATIVE";
    readonly unmappedUser: "ALLOW" | "REFUSE";
    readonly missingGroups: MissingGroups;
    readonly roleAssignment: "HIGHEST" | "ALL";
    readonly manualRoleWins: boolean;
  };
}

/** A role that a person has after a sign-in. */
interface GrantedRole {
  readonly roleId: string;
  /** `null` for the default role, and for a kept role that no mapping gave. */
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
 * Every sign-in assigns the roles of the rules that match: the highest-ranked one, or all. If none matches, `STICKY` keeps
 * the roles and `AUTHORITATIVE` assigns the default role. Under `missingGroups: KEEP`, a silent rule keeps the role that it
 * gave, and roles given by hand stay. Every other rule decides about its role as usual. A connection without role mappings
 * changes no roles.
 */
export function decideRoles(situation: RoleSituation): RoleDecision {
  const { held, policies, defaultRoleId } = situation;
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
  const keptInSilence = held.filter(({ mappingId }) => mappingId !== null && silent.has(mappingId));
  if (matched.length > 0)
    return { kind: "assign", roles: choose(situation, [...keptInSilence, ...matched.map(grantOf)]) };
  const kept = silent.size === 0 ? [] : [...keptInSilence, ...held.filter(isByHand)];
  if (kept.length > 0)
    return policies.roleSync === "STICKY" || kept.length === held.length
      ? { kind: "keep" }
      : { kind: "assign", roles: choose(situation, kept) };
  if (policies.unmappedUser === "REFUSE" && (!given || policies.roleSync === "AUTHORITATIVE"))
    return { kind: "refuse-unmapped" };
  if (held.length === 0) return { kind: "assign", roles: [{ roleId: defaultRoleId, mappingId: null }] };
  if (policies.roleSync === "STICKY" || outcomes.length === 0) return { kind: "keep" };
  return { kind: "assign", roles: [{ roleId: defaultRoleId, mappingId: null }] };
}

function isByHand({ source }: HeldRole): boolean {
  return source === "ADMIN" || source === "API";
}

function grantOf({ id, roleId }: RoleMapping): GrantedRole {
  return { roleId, mappingId: id };
}

/** Each role once, with the first mapping that gives it, highest rank first. Under `HIGHEST`, only the first. */
function choose({ policies, ranks }: RoleSituation, given: readonly GrantedRole[]): readonly GrantedRole[] {
  const granted = new Map<string, GrantedRole>();
  for (const { roleId, mappingId } of given) if (!granted.has(roleId)) granted.set(roleId, { roleId, mappingId });
  const byRank = [...granted.values()].sort(
    (left, right) =>
      (ranks.get(right.roleId) ?? 0) - (ranks.get(left.roleId) ?? 0) || left.roleId.localeCompare(right.roleId),
  );
  return policies.roleAssignment === "ALL" ? byRank : byRank.slice(0, 1);
}
