/** The policies of an organization, stored as one document; what is missing there has its default. */
import { SEAT_MODELS, SEATS_FULL_POLICIES, type SeatModel, type SeatsFullPolicy } from "../seat/seat.js";
import { FIELD_SOURCES, type FieldSource } from "../user/field.js";

export const SSO_ENFORCEMENTS = ["OPTIONAL", "REQUIRED", "OFF"] as const;
export const ROLE_ASSIGNMENTS = ["HIGHEST", "ALL"] as const;
export { SEAT_MODELS, SEATS_FULL_POLICIES };

export interface OrganizationPolicies {
  /** Whether people may, must or cannot sign in through an identity provider. */
  readonly ssoEnforcement: (typeof SSO_ENFORCEMENTS)[number];
  /** The key of the role that a person gets when nothing else says which. */
  readonly defaultRole: string;
  /** Whether a sign-in gives the highest of the roles that match, or all of them. */
  readonly roleAssignment: (typeof ROLE_ASSIGNMENTS)[number];
  /** Whether a role that somebody gave by hand outranks what mappings say. */
  readonly manualRoleWins: boolean;
  /** Whose word on a field of a person is shown when several sources have one, the strongest first. */
  readonly fieldPrecedence: readonly FieldSource[];
  /** When a seat is taken. */
  readonly seatModel: SeatModel;
  /** What a full plan stops. */
  readonly seatsFull: SeatsFullPolicy;
  /** When billing cycles begin and how long they are. */
  readonly billingAnchor: BillingAnchor;
}

/** Billing cycles begin at midnight of a day, in the organization's time zone. */
export interface BillingAnchor {
  readonly cycle: "MONTH" | "YEAR";
  /** From 1 to 28, so that every month has it. */
  readonly day: number;
  /** From 1 to 12; for cycles of a year. */
  readonly month: number;
}

export const DEFAULT_ORGANIZATION_POLICIES: OrganizationPolicies = {
  ssoEnforcement: "OPTIONAL",
  defaultRole: "USER",
  roleAssignment: "HIGHEST",
  manualRoleWins: false,
  fieldPrecedence: FIELD_SOURCES,
  seatModel: "NONE",
  seatsFull: "BLOCK_TRAINING",
  billingAnchor: { cycle: "MONTH", day: 1, month: 1 },
};

/** Completes a stored policy document with the defaults. */
export function readOrganizationPolicies(stored: unknown): OrganizationPolicies {
  return { ...DEFAULT_ORGANIZATION_POLICIES, ...(stored as Partial<OrganizationPolicies> | null) };
}
