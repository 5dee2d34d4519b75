/** Reads and writes users' answers. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { memberKey } from "../../people/loaders.js";
import type { Reader } from "../../platform/database/database.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import type { UserAnswer } from "./filter.js";

/** The answers of members, in the filters' order; keyed by `memberKey`. */
export async function findAnswersOfMembers(
  reader: Reader,
  members: readonly { readonly organizationId: string; readonly userId: string }[],
): Promise<ReadonlyMap<string, readonly UserAnswer[]>> {
  const byMember = new Map<string, UserAnswer[]>(
    members.map(({ organizationId, userId }) => [memberKey(organizationId, userId), []]),
  );
  const userIds = [...new Set(members.map(({ userId }) => userId))];
  if (userIds.length === 0) return byMember;
  const rows = await reader.rows<{
    user_id: string;
    organization_id: string;
    filter_id: string;
    question: string;
    answer_id: string;
    text: string;
  }>(
    `SELECT ua.user_id, ua.organization_id, ua.filter_id, f.question, ua.answer_id, a.text FROM user_answer ua
       JOIN filter f ON f.id = ua.filter_id
       JOIN filter_answer a ON a.id = ua.answer_id
      WHERE ua.user_id IN (${placeholders(userIds)}) ORDER BY f.position, f.id`,
    userIds,
  );
  for (const { user_id, organization_id, filter_id, answer_id, question, text } of rows)
    byMember
      .get(memberKey(organization_id, user_id))
      ?.push({ filterId: filter_id, question, answerId: answer_id, text });
  return byMember;
}

/** The member who gave the answers. */
export interface Answerer {
  readonly organizationId: string;
  readonly userId: string;
}

/**
 * Replaces a user's answers to some filters.
 *
 * @param answers the id of the new answer by the id of its filter; `null` deletes the answer
 */
export async function replaceAnswers(
  unit: UnitOfWork,
  { organizationId, userId }: Answerer,
  answers: ReadonlyMap<string, string | null>,
): Promise<void> {
  const filterIds = [...answers.keys()];
  if (filterIds.length === 0) return;
  await unit.execute(`DELETE FROM user_answer WHERE user_id = ? AND filter_id IN (${placeholders(filterIds)})`, [
    userId,
    ...filterIds,
  ]);
  await insertRows(
    unit,
    "user_answer",
    ["user_id", "filter_id", "answer_id", "organization_id"],
    [...answers].flatMap(([filterId, answerId]) =>
      answerId === null ? [] : [[userId, filterId, answerId, organizationId]],
    ),
  );
}
