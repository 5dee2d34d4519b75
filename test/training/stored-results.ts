/** Reads results from the tables, with the results of a module's courses and all corrections. */
import {
  RESULT_COLUMNS,
  findChildrenOfResults,
  findCorrectionsOfResults,
  resultFromRaw,
  type RawResult,
} from "../../src/training/result/result.repository.js";
import type { Result, ResultCorrection } from "../../src/training/result/result.js";
import type { House } from "../support/house.js";

/** A result with times as text. */
export type StoredResult = Omit<Result, "completedAt"> & {
  readonly completedAt: string;
  /** The ids of its courses' results, in their order. */
  readonly children: readonly string[];
  readonly corrections: readonly ResultCorrection[];
};

/** All results that a user has of a course, in every organization. */
export async function readResultValues(
  { database: { reader } }: House,
  userId: string,
  courseId: string,
): Promise<StoredResult[]> {
  const raws = await reader.rows<RawResult>(
    `SELECT ${RESULT_COLUMNS} FROM training_result r WHERE r.user_id = ? AND r.course_id = ? ORDER BY r.id`,
    [userId, courseId],
  );
  const ids = raws.map(({ id }) => id);
  const children = await findChildrenOfResults(reader, ids);
  const corrections = await findCorrectionsOfResults(reader, ids);
  return raws.map((raw) => {
    const result = resultFromRaw(raw);
    return {
      ...result,
      completedAt: result.completedAt.toISOString(),
      children: (children.get(raw.id) ?? []).map(({ id }) => id),
      corrections: corrections.get(raw.id) ?? [],
    };
  });
}
