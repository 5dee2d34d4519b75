/** A named set of users in an organization, in the house's own words. */

export interface Group {
  readonly id: string;
  readonly organizationId: string;
  /** Unique in the organization without regard to case. */
  readonly name: string;
  readonly description: string | null;
  /** Rises at every change, and once for every member who comes or goes. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * What gave a membership. A user is in a group while there is at least one; each comes and goes by itself. `id` names
 * the directory under `SCIM`, and is `BY_HAND` for what an administrator or a program did.
 */
export type MembershipSource =
  | { readonly kind: "MAPPING"; readonly mappingId: string; readonly connectionId: string }
  | { readonly kind: "ADMIN" | "API" | "SCIM"; readonly id: string };

/** The id of sources that need none: whoever it was, the audit log tells. */
export const BY_HAND = "";

/** One reason for which a user is in a group. */
export interface GivenMembership {
  readonly groupId: string;
  readonly source: MembershipSource;
}

/** What `groups` can be ordered by. */
const GROUP_ORDERS = ["NAME", "CREATED_AT"] as const;
export type GroupOrder = (typeof GROUP_ORDERS)[number];

/** The group as events and audit entries show it. */
export function groupSnapshot({ id, name, description }: Group) {
  return { id, name, description };
}
