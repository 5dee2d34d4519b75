/** Reading and writing connections. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate, toDateOrNull, toJson } from "../../platform/database/values.js";
import { OWN_KEYS } from "../settings/own-keys.js";
import type { StoredSecret } from "../settings/stored-settings.js";
import { CLIENT_KEYS, type StoredClientKey } from "./client-keys.js";
import { ConnectionHealthRow } from "./connection-health.row.js";
import type { Connection, ConnectionState } from "./connection.js";
import { ConnectionRow } from "./connection.row.js";
import { readConnectionPolicies } from "./policies.js";

/** A row of `sso_connection` as the driver returns it. */
export interface RawConnection {
  id: string;
  organization_id: string;
  display_name: string;
  button_label: string | null;
  type: string;
  state: string;
  settings: string;
  secrets: string;
  settings_version: number;
  policies: string;
  version: number;
  trust_version: number;
  first_activated_at: unknown;
  issuer_changed_at: unknown;
  created_at: unknown;
  updated_at: unknown;
}

export const CONNECTION_COLUMNS = `id, organization_id, display_name, button_label, type, state, settings, secrets, settings_version, policies,
  version, trust_version, first_activated_at, issuer_changed_at, created_at, updated_at`;

/** Secret settings, and the connection's own keys under names that no setting can have. */
type StoredSecrets = Record<string, StoredSecret> & {
  readonly [OWN_KEYS]?: StoredSecret;
  readonly [CLIENT_KEYS]?: readonly StoredClientKey[];
};

export function connectionFromRaw(raw: RawConnection): Connection {
  const { [OWN_KEYS]: ownKeys, [CLIENT_KEYS]: clientKeys, ...secrets } = toJson<StoredSecrets>(raw.secrets);
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    displayName: raw.display_name,
    buttonLabel: raw.button_label,
    type: raw.type,
    state: raw.state as ConnectionState,
    settings: toJson(raw.settings),
    secrets,
    ownKeys: ownKeys ?? null,
    clientKeys: clientKeys ?? [],
    settingsVersion: raw.settings_version,
    policies: readConnectionPolicies(toJson(raw.policies)),
    version: raw.version,
    trustVersion: raw.trust_version,
    firstActivatedAt: toDateOrNull(raw.first_activated_at),
    issuerChangedAt: toDateOrNull(raw.issuer_changed_at),
    createdAt: toDate(raw.created_at),
    updatedAt: toDate(raw.updated_at),
  };
}

/** One connection by id; `null` if it does not exist or is outside the scope. */
export async function findConnection(reader: Reader, scope: OrganizationScope, id: string): Promise<Connection | null> {
  const [connection] = await findConnections(reader, scope, [id]);
  return connection ?? null;
}

/** Several connections by id, within the scope, in no particular order. */
export async function findConnections(
  reader: Reader,
  scope: OrganizationScope,
  ids: readonly string[],
): Promise<Connection[]> {
  if (ids.length === 0) return [];
  const raws = await reader.rows<RawConnection>(
    `SELECT ${CONNECTION_COLUMNS} FROM sso_connection
      WHERE id IN (${placeholders(ids)})${scope === null ? "" : " AND organization_id = ?"}`,
    scope === null ? ids : [...ids, scope],
  );
  return raws.map(connectionFromRaw);
}

/** All connections of several organizations by organization id, the oldest first. */
export async function findConnectionsOfOrganizations(
  reader: Reader,
  organizationIds: readonly string[],
): Promise<Map<string, Connection[]>> {
  const byOrganization = new Map<string, Connection[]>(organizationIds.map((id) => [id, []]));
  if (organizationIds.length === 0) return byOrganization;
  const raws = await reader.rows<RawConnection>(
    `SELECT ${CONNECTION_COLUMNS} FROM sso_connection WHERE organization_id IN (${placeholders(organizationIds)})
      ORDER BY created_at, id`,
    organizationIds,
  );
  for (const raw of raws) byOrganization.get(raw.organization_id)?.push(connectionFromRaw(raw));
  return byOrganization;
}

/** The active connections of an organization, the oldest first. */
export async function findActiveConnections(reader: Reader, organizationId: string): Promise<Connection[]> {
  const raws = await reader.rows<RawConnection>(
    `SELECT ${CONNECTION_COLUMNS} FROM sso_connection WHERE organization_id = ? AND state = 'ACTIVE' ORDER BY created_at, id`,
    [organizationId],
  );
  return raws.map(connectionFromRaw);
}

function toRow({ ownKeys, clientKeys, ...connection }: Connection): ConnectionRow {
  return {
    ...connection,
    settings: JSON.stringify(connection.settings),
    secrets: JSON.stringify({
      ...connection.secrets,
      ...(ownKeys !== null && { [OWN_KEYS]: ownKeys }),
      ...(clientKeys.length > 0 && { [CLIENT_KEYS]: clientKeys }),
    }),
    policies: JSON.stringify(connection.policies),
  };
}

/** Stores a new connection with an empty health row. */
export async function insertConnection(unit: UnitOfWork, connection: Connection): Promise<void> {
  await unit.manager.insert(ConnectionRow, toRow(connection));
  await unit.manager.insert(ConnectionHealthRow, {
    connectionId: connection.id,
    lastTestedAt: null,
    lastFindings: null,
    lastSucceededAt: null,
    lastFailedAt: null,
    lastFailureCode: null,
    learned: null,
    upkeepDueAt: null,
    upkeepLeaseId: null,
    providerReadAt: null,
    providerFailure: null,
  });
}

export async function updateConnectionRow(unit: UnitOfWork, connection: Connection): Promise<void> {
  await unit.manager.update(ConnectionRow, { id: connection.id }, toRow(connection));
}

/** Deletes a connection with its identities, flows and health. */
export async function deleteConnectionRow(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("DELETE FROM sso_connection WHERE id = ?", [id]);
}
