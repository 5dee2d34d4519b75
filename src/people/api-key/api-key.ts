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
}

/** Secret scanners find leaked keys by this prefix. */
export const API_KEY_PREFIX = "usher_key_";
