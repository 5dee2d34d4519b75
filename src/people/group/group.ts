/** A named set of users in an organization. */

export interface Group {
  readonly id: string;
  readonly organizationId: string;
  /** Unique in the organization, regardless of case. */
  readonly name: string;
  readonly description: string | null;
  /** Rises with every change, and once for each added or removed member. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The owner of a mapping that gave a role or a membership: a connection, or a directory with its own mappings. */
export type MappingOwner = { readonly connectionId: string } | { readonly directoryId: string };

/**
 * The source of a membership. A user is in a group as long as at least one source gives it. For `SCIM`, `id` is
 * the directory's id. For changes by an administrator or an API client, it is `BY_HAND`.
 */
export type MembershipSource =
  | ({ readonly kind: "MAPPING"; readonly mappingId: string } & MappingOwner)
  | { readonly kind: "ADMIN" | "API" | "SCIM"; readonly id: string };

/** The `id` of a change by hand. The audit log names the actor. */
export const BY_HAND = "";

/** One reason for which a user is in a group. */
export interface GivenMembership {
  readonly groupId: string;
  readonly source: MembershipSource;
}

/** The orders that the query `groups` offers. */
const GROUP_ORDERS = ["NAME", "CREATED_AT"] as const;
export type GroupOrder = (typeof GROUP_ORDERS)[number];

/** The group as events and audit entries show it. */
export function groupSnapshot({ id, name, description }: Group) {
  return { id, name, description };
}
