/** Evaluates rules on what a directory says of people. Pure. */
import { GROUPS_CLAIM, type Mappings } from "../../../connection/mapping/mapping.js";
import { startWork, type Find, type Found } from "../../mappings/bounded-work.js";
import {
  evaluateMappings,
  type Claimed,
  type Evaluated,
  type EvaluatedMappings,
  type RuleOutcome,
} from "../../mappings/evaluate-rule.js";
import type { Said } from "./claims.js";

/**
 * Starts the count of the work for one request. The outcome of a rule for a value is computed once for all people, because
 * thousands can be in the same groups.
 */
export function startSharedWork(): Find {
  const find = startWork();
  const known = new Map<string, Found>();
  return (rule, values) => {
    for (const value of values) {
      const key = JSON.stringify([rule.id, value]);
      const found = known.get(key) ?? find(rule, [value]);
      known.set(key, found);
      if (found.kind !== "unmatched") return found;
    }
    return { kind: "unmatched" };
  };
}

/** Evaluates rules on what a directory says now. */
export function evaluateSaid(mappings: Mappings, said: Said, find: Find): EvaluatedMappings {
  return evaluateMappings(mappings, claimedOf(said), find);
}

/**
 * Evaluates rules on a change. A rule that matches neither before nor after the change is silent, so that the directory takes
 * nothing away: people also sign in through the linked connection, with further claims. A rule that matched only before the
 * change is unmatched.
 *
 * @param was what the directory said before; `null` for a new user
 */
export function evaluateChange(mappings: Mappings, was: Said | null, is: Said, find: Find): EvaluatedMappings {
  const after = evaluateSaid(mappings, is, find);
  const before = was === null ? null : evaluateSaid(mappings, was, find);
  const compare = <Rule extends Evaluated>(rules: readonly Rule[], earlier: readonly Rule[] | undefined) =>
    rules.map((rule, place) => ({ ...rule, outcome: compareOutcomes(rule.outcome, earlier?.[place]?.outcome) }));
  return {
    attributes: after.attributes,
    roles: compare(after.roles, before?.roles),
    groups: compare(after.groups, before?.groups),
  };
}

function compareOutcomes(after: RuleOutcome, before: RuleOutcome | undefined): RuleOutcome {
  if (after.kind === "matched" || after.kind === "too-costly") return after;
  return before?.kind === "matched" ? { kind: "unmatched" } : { kind: "silent" };
}

function claimedOf({ claims, groups }: Said): Claimed {
  return {
    attributes: claims,
    groups: groups === null ? { kind: "silent" } : { kind: "known", values: groups },
    groupsClaims: [GROUPS_CLAIM],
  };
}
