/** A condition on the resources of a directory. Attributes and values are in their stored form. */

/** How a value is compared. `ne` is the negation of `EQ`. */
export type ValueTest = "EQ" | "CONTAINS" | "STARTS" | "ENDS" | "GT" | "GE" | "LT" | "LE";

export type ResourceCondition =
  | { readonly kind: "AND" | "OR"; readonly conditions: readonly ResourceCondition[] }
  | { readonly kind: "NOT"; readonly condition: ResourceCondition }
  /** One value of the attribute passes. */
  | { readonly kind: "VALUE"; readonly attribute: string; readonly test: ValueTest; readonly key: string }
  /** One of the attributes has a value. With an empty list, no resource satisfies it. */
  | { readonly kind: "PRESENT"; readonly attributes: readonly string[] }
  /** One element of a list satisfies the condition. */
  | { readonly kind: "ELEMENT"; readonly attributes: readonly string[]; readonly condition: ResourceCondition }
  | { readonly kind: "ID"; readonly id: string }
  | { readonly kind: "TIME"; readonly column: "CREATED" | "MODIFIED"; readonly test: ValueTest; readonly time: Date }
  /** A group has this user, by the id of the user's resource. */
  | { readonly kind: "MEMBER"; readonly id: string }
  /** A user is in this group, by the id of the group's resource. */
  | { readonly kind: "IN_GROUP"; readonly id: string };
