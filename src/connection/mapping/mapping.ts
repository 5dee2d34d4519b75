/** Mappings from the claims of a provider to fields, roles and groups. */

const RULE_OPERATORS = ["EQUALS", "ONE_OF", "CONTAINS", "MATCHES"] as const;
export type RuleOperator = (typeof RULE_OPERATORS)[number];

/** The name of the groups claim in rules, whatever the provider calls it. */
export const GROUPS_CLAIM = "groups";

/** Copies a claim to a field. */
export interface AttributeMapping {
  readonly id: string;
  /**
   * The place in the list, from 1. If several mappings name the same field, the first mapping whose claim was sent
   * decides.
   */
  readonly position: number;
  readonly claim: string;
  /** A field's name, or `custom.NAME`. */
  readonly field: string;
}

/** A condition on one claim. If the claim has many values, one that satisfies the condition is enough. */
export interface ClaimRule {
  readonly id: string;
  /** The place in the list, from 1. */
  readonly position: number;
  readonly claim: string;
  readonly operator: RuleOperator;
  /** One value, or several for `ONE_OF`. For `MATCHES`, a pattern in RE2 syntax that must match the whole value. */
  readonly values: readonly string[];
  readonly ignoreCase: boolean;
}

export interface RoleMapping extends ClaimRule {
  readonly roleId: string;
}

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
