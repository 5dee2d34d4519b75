/** An API key. Usher shows the secret text once, and stores only its hash. */
import type { Permission } from "../../access/permission.js";

export interface ApiKey {
  readonly id: string;
  /** `null` for an operator key. */
  readonly organizationId: string | null;
  readonly name: string;
  /** In the order of the catalogue. */
  readonly scopes: readonly Permission[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** When the secret that the last rotation replaced stops working; `null` without such a secret. */
  readonly previousKeyEndsAt: Date | null;
  /** The person who created or last rotated the key; `null` for the operator. */
  readonly makerId: string | null;
  /** Whether the maker's account is active and a member of the organization. A key of a person who has left is refused. */
  readonly makerActive: boolean;
  /** When the key was last used, to the minute; `null` if it was never used. */
  readonly lastUsedAt: Date | null;
}

/** Secret scanners find leaked keys by this prefix. */
export const API_KEY_PREFIX = "usher_key_";

/** How long a key lasts if its creator does not say. */
export const KEY_LIFETIME_DAYS = 365;

/** How long before a key expires the administrators are told. */
export const EXPIRY_WARNING_DAYS = 14;
