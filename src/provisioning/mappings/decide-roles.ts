/** Decides which roles a person has after a sign-in. Pure. */
import type { RoleMapping } from "../../connection/mapping/mapping.js";
import { takeSilence, type Evaluated, type MissingGroups } from "./evaluate-rule.js";

/** A role that a person has, and what gave it. */
export interface HeldRole {
  readonly roleId: string;
  readonly source: "DEFAULT" | "ADMIN" | "API" | "MAPPING";
  /** The mapping that gave it, where one did. */
  readonly mappingId: string | null;
}

/** What the decision depends on. */
export interface RoleSituation {
  readonly mappings: readonly (RoleMapping & Evaluated)[];
  /** Rank by role id, of every role of the organization; higher wins. */
  readonly ranks: ReadonlyMap<string, number>;
  /** What the person has now; empty for somebody new. */
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
  /** `null` for the default role, and for a role that stays though no mapping gave it. */
  readonly mappingId: string | null;
}

export type RoleDecision =
  /** The roles stay as they are. */
  | { readonly kind: "keep" }
  /** These roles, and no others, from now on. */
  | { readonly kind: "assign"; readonly roles: readonly GrantedRole[] }
  /** No rule is for this person. */
  | { readonly kind: "refuse-unmapped" }
  /** A rule asks for groups that the provider did not tell. */
  | { readonly kind: "refuse-unknown-groups"; readonly reason: string }
  /** A rule was not evaluated, because the rules before it used up the work of one sign-in. */
  | { readonly kind: "refuse-too-costly" };

/**
 * Decides. At every sign-in the highest-ranked match is saved, or every match. Where none matches, `STICKY` keeps what is
 * there and `AUTHORITATIVE` gives the default role. Silence about groups under `KEEP` takes no role that a silent rule gave, and
 * no role that no rule gave. A role of a rule that was answered follows that rule. A connection without role mappings changes
 * no roles.
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

/** Each role once, by the first that gives it, the highest first; under `HIGHEST` that one alone. */
function choose({ policies, ranks }: RoleSituation, given: readonly GrantedRole[]): readonly GrantedRole[] {
  const granted = new Map<string, GrantedRole>();
  for (const { roleId, mappingId } of given) if (!granted.has(roleId)) granted.set(roleId, { roleId, mappingId });
  const byRank = [...granted.values()].sort(
    (left, right) =>
      (ranks.get(right.roleId) ?? 0) - (ranks.get(left.roleId) ?? 0) || left.roleId.localeCompare(right.roleId),
  );
  return policies.roleAssignment === "ALL" ? byRank : byRank.slice(0, 1);
}
