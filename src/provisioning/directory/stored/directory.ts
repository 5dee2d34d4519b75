/** A provisioning directory: one SCIM source of an organization, with its own tokens. */
import type { ConnectionPolicies } from "../../../connection/stored/policies.js";

/** What happens to an account when the directory deactivates or deletes its user. */
export const DEPROVISION_ACTIONS = {
  ARCHIVE: "The account is archived.",
  DISABLE: "The account is disabled.",
  DELETE:
    "A deleted user's account is deleted, or archived if a reason speaks against its deletion, such as a used seat. A deactivated user's account is archived.",
} as const;
export type DeprovisionAction = keyof typeof DEPROVISION_ACTIONS;

/** How a person at the linked connection and a user of the directory are recognised as the same person. */
export const SIGN_IN_MATCHES = {
  EXTERNAL_ID:
    "The subject of the sign-in is the user's externalId: `sub` in OpenID Connect, the object id in Entra ID, the NameID in SAML.",
  USER_NAME:
    "The subject of the sign-in, such as a SAML NameID, is the userName. Upper and lower case count as the same.",
  EMAIL: "Both have the same e-mail address, and the provider does not call it unverified.",
} as const;
export type SignInMatch = keyof typeof SIGN_IN_MATCHES;

export const DIRECTORY_STATES = ["ACTIVE", "PAUSED"] as const;
export type DirectoryState = (typeof DIRECTORY_STATES)[number];

/** Why a directory is paused. */
export const PAUSE_REASONS = ["ADMINISTRATOR", "MASS_REMOVAL"] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

/** The policies of a directory that is not linked to a connection. They have the same meaning as a connection's policies. */
export const DIRECTORY_POLICIES = ["profileUpdate", "roleSync", "missingGroups", "groupRemoval"] as const;
export type DirectoryPolicy = (typeof DIRECTORY_POLICIES)[number];

export interface Directory {
  readonly id: string;
  readonly organizationId: string;
  /** The connection that the directory's people sign in through; `null` if it is not linked. */
  readonly connectionId: string | null;
  readonly name: string;
  /** A paused directory answers with 503 and changes nothing. */
  readonly state: DirectoryState;
  /** Why the directory is paused; `null` if it is not. */
  readonly pauseReason: PauseReason | null;
  /** When an administrator last released the directory; `null` for never. The mass-removal brake counts from then on. */
  readonly releasedAt: Date | null;
  /** The time until which the mass-removal brake is off; `null` if it was never switched off. */
  readonly removalsAllowedUntil: Date | null;
  readonly deprovisionAction: DeprovisionAction;
  readonly signInMatch: SignInMatch;
  /** Used while the directory is not linked. A linked directory follows its connection's policies. */
  readonly policies: ConnectionPolicies;
  /** The roles that the provider may give by naming them in a user's `roles`. */
  readonly assignableRoleIds: readonly string[];
  /** Whether only the directory may change its people and groups. */
  readonly lockManaged: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A token of a directory, without its secret text. */
export interface DirectoryToken {
  readonly id: string;
  readonly createdAt: Date;
  /** When the token stops working, because a newer one replaces it; `null` for the newest token. */
  readonly expiresAt: Date | null;
}

/** Secret scanners find leaked tokens by this prefix. */
export const DIRECTORY_TOKEN_PREFIX = "usher_scim_";

/** The longest name of a directory, in characters. */
export const LONGEST_DIRECTORY_NAME = 100;
