/** A configured identity provider of an organization, in the house's own words. */
import type { StoredSecret } from "../settings/stored-settings.js";
import type { ConnectionPolicies } from "./policies.js";

export const CONNECTION_STATES = ["DRAFT", "ACTIVE", "DISABLED"] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

export interface Connection {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  /** The connection type's id. Never changes. */
  readonly type: string;
  readonly state: ConnectionState;
  /** What was set and is no secret, as the version `settingsVersion` of the type declared it. Defaults are not in it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Secrets that were set, sealed. */
  readonly secrets: Readonly<Record<string, StoredSecret>>;
  readonly settingsVersion: number;
  /** Sealed key pairs of the connection's own, where its type makes some. */
  readonly ownKeys: StoredSecret | null;
  readonly policies: ConnectionPolicies;
  /** Rises at every stored change. */
  readonly version: number;
  /** Rises when what the connection trusts changes, its state included; ends flows under way and sessions. */
  readonly trustVersion: number;
  /** From then on fixed settings cannot change. */
  readonly firstActivatedAt: Date | null;
  /** When the issuer was last changed under people who were linked; `null` when it never was. */
  readonly issuerChangedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
