/** Evaluates the rules of a connection on the claims of a person, within a bound on the work. Pure. */
import type { NormalizedProfile } from "../../connection/contract/index.js";
import {
  GROUPS_CLAIM,
  type AttributeMapping,
  type ClaimRule,
  type GroupMapping,
  type Mappings,
  type RoleMapping,
} from "../../connection/mapping/mapping.js";
import { startWork, type Find, type Found } from "./bounded-work.js";

/**
 * The result of a rule. *Silent*: the provider sent no groups claim. *Unknown*: the person has groups that the provider did not
 * send. *Too costly*: earlier rules used up the work of one sign-in. None of these means that the rule does not match.
 */
export type RuleOutcome = Found | { readonly kind: "silent" } | { readonly kind: "unknown"; readonly reason: string };

export interface Evaluated {
  readonly outcome: RuleOutcome;
}

/** The mappings of a connection, with the outcomes of their rules for one profile. */
export interface EvaluatedMappings {
  readonly attributes: readonly AttributeMapping[];
  readonly roles: readonly (RoleMapping & Evaluated)[];
  readonly groups: readonly (GroupMapping & Evaluated)[];
}

/** What a missing groups claim means: `KEEP` leaves rules silent, `EMPTY` reads it as an empty list. */
export type MissingGroups = "KEEP" | "EMPTY";

/** What a provider says of a person, as rules read it. */
export type Claimed = Pick<NormalizedProfile, "groups" | "groupsClaims" | "attributes">;

/**
 * Evaluates all rules of a connection or directory, in their order.
 *
 * @param find evaluates rules within a limit on the work, which is for one sign-in or for one request of a directory
 */
export function evaluateMappings(
  { attributes, roles, groups }: Mappings,
  profile: Claimed,
  find: Find = startWork(),
): EvaluatedMappings {
  const claims = readClaims(profile);
  const evaluate = <Rule extends ClaimRule>(rule: Rule) => ({ ...rule, outcome: evaluateRule(rule, claims, find) });
  return { attributes, roles: roles.map(evaluate), groups: groups.map(evaluate) };
}

/**
 * Gives earlier outcomes to mappings that were read again; `null` if a rule has no earlier outcome. A changed rule has a
 * new id, so an id always means the same condition.
 */
export function reuseOutcomes(
  evaluated: EvaluatedMappings,
  { attributes, roles, groups }: Mappings,
): EvaluatedMappings | null {
  const reuse = <Rule extends ClaimRule>(rules: readonly Rule[], before: readonly (ClaimRule & Evaluated)[]) => {
    const outcomes = new Map(before.map(({ id, outcome }) => [id, outcome]));
    return rules.flatMap((rule) => {
      const outcome = outcomes.get(rule.id);
      return outcome === undefined ? [] : [{ ...rule, outcome }];
    });
  };
  const after = { attributes, roles: reuse(roles, evaluated.roles), groups: reuse(groups, evaluated.groups) };
  return after.roles.length === roles.length && after.groups.length === groups.length ? after : null;
}

/** Applies the policy on missing groups to an outcome. */
export function takeSilence({ outcome }: Evaluated, missingGroups: MissingGroups): RuleOutcome {
  return outcome.kind === "silent" && missingGroups === "EMPTY" ? { kind: "unmatched" } : outcome;
}

function evaluateRule(rule: ClaimRule, claims: Claims, find: Find): RuleOutcome {
  const said = claims(rule.claim);
  return said.kind === "values" ? find(rule, said.values) : said;
}

/** The values that a provider sent under a claim's name. */
type Claims = (
  claim: string,
) =>
  | { readonly kind: "values"; readonly values: readonly string[] }
  | Extract<RuleOutcome, { kind: "silent" | "unknown" }>;

function readClaims({ groups, groupsClaims, attributes }: Claimed): Claims {
  // Providers write plain claim names in any case, so names that differ only in case are one claim.
  const names = new Set(groupsClaims.map((name) => name.toLowerCase()));
  const isGroupsClaim = (name: string) => names.has(name.toLowerCase());
  const isSent = Object.keys(attributes).some(isGroupsClaim);
  const some = (values: readonly string[]) => ({ kind: "values", values }) as const;
  return (claim) => {
    const own = Object.hasOwn(attributes, claim) ? (attributes[claim] ?? []) : null;
    if (claim !== GROUPS_CLAIM && !isGroupsClaim(claim)) return some(own ?? []);
    if (groups.kind === "unknown") return { kind: "unknown", reason: groups.reason };
    if (claim !== GROUPS_CLAIM && own !== null) return some(own);
    if (groups.kind === "silent") return { kind: "silent" };
    // For a rule on this claim, groups that came from a different claim do not count. If the provider sent no groups
    // claim, the groups come from the connection type.
    return some(claim !== GROUPS_CLAIM && isSent ? [] : groups.values);
  };
}
