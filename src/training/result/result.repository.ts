/** Reads results and their corrections. */
import type { Cause, OrganizationScope } from "../../access/caller.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toBoolean, toDate, toDateOrNull } from "../../platform/database/values.js";
import type { CourseKind } from "../course/course.js";
import type { Result, ResultCorrection, ResultValues } from "./result.js";

/** A result as the database returns it. */
export interface RawResult {
  id: string;
  organization_id: string;
  user_id: string;
  course_id: string;
  kind: string;
  attempt: number;
  external_id: string | null;
  score: number | null;
  maximum: number | null;
  percent: number | null;
  pass_rate: number | null;
  passed: unknown;
  started_at: unknown;
  completed_at: unknown;
  recorded_at: unknown;
  version: number;
}

/** The columns of `RawResult` for the table alias `r`. */
export const RESULT_COLUMNS = `r.id, r.organization_id, r.user_id, r.course_id, r.kind, r.attempt, r.external_id, r.score,
  r.maximum, r.percent, r.pass_rate, r.passed, r.started_at, r.completed_at, r.recorded_at, r.version`;

export function resultFromRaw(raw: RawResult): Result {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    userId: raw.user_id,
    courseId: raw.course_id,
    kind: raw.kind as CourseKind,
    attempt: raw.attempt,
    externalId: raw.external_id,
    score: raw.score,
    maximum: raw.maximum,
    percent: raw.percent,
    passRate: raw.pass_rate,
    passed: raw.passed === null ? null : toBoolean(raw.passed),
    startedAt: toDateOrNull(raw.started_at),
    completedAt: toDate(raw.completed_at),
    recordedAt: toDate(raw.recorded_at),
    version: raw.version,
  };
}

/** One result by id, or `null` if it does not exist or lies outside the scope. */
export async function findResult(reader: Reader, scope: OrganizationScope, id: string): Promise<Result | null> {
  const raw = await reader.row<RawResult>(
    `SELECT ${RESULT_COLUMNS} FROM training_result r WHERE r.id = ?${scope === null ? "" : " AND r.organization_id = ?"}`,
    scope === null ? [id] : [id, scope],
  );
  return raw ? resultFromRaw(raw) : null;
}

/** The courses' results behind each module's result, in the module's order; keyed by the module's result. */
export async function findChildrenOfResults(
  reader: Reader,
  resultIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Result[]>> {
  const byModule = new Map<string, Result[]>(resultIds.map((id) => [id, []]));
  if (resultIds.length === 0) return byModule;
  const raws = await reader.rows<RawResult & { module_result_id: string }>(
    `SELECT rc.module_result_id, ${RESULT_COLUMNS} FROM training_result_child rc
       JOIN training_result r ON r.id = rc.result_id
      WHERE rc.module_result_id IN (${placeholders(resultIds)}) ORDER BY rc.position`,
    resultIds,
  );
  for (const raw of raws) byModule.get(raw.module_result_id)?.push(resultFromRaw(raw));
  return byModule;
}

/** The corrections of each result, the oldest first; keyed by result. */
export async function findCorrectionsOfResults(
  reader: Reader,
  resultIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ResultCorrection[]>> {
  const byResult = new Map<string, ResultCorrection[]>(resultIds.map((id) => [id, []]));
  if (resultIds.length === 0) return byResult;
  const raws = await reader.rows<{
    id: string;
    result_id: string;
    version: number;
    before_value: string;
    after_value: string;
    reason: string | null;
    cause_kind: string;
    cause_actor: string | null;
    corrected_at: unknown;
  }>(
    `SELECT id, result_id, version, before_value, after_value, reason, cause_kind, cause_actor, corrected_at
       FROM training_result_correction WHERE result_id IN (${placeholders(resultIds)}) ORDER BY version`,
    resultIds,
  );
  for (const raw of raws)
    byResult.get(raw.result_id)?.push({
      id: raw.id,
      resultId: raw.result_id,
      version: raw.version,
      before: readValues(raw.before_value),
      after: readValues(raw.after_value),
      reason: raw.reason,
      cause: { kind: raw.cause_kind as Cause["kind"], actor: raw.cause_actor },
      correctedAt: toDate(raw.corrected_at),
    });
  return byResult;
}

/** Writes values as JSON, with times as ISO 8601 in UTC. */
export function writeValues(values: ResultValues): string {
  const { score, maximum, percent, passRate, passed, startedAt, completedAt } = values;
  return JSON.stringify({ score, maximum, percent, passRate, passed, startedAt, completedAt });
}

function readValues(json: string): ResultValues {
  const stored = JSON.parse(json) as Omit<ResultValues, "startedAt" | "completedAt"> & {
    readonly startedAt: string | null;
    readonly completedAt: string;
  };
  return {
    ...stored,
    startedAt: stored.startedAt === null ? null : new Date(stored.startedAt),
    completedAt: new Date(stored.completedAt),
  };
}
