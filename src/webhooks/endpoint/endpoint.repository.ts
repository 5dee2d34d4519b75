/** Reads and writes webhook endpoints. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate, toDateOrNull, toJson } from "../../platform/database/values.js";
import type { DeliveryProgress, DisabledReason, EndpointState, WebhookEndpoint } from "./endpoint.js";
import { WebhookCursorRow, WebhookEndpointRow } from "./endpoint.row.js";

/** An endpoint as the database returns it. */
export interface RawEndpoint {
  id: string;
  organization_id: string;
  url: string;
  event_types: string | null;
  state: string;
  disabled_reason: string | null;
  disabled_at: unknown;
  secret: string;
  secret_set_at: unknown;
  previous_secret: string | null;
  previous_secret_ends_at: unknown;
  concurrency: number;
  timeout_seconds: number;
  version: number;
  created_at: unknown;
  updated_at: unknown;
}

/** The columns of `RawEndpoint`, of the table alias `w`. */
export const ENDPOINT_COLUMNS = `w.id, w.organization_id, w.url, w.event_types, w.state, w.disabled_reason, w.disabled_at,
  w.secret, w.secret_set_at, w.previous_secret, w.previous_secret_ends_at, w.concurrency, w.timeout_seconds, w.version,
  w.created_at, w.updated_at`;

export function endpointFromRaw(raw: RawEndpoint): WebhookEndpoint {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    url: raw.url,
    eventTypes: raw.event_types === null ? null : toJson<string[]>(raw.event_types),
    state: raw.state as EndpointState,
    disabledReason: raw.disabled_reason as DisabledReason | null,
    disabledAt: toDateOrNull(raw.disabled_at),
    secret: raw.secret,
    secretSetAt: toDate(raw.secret_set_at),
    previousSecret: raw.previous_secret,
    previousSecretEndsAt: toDateOrNull(raw.previous_secret_ends_at),
    concurrency: raw.concurrency,
    timeoutSeconds: raw.timeout_seconds,
    version: raw.version,
    createdAt: toDate(raw.created_at),
    updatedAt: toDate(raw.updated_at),
  };
}

/** Finds an endpoint by id; `null` when it does not exist or is outside the scope. */
export async function findEndpoint(
  reader: Reader,
  scope: OrganizationScope,
  id: string,
): Promise<WebhookEndpoint | null> {
  const raw = await reader.row<RawEndpoint>(
    scope === null
      ? `SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoint w WHERE w.id = ?`
      : `SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoint w WHERE w.id = ? AND w.organization_id = ?`,
    scope === null ? [id] : [id, scope],
  );
  return raw ? endpointFromRaw(raw) : null;
}

/** Finds the endpoints of an organization that have exactly this URL, the oldest first. */
export async function findEndpointsAt(
  reader: Reader,
  organizationId: string,
  url: string,
): Promise<readonly WebhookEndpoint[]> {
  const rows = await reader.rows<RawEndpoint>(
    `SELECT ${ENDPOINT_COLUMNS} FROM webhook_endpoint w WHERE w.organization_id = ? ORDER BY w.id`,
    [organizationId],
  );
  // Compared here, because MariaDB's collations treat some different addresses as equal.
  return rows.map(endpointFromRaw).filter((endpoint) => endpoint.url === url);
}

/** Counts the endpoints of an organization. */
export async function countEndpoints(reader: Reader, organizationId: string): Promise<number> {
  const row = await reader.row<{ total: number | string }>(
    "SELECT COUNT(*) AS total FROM webhook_endpoint WHERE organization_id = ?",
    [organizationId],
  );
  return Number(row?.total ?? 0);
}

function toRow(endpoint: WebhookEndpoint): WebhookEndpointRow {
  return { ...endpoint, eventTypes: endpoint.eventTypes === null ? null : JSON.stringify(endpoint.eventTypes) };
}

/** Stores a new endpoint. The first event that it gets is the one after `lastSequence`. */
export async function insertEndpoint(unit: UnitOfWork, endpoint: WebhookEndpoint, lastSequence: number): Promise<void> {
  await unit.manager.insert(WebhookEndpointRow, toRow(endpoint));
  await unit.manager.insert(WebhookCursorRow, {
    endpointId: endpoint.id,
    organizationId: endpoint.organizationId,
    isActive: endpoint.state === "ACTIVE",
    lastSequence,
    leaseId: null,
    leasedUntil: null,
    pausedUntil: null,
    consecutiveFailures: 0,
    turnEndedAt: null,
  });
}

/**
 * Stores a changed endpoint. When the state changes, the worker that delivers to the endpoint loses its lease, and
 * attempts in flight no longer move the cursor.
 *
 * Writes the cursor's row first, as workers do, so that this change and a worker never wait for each other.
 */
export async function updateEndpointRow(
  unit: UnitOfWork,
  before: WebhookEndpoint,
  after: WebhookEndpoint,
): Promise<void> {
  if (before.state !== after.state) {
    await unit.execute(
      `UPDATE webhook_cursor SET is_active = ?, lease_id = NULL, leased_until = NULL, paused_until = NULL,
         consecutive_failures = 0 WHERE endpoint_id = ?`,
      [after.state === "ACTIVE", after.id],
    );
    // Failed deliveries are due at once, and start counting their attempts again.
    if (after.state === "ACTIVE")
      await unit.execute(
        "UPDATE webhook_retry SET attempts = 0, next_attempt_at = ?, scheduled_at = ? WHERE endpoint_id = ?",
        [unit.now, unit.now, after.id],
      );
  }
  await unit.manager.update(WebhookEndpointRow, { id: after.id }, toRow(after));
}

/** Deletes an endpoint with its delivery log, retries and redeliveries. */
export async function deleteEndpointRow(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("DELETE FROM webhook_cursor WHERE endpoint_id = ?", [id]);
  await unit.execute("DELETE FROM webhook_endpoint WHERE id = ?", [id]);
}

interface RawProgress {
  endpoint_id: string;
  last_sequence: number;
  latest_sequence: number;
  pending_retries: number | string;
  consecutive_failures: number;
  paused_until: unknown;
}

/** Reads how far the delivery to each endpoint has come, by endpoint id. */
export async function readProgress(
  reader: Reader,
  endpointIds: readonly string[],
): Promise<ReadonlyMap<string, DeliveryProgress>> {
  if (endpointIds.length === 0) return new Map();
  const raws = await reader.rows<RawProgress>(
    `SELECT c.endpoint_id, c.last_sequence, n.last_sequence AS latest_sequence, c.consecutive_failures, c.paused_until,
       (SELECT COUNT(*) FROM webhook_retry r WHERE r.endpoint_id = c.endpoint_id) AS pending_retries
     FROM webhook_cursor c JOIN event_counter n ON n.organization_id = c.organization_id
     WHERE c.endpoint_id IN (${placeholders(endpointIds)})`,
    endpointIds,
  );
  return new Map(
    raws.map((raw) => [
      raw.endpoint_id,
      {
        lastSequence: raw.last_sequence,
        latestSequence: raw.latest_sequence,
        pendingRetries: Number(raw.pending_retries),
        consecutiveFailures: raw.consecutive_failures,
        pausedUntil: toDateOrNull(raw.paused_until),
      },
    ]),
  );
}
