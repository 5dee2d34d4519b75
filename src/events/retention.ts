/**
 * How long an organization keeps its events. Older events are deleted from the beginning of the log, so that there are no
 * gaps.
 */
import { causeOf, requirePermission, type Caller } from "../access/caller.js";
import type { Store } from "../access/store.js";
import type { UnitOfWork } from "../access/unit-of-work.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../platform/errors/failure.js";

/** Well above the three days in which Usher retries webhooks. */
const FEWEST_DAYS = 30;
const MOST_DAYS = 3_650;
const DAY_MS = 86_400_000;
/** The most events of one organization that one sweep deletes. */
const SWEEP_LIMIT = 1_000;

/** Records the change of the setting in the audit log. */
export type RecordRetention = (
  unit: UnitOfWork,
  entry: {
    readonly organizationId: string;
    readonly action: string;
    readonly subject: { readonly type: string; readonly id: string };
    readonly before: Readonly<Record<string, unknown>>;
    readonly after: Readonly<Record<string, unknown>>;
  },
) => Promise<void>;

/**
 * Reads the number of days after which an organization's events are deleted; `null` when they are kept.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function readEventRetention(
  { reader }: Store,
  caller: Caller,
  organizationId: string,
): Promise<number | null> {
  requirePermission(caller, organizationId, "EVENTS_READ");
  const row = await reader.row<{ retention_days: number | null }>(
    "SELECT retention_days FROM event_counter WHERE organization_id = ?",
    [organizationId],
  );
  if (row === undefined) throw new Failure(NOT_FOUND, { type: "organization" });
  return row.retention_days;
}

/**
 * Sets the number of days after which events are deleted; `null` keeps them.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function setEventRetention(
  { begin }: Store,
  caller: Caller,
  { organizationId, days }: { readonly organizationId: string; readonly days: number | null },
  record: RecordRetention,
): Promise<number | null> {
  requirePermission(caller, organizationId, "ORGANIZATION_WRITE");
  if (days !== null && (!Number.isInteger(days) || days < FEWEST_DAYS || days > MOST_DAYS))
    throw new Failure(INVALID_INPUT, {
      fields: [
        { path: "days", code: "INVALID", message: `must be a number from ${FEWEST_DAYS} to ${MOST_DAYS}, or null` },
      ],
    });
  return await begin(caller, causeOf(caller), async (unit) => {
    const before = await unit.row<{ retention_days: number | null }>(
      `SELECT retention_days FROM event_counter WHERE organization_id = ?${unit.dialect === "mysql" ? " FOR UPDATE" : ""}`,
      [organizationId],
    );
    if (before === undefined) throw new Failure(NOT_FOUND, { type: "organization" });
    if (before.retention_days === days) return days;
    await unit.execute("UPDATE event_counter SET retention_days = ? WHERE organization_id = ?", [days, organizationId]);
    await record(unit, {
      organizationId,
      action: "organization.event_retention_changed",
      subject: { type: "organization", id: organizationId },
      before: { days: before.retention_days },
      after: { days },
    });
    return days;
  });
}

/** Deletes the oldest events that are past their organization's retention time, a limited number at a time. */
export async function sweepEvents(unit: UnitOfWork): Promise<void> {
  const organizations = await unit.rows<{ organization_id: string; retention_days: number }>(
    "SELECT organization_id, retention_days FROM event_counter WHERE retention_days IS NOT NULL",
  );
  for (const { organization_id, retention_days } of organizations) {
    const before = new Date(unit.now.getTime() - retention_days * DAY_MS);
    // Deletes only from the beginning of the log, so that the rest has no gaps.
    const oldest = await unit.rows<{ sequence: number; is_old: number }>(
      `SELECT sequence, CASE WHEN occurred_at < ? THEN 1 ELSE 0 END AS is_old FROM event WHERE organization_id = ?
       ORDER BY sequence LIMIT ${SWEEP_LIMIT}`,
      [before, organization_id],
    );
    const young = oldest.findIndex(({ is_old }) => Number(is_old) === 0);
    const last = oldest.slice(0, young === -1 ? oldest.length : young).at(-1);
    if (last !== undefined)
      await unit.execute("DELETE FROM event WHERE organization_id = ? AND sequence <= ?", [
        organization_id,
        last.sequence,
      ]);
  }
}
