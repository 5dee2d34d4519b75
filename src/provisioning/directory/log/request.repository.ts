/** Reads, writes and deletes the request log of directories. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import type { Reader, SqlValue } from "../../../platform/database/database.js";
import { insertRows, onDuplicateKey, placeholders } from "../../../platform/database/statements.js";
import { toDate, toDateOrNull, toJson } from "../../../platform/database/values.js";
import { pageByKeyset } from "../../../platform/graphql/keyset.js";
import type { PageArgs, RowPage } from "../../../platform/graphql/paging.js";
import type { LoggedRequest, RequestOutcome, RequestTrace } from "./request.js";

/** A request as a query returns it. */
export interface RawRequest {
  readonly id: string;
  readonly reference: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly outcome: string;
  readonly scim_type: string | null;
  readonly resource_ids: string;
  readonly duration_ms: number;
  readonly occurred_at: unknown;
}

export interface RequestFilter {
  readonly failed?: boolean | null;
  readonly reference?: string | null;
}

/** The requests of a directory, the latest first. */
export async function pageRequests(
  reader: Reader,
  directoryId: string,
  { failed, reference }: RequestFilter,
  args: PageArgs,
): Promise<RowPage<RawRequest>> {
  const conditions = ["directory_id = ?"];
  const parameters: SqlValue[] = [directoryId];
  if (failed != null) conditions.push(failed ? "outcome <> 'SUCCEEDED'" : "outcome = 'SUCCEEDED'");
  if (reference != null) {
    conditions.push("reference = ?");
    parameters.push(reference.trim().toUpperCase());
  }
  return await pageByKeyset<RawRequest>({
    reader,
    select: "id, reference, method, path, status, outcome, scim_type, resource_ids, duration_ms, occurred_at",
    from: "directory_request",
    where: { sql: conditions.join(" AND "), parameters },
    order: [
      { column: "occurred_at", direction: "DESC", kind: "time", read: (row) => toDate(row.occurred_at) },
      { column: "id", direction: "DESC", kind: "text", read: (row) => row.id },
    ],
    args,
  });
}

export function requestFromRaw(raw: RawRequest): LoggedRequest {
  return {
    id: raw.id,
    reference: raw.reference,
    method: raw.method,
    path: raw.path,
    status: raw.status,
    outcome: raw.outcome,
    scimType: raw.scim_type,
    resourceIds: toJson<string[]>(raw.resource_ids),
    durationMilliseconds: raw.duration_ms,
    occurredAt: toDate(raw.occurred_at),
  };
}

/** A request to store. */
export interface NewRequest {
  readonly directoryId: string;
  readonly trace: RequestTrace;
  readonly ended: RequestOutcome;
}

export async function insertRequests(unit: UnitOfWork, requests: readonly NewRequest[]): Promise<void> {
  await insertRows(
    unit,
    "directory_request",
    [
      "id",
      "directory_id",
      "reference",
      "method",
      "path",
      "status",
      "outcome",
      "scim_type",
      "resource_ids",
      "duration_ms",
      "occurred_at",
    ],
    requests.map(({ directoryId, trace, ended }) => [
      trace.id,
      directoryId,
      trace.reference,
      trace.method,
      trace.path,
      ended.status,
      ended.outcome,
      ended.scimType,
      JSON.stringify([...trace.resourceIds]),
      trace.elapsed(),
      trace.arrivedAt,
    ]),
  );
}

/** Completes the row of a request whose first change has stored it. */
export async function updateRequest(unit: UnitOfWork, { trace, ended }: NewRequest): Promise<void> {
  await unit.execute(
    "UPDATE directory_request SET status = ?, outcome = ?, scim_type = ?, resource_ids = ?, duration_ms = ? WHERE id = ?",
    [ended.status, ended.outcome, ended.scimType, JSON.stringify([...trace.resourceIds]), trace.elapsed(), trace.id],
  );
}

/** When a directory was last active. */
export interface Activity {
  readonly lastRequestAt: Date;
  /** `null` if no request has changed anything yet. */
  readonly lastWriteAt: Date | null;
}

export async function writeActivity(
  unit: UnitOfWork,
  directoryId: string,
  { lastRequestAt, lastWriteAt }: Activity,
): Promise<void> {
  await unit.execute(
    `INSERT INTO directory_activity (directory_id, last_request_at, last_write_at) VALUES (?, ?, ?)
     ${onDuplicateKey(unit.dialect, "directory_id")} last_request_at = ?, last_write_at = COALESCE(?, last_write_at)`,
    [directoryId, lastRequestAt, lastWriteAt, lastRequestAt, lastWriteAt],
  );
}

/** When several directories were last active. A directory without a request is left out. */
export async function findActivities(
  reader: Reader,
  directoryIds: readonly string[],
): Promise<ReadonlyMap<string, Activity>> {
  const raws = await reader.rows<{ directory_id: string; last_request_at: unknown; last_write_at: unknown }>(
    `SELECT directory_id, last_request_at, last_write_at FROM directory_activity
      WHERE directory_id IN (${placeholders(directoryIds)})`,
    directoryIds,
  );
  return new Map(
    raws.map((raw) => [
      raw.directory_id,
      { lastRequestAt: toDate(raw.last_request_at), lastWriteAt: toDateOrNull(raw.last_write_at) },
    ]),
  );
}

/** The largest number of requests that the log keeps of one directory. Every replica checks it after some hundred requests. */
export const MOST_REQUESTS = 10_000;

/** Deletes the oldest requests of a directory beyond a number. */
export async function trimRequests(unit: UnitOfWork, directoryId: string, most: number): Promise<void> {
  const last = await unit.row<{ id: string; occurred_at: unknown }>(
    `SELECT id, occurred_at FROM directory_request WHERE directory_id = ?
      ORDER BY occurred_at DESC, id DESC LIMIT 1 OFFSET ${most}`,
    [directoryId],
  );
  if (last === undefined) return;
  const at = toDate(last.occurred_at);
  await unit.execute(
    "DELETE FROM directory_request WHERE directory_id = ? AND (occurred_at < ? OR (occurred_at = ? AND id <= ?))",
    [directoryId, at, at, last.id],
  );
}

/** Requests deleted in one statement: few enough not to delay other changes. */
const SWEPT_AT_ONCE = 5_000;
/** How long the log keeps a request. */
export const REQUEST_RETENTION_DAYS = 30;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Deletes the oldest requests that are past the retention time. The next sweep deletes the rest. */
export async function sweepRequests(unit: UnitOfWork): Promise<void> {
  const horizon = new Date(unit.now.getTime() - REQUEST_RETENTION_DAYS * DAY_MILLISECONDS);
  // MySQL does not delete from a table that the statement also reads, unless it reads a derived table.
  await unit.execute(
    `DELETE FROM directory_request WHERE id IN (SELECT id FROM
       (SELECT id FROM directory_request WHERE occurred_at < ? ORDER BY occurred_at LIMIT ${SWEPT_AT_ONCE}) AS swept)`,
    [horizon],
  );
}
