/** Rules that turn what a provider says of a person into fields, roles and groups. */

const RULE_OPERATORS = ["EQUALS", "ONE_OF", "CONTAINS", "MATCHES"] as const;
export type RuleOperator = (typeof RULE_OPERATORS)[number];

/** The claim under which groups are known to rules, whatever the provider calls them. */
export const GROUPS_CLAIM = "groups";

/** A claim becomes a field. */
export interface AttributeMapping {
  readonly id: string;
  /** From 1 on; of two mappings to one field, the first whose claim is there decides. */
  readonly position: number;
  readonly claim: string;
  /** A field's name, or `custom.NAME`. */
  readonly field: string;
}

/** A condition on one claim. A claim may have many values; one that satisfies the condition is enough. */
export interface ClaimRule {
  readonly id: string;
  /** From 1 on. */
  readonly position: number;
  readonly claim: string;
  readonly operator: RuleOperator;
  /** One value, or for `ONE_OF` at least one. For `MATCHES` a pattern in RE2 syntax, which must match the whole value. */
  readonly values: readonly string[];
  readonly ignoreCase: boolean;
}

/** Whoever satisfies the rule gets the role. */
export interface RoleMapping extends ClaimRule {
  readonly roleId: string;
}

/** Whoever satisfies the rule gets into the group. */
export interface GroupMapping extends ClaimRule {
  readonly groupId: string;
}

/** All mappings of a connection, each list in its order. */
export interface Mappings {
  readonly attributes: readonly AttributeMapping[];
  readonly roles: readonly RoleMapping[];
  readonly groups: readonly GroupMapping[];
}

export const NO_MAPPINGS: Mappings = { attributes: [], roles: [], groups: [] };
