/** A configured identity provider of an organization. */
import type { StoredSecret } from "../settings/stored-settings.js";
import type { StoredClientKey } from "./client-keys.js";
import type { ConnectionPolicies } from "./policies.js";

export const CONNECTION_STATES = ["DRAFT", "ACTIVE", "DISABLED"] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

export interface Connection {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  /** The text of the button; `null` for "Sign in to NAME". */
  readonly buttonLabel: string | null;
  /** The connection type's id. Never changes. */
  readonly type: string;
  readonly state: ConnectionState;
  /** The settings that were set, without secrets and defaults, as version `settingsVersion` of the type declares them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The secrets that were set, sealed. */
  readonly secrets: Readonly<Record<string, StoredSecret>>;
  readonly settingsVersion: number;
  /** The connection's own key pairs, sealed; `null` if its type makes none. */
  readonly ownKeys: StoredSecret | null;
  /**
   * The keys with which the connection authenticates at its provider, with the previous and the next keys of a
   * rotation. Often empty.
   */
  readonly clientKeys: readonly StoredClientKey[];
  readonly policies: ConnectionPolicies;
  /** Rises with every stored change. */
  readonly version: number;
  /**
   * Rises with every change of trust settings or of the state. A rise ends the connection's flows (sign-ins under way)
   * and sessions.
   */
  readonly trustVersion: number;
  /** When the connection was first activated; `null` before. From then on, fixed settings cannot change. */
  readonly firstActivatedAt: Date | null;
  /** When the issuer last changed while people were linked; `null` if it never did. */
  readonly issuerChangedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
