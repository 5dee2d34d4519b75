/** The situation of a verified person, and the decision about it. Values only. */
import type { MergeCandidate } from "../connection/identity/meeting-account.js";
import type { ConnectionPolicies } from "../connection/stored/policies.js";
import type { OrganizationPolicies } from "../people/organization/policies.js";
import type { SsoConditions } from "../people/organization/sso-conditions.js";
import type { SeatSituation } from "../people/seat/seat.js";
import type { FieldValues } from "../people/user/profile/field.js";
import type { User, UserStatus } from "../people/user/user.js";
import type { AccountSituation, EndedMerge } from "./decide-account.js";
import type { Said } from "./directory/rules/claims.js";
import type { GroupDecision, MappedMembership } from "./mappings/decide-groups.js";
import type { HeldRole, RoleDecision } from "./mappings/decide-roles.js";
import type { EvaluatedMappings } from "./mappings/evaluate-rule.js";
import type { Refusal } from "./refusal.js";
import type { VerifiedPerson } from "./verified-person.js";

/** The access that an account has before the sign-in. */
export interface CurrentAccess {
  readonly roles: readonly HeldRole[];
  /** Memberships that mappings of this connection gave. */
  readonly memberships: readonly MappedMembership[];
  /**
   * What a directory that is linked to the connection says of the account; `null` if no such directory provides the account.
   */
  readonly said: Said | null;
  /** Whether a merge joined a person to this account. */
  readonly merged: boolean;
  readonly hasSeat: boolean;
  /** The fields that have a value, from any source. */
  readonly filled: ReadonlySet<string>;
}

/** The access of a new account before the sign-in. */
export const NO_ACCESS: CurrentAccess = {
  roles: [],
  memberships: [],
  said: null,
  merged: false,
  hasSeat: false,
  filled: new Set(),
};

/** Everything that a decision depends on. */
export interface Situation {
  readonly person: VerifiedPerson;
  readonly installation: SsoConditions["installation"];
  readonly organization: SsoConditions["organization"] & { readonly policies: OrganizationPolicies };
  readonly connection: {
    readonly active: boolean;
    readonly policies: ConnectionPolicies;
    /** Evaluated before the organization is locked, because the time grows with the rules and claims. */
    readonly mappings: EvaluatedMappings;
  };
  readonly account: Omit<AccountSituation, "profile" | "policies">;
  /** By user id, for every account that the account situation names. */
  readonly currentAccess: ReadonlyMap<string, CurrentAccess>;
  readonly roles: {
    /** Rank by role id. */
    readonly ranks: ReadonlyMap<string, number>;
    readonly defaultRoleId: string;
  };
  readonly seats: Pick<SeatSituation, "totalSeats" | "seatsInUse">;
}

/** The access that the person gets, in a new or an existing account. */
export interface Grant {
  readonly fields: FieldValues;
  readonly roles: Extract<RoleDecision, { kind: "keep" | "assign" }>;
  readonly groups: Extract<GroupDecision, { kind: "change" }>;
  /** Whether this sign-in accepts an invitation: the account becomes active. */
  readonly acceptsInvitation: boolean;
  readonly takesSeat: boolean;
}

/** A decision that lets the person in, or creates an account that waits for approval. `apply` makes the change. */
export type AccountChange =
  | ({ readonly kind: "create"; readonly status: UserStatus; readonly ended: EndedMerge | null } & Grant)
  | ({
      readonly kind: "link";
      readonly user: User;
      /** The id of the moved link, which this sign-in retires. */
      readonly awaited: string | null;
    } & Grant)
  | ({ readonly kind: "merge"; readonly candidate: MergeCandidate; readonly ended: EndedMerge | null } & Grant)
  | ({
      readonly kind: "update";
      readonly identityId: string;
      /** The address that the provider sent last through this link, case-folded. */
      readonly emailKey: string | null;
      /** Whether the provider called that address verified; `null` if it did not say. */
      readonly emailVerified: boolean | null;
      readonly user: User;
      readonly ended: EndedMerge | null;
    } & Grant);

export type Decision =
  | AccountChange
  /** The person is refused until an administrator answers a link request. */
  | { readonly kind: "ask"; readonly user: User; readonly refusal: Refusal }
  | Refusal;

/** The detail of a refusal because no seat is free. */
export function describeSeats({ totalSeats, seatsInUse }: Situation["seats"]): string {
  return `${seatsInUse} of ${totalSeats ?? "any number of"} seats are in use.`;
}
