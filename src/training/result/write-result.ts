/** Writes results, and reads the data that a write needs. The caller holds the organization's lock. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import {
  findCorrectionsOfResults,
  RESULT_COLUMNS,
  resultFromRaw,
  writeValues,
  type RawResult,
} from "./result.repository.js";
import { ResultCorrectionRow, ResultRow } from "./result.row.js";
import type { Result, ResultValues } from "./result.js";

/** The member whose results are read. */
export interface Learner {
  readonly organizationId: string;
  readonly userId: string;
}

function externalKeyOf(organizationId: string, externalId: string): string {
  return sha256Hex(`${organizationId}:${externalId}`);
}

/** Stores a new result. */
export async function insertResult(unit: UnitOfWork, result: Result): Promise<void> {
  const { organizationId, userId, courseId, externalId, kind } = result;
  await unit.manager.insert(ResultRow, {
    ...result,
    externalKey: externalId === null ? null : externalKeyOf(organizationId, externalId),
    completionKey: kind === "COURSE" ? null : sha256Hex(`${organizationId}:${userId}:${courseId}`),
  });
}

/** The result with an external id; `null` if the organization has none. */
export async function findResultByExternalId(
  unit: UnitOfWork,
  organizationId: string,
  externalId: string,
): Promise<Result | null> {
  const raw = await unit.row<RawResult>(`SELECT ${RESULT_COLUMNS} FROM training_result r WHERE r.external_key = ?`, [
    externalKeyOf(organizationId, externalId),
  ]);
  return raw ? resultFromRaw(raw) : null;
}

/** The values of a result when it was recorded, before any correction. */
export async function findFirstValues(unit: UnitOfWork, result: Result): Promise<ResultValues> {
  if (result.version === 1) return result;
  const [first] = (await findCorrectionsOfResults(unit, [result.id])).get(result.id) ?? [];
  return first?.before ?? result;
}

/** The number of a user's highest attempt at a course; 0 without one. */
export async function findHighestAttempt(
  unit: UnitOfWork,
  { organizationId, userId }: Learner,
  courseId: string,
): Promise<number> {
  const row = await unit.row<{ highest: number | null }>(
    "SELECT MAX(attempt) AS highest FROM training_result WHERE user_id = ? AND course_id = ? AND organization_id = ?",
    [userId, courseId, organizationId],
  );
  return row?.highest ?? 0;
}

/** All results of a user in these courses. */
export async function findResultsOfCourses(
  unit: UnitOfWork,
  { organizationId, userId }: Learner,
  courseIds: readonly string[],
): Promise<Result[]> {
  if (courseIds.length === 0) return [];
  const raws = await unit.rows<RawResult>(
    `SELECT ${RESULT_COLUMNS} FROM training_result r
      WHERE r.user_id = ? AND r.organization_id = ? AND r.course_id IN (${placeholders(courseIds)})`,
    [userId, organizationId, ...courseIds],
  );
  return raws.map(resultFromRaw);
}

/** A user's results of modules that are calculated from a result of the course. */
export async function findModuleResultsWith(
  unit: UnitOfWork,
  { organizationId, userId }: Learner,
  courseId: string,
): Promise<Result[]> {
  const raws = await unit.rows<RawResult>(
    `SELECT ${RESULT_COLUMNS} FROM training_result r
      WHERE r.user_id = ? AND r.organization_id = ? AND r.kind = 'MODULE' AND EXISTS (
        SELECT 1 FROM training_result_child rc JOIN training_result c ON c.id = rc.result_id
         WHERE rc.module_result_id = r.id AND c.course_id = ?)
      ORDER BY r.id`,
    [userId, organizationId, courseId],
  );
  return raws.map(resultFromRaw);
}

/** The modules among these that a user has completed. */
export async function findCompletedAmong(
  unit: UnitOfWork,
  learner: Learner,
  moduleIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set((await findResultsOfCourses(unit, learner, moduleIds)).map(({ courseId }) => courseId));
}

/** Replaces the courses' results from which a module's result is calculated. */
export async function replaceResultChildren(
  unit: UnitOfWork,
  moduleResultId: string,
  children: readonly Result[],
): Promise<void> {
  await unit.execute("DELETE FROM training_result_child WHERE module_result_id = ?", [moduleResultId]);
  await insertRows(
    unit,
    "training_result_child",
    ["module_result_id", "result_id", "position"],
    children.map(({ id }, position) => [moduleResultId, id, position]),
  );
}

/**
 * Stores new values of a result, and keeps the earlier ones with who changed them.
 *
 * @returns the result after the change; `before` itself if no value differs
 */
export async function changeValues(
  unit: UnitOfWork,
  before: Result,
  values: ResultValues,
  reason: string | null,
): Promise<Result> {
  const [was, is] = [writeValues(before), writeValues(values)];
  if (was === is) return before;
  const after: Result = { ...before, ...values, version: before.version + 1 };
  const { score, maximum, percent, passRate, passed, startedAt, completedAt, version } = after;
  await unit.execute(
    `UPDATE training_result SET score = ?, maximum = ?, percent = ?, pass_rate = ?, passed = ?, started_at = ?,
       completed_at = ?, version = ? WHERE id = ?`,
    [score, maximum, percent, passRate, passed, startedAt, completedAt, version, after.id],
  );
  await unit.manager.insert(ResultCorrectionRow, {
    id: uuidv7(),
    resultId: after.id,
    version,
    before: was,
    after: is,
    reason,
    causeKind: unit.cause.kind,
    causeActor: unit.cause.actor,
    correctedAt: unit.now,
  });
  return after;
}
