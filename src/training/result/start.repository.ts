/** Reads and writes open starts. The organization must be locked. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { toDate } from "../../platform/database/values.js";
import { StartRow } from "./start.row.js";
import type { Start } from "./start.js";

type Started = Pick<Start, "organizationId" | "userId" | "courseId">;

function openKeyOf({ organizationId, userId, courseId }: Started): string {
  return sha256Hex(`${organizationId}:${userId}:${courseId}`);
}

/** The start of a course that a user has not completed yet. */
export async function findOpenStart(unit: UnitOfWork, started: Started): Promise<Start | null> {
  const raw = await unit.row<{ id: string; module_id: string | null; attempt: number; started_at: unknown }>(
    "SELECT id, module_id, attempt, started_at FROM training_start WHERE open_key = ?",
    [openKeyOf(started)],
  );
  if (raw === undefined) return null;
  const { organizationId, userId, courseId } = started;
  return {
    id: raw.id,
    organizationId,
    userId,
    courseId,
    moduleId: raw.module_id,
    attempt: raw.attempt,
    startedAt: toDate(raw.started_at),
    completedAt: null,
  };
}

/** Stores a start that is not completed yet. */
export async function insertStart(unit: UnitOfWork, start: Start): Promise<void> {
  await unit.manager.insert(StartRow, { ...start, openKey: openKeyOf(start) });
}

/** Marks a start as completed, so that the user can start the course again. */
export async function closeStart(unit: UnitOfWork, id: string, completedAt: Date): Promise<void> {
  await unit.execute("UPDATE training_start SET open_key = NULL, completed_at = ? WHERE id = ?", [completedAt, id]);
}
