/** An API key, in the house's own words. The key itself is shown once and never kept. */
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
}

/** By this prefix leaked keys are found. */
export const API_KEY_PREFIX = "usher_key_";
