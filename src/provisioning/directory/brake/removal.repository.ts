/** Reads, writes and deletes the removals of directories. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import type { Reader } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";
import { toDateOrNull } from "../../../platform/database/values.js";
import { RemovalRow } from "./removal.row.js";

/** An account whose access a directory has just ended. */
interface NewRemoval {
  readonly directoryId: string;
  readonly userId: string;
  readonly arrivedAt: Date | null;
}

/** Stores a removal with the latest event about the account, which reported it. Returns the removal's id. */
export async function insertRemoval(unit: UnitOfWork, { directoryId, userId, arrivedAt }: NewRemoval): Promise<string> {
  const event = await unit.row<{ id: string }>(
    "SELECT id FROM event WHERE subject_type = 'user' AND subject_id = ? ORDER BY sequence DESC LIMIT 1",
    [userId],
  );
  if (event === undefined) throw new Error(`the removal of ${userId} has no event`);
  const id = uuidv7();
  await unit.manager.insert(RemovalRow, {
    id,
    directoryId,
    userId,
    eventId: event.id,
    arrivedAt,
    endedMs: null,
    removedAt: unit.now,
  });
  return id;
}

/** The number of accounts whose access a directory ended after a time, and that still have no access. */
export async function countRemovals(reader: Reader, directoryId: string, after: Date): Promise<number> {
  const row = await reader.row<{ removed: number | string }>(
    `SELECT COUNT(DISTINCT m.user_id) AS removed FROM directory_removal m LEFT JOIN app_user u ON u.id = m.user_id
      WHERE m.directory_id = ? AND m.removed_at > ? AND (u.status IS NULL OR u.status <> 'ACTIVE')`,
    [directoryId, after],
  );
  return Number(row?.removed ?? 0);
}

/** The number of active users of a directory. Does not count beyond `most`. */
export async function countActiveUsers(reader: Reader, directoryId: string, most: number): Promise<number> {
  const row = await reader.row<{ active: number | string }>(
    `SELECT COUNT(*) AS active FROM (
       SELECT u.id FROM directory_resource r JOIN app_user u ON u.id = r.user_id
        WHERE r.directory_id = ? AND r.kind = 'USER' AND u.status = 'ACTIVE' LIMIT ${most}) AS some`,
    [directoryId],
  );
  return Number(row?.active ?? 0);
}

/** An account whose access a directory ended. */
export interface Removal {
  readonly eventId: string;
  /** When the request arrived. */
  readonly arrivedAt: Date | null;
  /** Milliseconds from then to the commit; `null` if they are not written yet. */
  readonly endedMilliseconds: number | null;
}

/** The last removals of several directories, the latest first, in one statement. */
export async function findLastRemovals(
  reader: Reader,
  directoryIds: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, readonly Removal[]>> {
  const rows = await reader.rows<{
    directory_id: string;
    event_id: string;
    arrived_at: unknown;
    ended_ms: number | null;
  }>(
    `SELECT directory_id, event_id, arrived_at, ended_ms FROM (
       SELECT directory_id, event_id, arrived_at, ended_ms,
              ROW_NUMBER() OVER (PARTITION BY directory_id ORDER BY removed_at DESC, id DESC) AS place
         FROM directory_removal WHERE directory_id IN (${placeholders(directoryIds)})) AS placed
      WHERE place <= ${most} ORDER BY directory_id, place`,
    directoryIds,
  );
  const byDirectory = new Map<string, Removal[]>();
  for (const row of rows) {
    const removal = {
      eventId: row.event_id,
      arrivedAt: toDateOrNull(row.arrived_at),
      endedMilliseconds: row.ended_ms,
    };
    const removals = byDirectory.get(row.directory_id);
    if (removals === undefined) byDirectory.set(row.directory_id, [removal]);
    else removals.push(removal);
  }
  return byDirectory;
}

/** Stores how many milliseconds passed from the arrival of the request to the commit that ended the access. */
export async function noteEnd(unit: UnitOfWork, id: string, milliseconds: number): Promise<void> {
  await unit.execute("UPDATE directory_removal SET ended_ms = ? WHERE id = ?", [milliseconds, id]);
}

/** Removals deleted in one statement. */
const SWEPT_AT_ONCE = 5_000;
const RETENTION_MILLISECONDS = 30 * 24 * 60 * 60 * 1000;

/** Deletes old removals. The next sweep deletes the rest. */
export async function sweepRemovals(unit: UnitOfWork): Promise<void> {
  await unit.execute(
    `DELETE FROM directory_removal WHERE id IN (SELECT id FROM
       (SELECT id FROM directory_removal WHERE removed_at < ? ORDER BY removed_at LIMIT ${SWEPT_AT_ONCE}) AS swept)`,
    [new Date(unit.now.getTime() - RETENTION_MILLISECONDS)],
  );
}
