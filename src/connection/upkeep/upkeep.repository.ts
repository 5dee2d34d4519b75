/**
 * The schedule of upkeep: one time for each active connection, in its health row, which all replicas share.
 *
 * A worker leases a connection by moving its time to the end of the lease. So the connections of a dead worker become due by
 * themselves. Every change of a connection schedules it anew and ends the lease, because the worker read the older settings.
 */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";

/** The right to look after a connection. Only one worker has it. */
export interface UpkeepLease {
  readonly id: string;
  readonly connectionId: string;
}

/**
 * The longest time between two turns. A connection whose time is much later is due at once, because a wrong clock wrote
 * that time.
 */
export const LONGEST_PAUSE_MILLISECONDS = 24 * 60 * 60_000;

/** @param dueAt `null` if the connection is not active */
export async function scheduleUpkeep(unit: UnitOfWork, connectionId: string, dueAt: Date | null): Promise<void> {
  await unit.execute("UPDATE connection_health SET upkeep_due_at = ?, upkeep_lease_id = NULL WHERE connection_id = ?", [
    dueAt,
    connectionId,
  ]);
}

/**
 * Schedules at once the active connections that have no time, because an earlier version of Usher created or activated
 * them.
 */
export async function scheduleForgotten(unit: UnitOfWork): Promise<void> {
  await unit.execute(
    `UPDATE connection_health SET upkeep_due_at = ?
      WHERE upkeep_due_at IS NULL AND connection_id IN (SELECT id FROM sso_connection WHERE state = 'ACTIVE')`,
    [unit.now],
  );
}

const IS_DUE = "(upkeep_due_at <= ? OR upkeep_due_at > ?)";

function dueWhen(now: Date): readonly [Date, Date] {
  return [now, new Date(now.getTime() + 2 * LONGEST_PAUSE_MILLISECONDS)];
}

/** Whether any connection is due. Locks nothing. */
export async function hasDue(reader: Reader, now: Date): Promise<boolean> {
  const sql = `SELECT connection_id FROM connection_health WHERE ${IS_DUE} LIMIT 1`;
  return (await reader.row(sql, dueWhen(now))) !== undefined;
}

/** Leases due connections, the longest due first. */
export async function leaseDue(
  unit: UnitOfWork,
  { limit, leaseMilliseconds }: { readonly limit: number; readonly leaseMilliseconds: number },
): Promise<readonly UpkeepLease[]> {
  // On SQLite the transaction itself is the lock.
  const skipping = unit.dialect === "mysql" ? " FOR UPDATE SKIP LOCKED" : "";
  const rows = await unit.rows<{ connection_id: string }>(
    `SELECT connection_id FROM connection_health WHERE ${IS_DUE}
      ORDER BY upkeep_due_at LIMIT ${Math.trunc(limit)}${skipping}`,
    dueWhen(unit.now),
  );
  if (rows.length === 0) return [];
  const id = uuidv7();
  await unit.execute(
    `UPDATE connection_health SET upkeep_due_at = ?, upkeep_lease_id = ? WHERE connection_id IN (${placeholders(rows)})`,
    [new Date(unit.now.getTime() + leaseMilliseconds), id, ...rows.map((row) => row.connection_id)],
  );
  return rows.map((row) => ({ id, connectionId: row.connection_id }));
}

/** Ends a lease and schedules the next turn. Returns `false` if the worker has lost the lease, and changes nothing. */
export async function settleUpkeep(unit: UnitOfWork, lease: UpkeepLease, dueAt: Date | null): Promise<boolean> {
  const changed = await unit.execute(
    `UPDATE connection_health SET upkeep_due_at = ?, upkeep_lease_id = NULL
      WHERE connection_id = ? AND upkeep_lease_id = ?`,
    [dueAt, lease.connectionId, lease.id],
  );
  return changed > 0;
}

/** Whether the worker still has the lease. Locks the row, so that this stays true until the unit ends. */
export async function holdsLease(unit: UnitOfWork, lease: UpkeepLease): Promise<boolean> {
  const rows = await unit.rows(
    `SELECT connection_id FROM connection_health WHERE connection_id = ? AND upkeep_lease_id = ?
     ${unit.dialect === "mysql" ? "FOR UPDATE" : ""}`,
    [lease.connectionId, lease.id],
  );
  return rows.length > 0;
}
