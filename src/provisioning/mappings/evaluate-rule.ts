/** Evaluates a rule on what a provider said. Pure, and in time that grows with the input alone, whatever the pattern. */
import type { NormalizedProfile } from "../../connection/contract/index.js";
import { GROUPS_CLAIM, type ClaimRule } from "../../connection/mapping/mapping.js";
import { compilePattern } from "../../connection/mapping/pattern.js";

/**
 * What came of a rule. *Silent*: the provider sent no groups claim. *Unknown*: there are groups that it did not tell.
 * Neither is a rule that does not match.
 */
export type RuleOutcome =
  | { readonly kind: "matched"; readonly value: string }
  | { readonly kind: "unmatched" }
  | { readonly kind: "silent" }
  | { readonly kind: "unknown"; readonly reason: string };

/** How silence about groups is taken: `KEEP` leaves it silence, `EMPTY` makes it an empty list. */
export type MissingGroups = "KEEP" | "EMPTY";

/** Evaluates one rule. */
export function evaluateRule(rule: ClaimRule, profile: NormalizedProfile, missingGroups: MissingGroups): RuleOutcome {
  const values = valuesOf(rule.claim, profile, missingGroups);
  if (!Array.isArray(values)) return values as RuleOutcome;
  const satisfies = conditionOf(rule);
  const value = (values as readonly string[]).find(satisfies);
  return value === undefined ? { kind: "unmatched" } : { kind: "matched", value };
}

function valuesOf(
  claim: string,
  { groups, groupsClaims, attributes }: NormalizedProfile,
  missingGroups: MissingGroups,
): readonly string[] | RuleOutcome {
  const own = Object.hasOwn(attributes, claim) ? (attributes[claim] ?? []) : null;
  if (claim !== GROUPS_CLAIM && !includesName(groupsClaims, claim)) return own ?? [];
  if (groups.kind === "unknown") return { kind: "unknown", reason: groups.reason };
  if (claim !== GROUPS_CLAIM && own !== null) return own;
  if (groups.kind === "silent") return missingGroups === "EMPTY" ? [] : { kind: "silent" };
  // Groups that came under another claim are no answer to this one; those that no claim carried were asked for, by any name.
  const isElsewhere = Object.keys(attributes).some((name) => includesName(groupsClaims, name));
  return claim !== GROUPS_CLAIM && isElsewhere ? [] : groups.values;
}

/** Providers write plain names in any case: names that differ only in that mean the same claim. */
function includesName(names: readonly string[], name: string): boolean {
  return names.some((each) => each.toLowerCase() === name.toLowerCase());
}

function conditionOf({ operator, values, ignoreCase }: ClaimRule): (value: string) => boolean {
  const fold = (text: string) => (ignoreCase ? text.normalize("NFC").toLowerCase() : text.normalize("NFC"));
  const expected = values.map(fold);
  switch (operator) {
    case "EQUALS":
    case "ONE_OF":
      return (value) => expected.includes(fold(value));
    case "CONTAINS":
      return (value) => expected.some((part) => fold(value).includes(part));
    case "MATCHES": {
      const patterns = values.flatMap((pattern) => compilePattern(pattern, ignoreCase) ?? []);
      return (value) => patterns.some((pattern) => pattern.matches(value));
    }
  }
}
