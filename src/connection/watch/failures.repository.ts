/** Counts the failures of connections, in their rows of health. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { toDateOrNull } from "../../platform/database/values.js";
import type { Fault } from "../contract/index.js";
import { MOST_FAILURES, type Failures } from "./failing.js";

/**
 * The assignments of an UPDATE that end a spell of failing sign-ins. If upkeep fails, the connection goes on to count
 * as failing.
 */
export const END_FAILURES = `failures = 0, doubtful_failures = 0, doubtful_since = NULL,
  failing_since = CASE WHEN upkeep_failures >= ${MOST_FAILURES} THEN failing_since ELSE NULL END,
  failing_code = CASE WHEN upkeep_failures >= ${MOST_FAILURES} THEN failing_code ELSE NULL END`;

export interface FailingState extends Failures {
  /** `null` if the connection does not count as failing. */
  readonly failingSince: Date | null;
}

/** Counts a failed sign-in, and returns all failures since the last success. */
export async function countFailure(unit: UnitOfWork, connectionId: string, fault: Fault): Promise<FailingState | null> {
  if (fault === "PROVIDER")
    await unit.execute("UPDATE connection_health SET failures = failures + 1 WHERE connection_id = ?", [connectionId]);
  else
    await unit.execute(
      `UPDATE connection_health SET doubtful_failures = doubtful_failures + 1, doubtful_since = COALESCE(doubtful_since, ?)
        WHERE connection_id = ?`,
      [unit.now, connectionId],
    );
  return await findFailures(unit, connectionId);
}

/** Counts a failure of upkeep. */
export async function countUpkeepFailure(unit: UnitOfWork, connectionId: string): Promise<void> {
  await unit.execute("UPDATE connection_health SET upkeep_failures = upkeep_failures + 1 WHERE connection_id = ?", [
    connectionId,
  ]);
}

/** Ends a spell of failing upkeep. If sign-ins fail, the connection goes on to count as failing. */
export async function endUpkeepFailures(unit: UnitOfWork, connectionId: string): Promise<void> {
  const isOver = `failures < ${MOST_FAILURES} AND doubtful_failures = 0`;
  await unit.execute(
    `UPDATE connection_health SET upkeep_failures = 0,
            failing_since = CASE WHEN ${isOver} THEN NULL ELSE failing_since END,
            failing_code = CASE WHEN ${isOver} THEN NULL ELSE failing_code END
      WHERE connection_id = ? AND upkeep_failures > 0`,
    [connectionId],
  );
}

/** Sets all counts of failures to zero, because an administrator has activated the connection. */
export async function forgetFailures(unit: UnitOfWork, connectionId: string): Promise<void> {
  await unit.execute(`UPDATE connection_health SET upkeep_failures = 0, ${END_FAILURES} WHERE connection_id = ?`, [
    connectionId,
  ]);
}

export async function findFailures(unit: UnitOfWork, connectionId: string): Promise<FailingState | null> {
  const row = await unit.row<{
    failures: number;
    doubtful_failures: number;
    doubtful_since: unknown;
    upkeep_failures: number;
    failing_since: unknown;
  }>(
    `SELECT failures, doubtful_failures, doubtful_since, upkeep_failures, failing_since
       FROM connection_health WHERE connection_id = ?`,
    [connectionId],
  );
  if (row === undefined) return null;
  return {
    failures: row.failures,
    doubtfulFailures: row.doubtful_failures,
    doubtfulSince: toDateOrNull(row.doubtful_since),
    upkeepFailures: row.upkeep_failures,
    failingSince: toDateOrNull(row.failing_since),
  };
}

export async function beginFailing(unit: UnitOfWork, connectionId: string, code: string): Promise<void> {
  await unit.execute("UPDATE connection_health SET failing_since = ?, failing_code = ? WHERE connection_id = ?", [
    unit.now,
    code,
    connectionId,
  ]);
}
