/**
 * Averages, pass rates and counts of a group's results, course by course. A figure from fewer people than the policy
 * `groupResultsMinimum` is withheld, because it could reveal the results of one person.
 */
import type { Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import type { Reader, SqlValue } from "../../platform/database/database.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { openRange, type TimeBound, type TimeRange } from "../../platform/time-range.js";
import { figuresOf, joinResults, SUMS, SUMS_OF_A_PERSON, type Figures, type Sum } from "./figures.js";
import { scopeOfResults, type ResultScope } from "./result-scope.js";

/** The results of a group to summarize. */
export interface GroupResultsQuery {
  readonly groupId: string;
  readonly from?: TimeBound | null;
  readonly to?: TimeBound | null;
}

export interface GroupResults {
  readonly organizationId: string;
  readonly groupId: string;
  /** The least number of people that a figure needs. */
  readonly minimumPeople: number;
  /** Whether the group has fewer members than `minimumPeople`. */
  readonly withheld: boolean;
  readonly courses: readonly GroupCourseResults[];
}

/** Figures of one course. A figure from too few people is `null`. */
export interface GroupCourseResults extends Figures {
  readonly organizationId: string;
  readonly courseId: string;
}

/**
 * The figures of a group, for callers who see all results and for managers of the group.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for an empty time range
 */
export async function readGroupResults(
  { reader }: Store,
  caller: Caller,
  query: GroupResultsQuery,
): Promise<GroupResults> {
  const { groupId } = query;
  const organizationId = await findGroup(reader, caller, groupId);
  const organization = await findOrganization(reader, organizationId, organizationId);
  if (organization === null) throw new Failure(NOT_FOUND, { type: "group" });
  const check = new InputCheck();
  const range = openRange(query, organization.timeZone, check);
  check.finish();
  const { groupResultsMinimum: minimumPeople } = organization.policies;
  const withheld = (await countMembers(reader, groupId)) < minimumPeople;
  const sums = withheld ? [] : await sumUp(reader, organizationId, groupId, range);
  return {
    organizationId,
    groupId,
    minimumPeople,
    withheld,
    courses: sums.map((sum) => ({ organizationId, courseId: sum.course_id, ...figuresOf(sum, minimumPeople) })),
  };
}

/** The organization of a group, if the caller may see the results of the whole group. */
async function findGroup(reader: Reader, caller: Caller, groupId: string): Promise<string> {
  if (caller.kind === "ANONYMOUS") scopeOfResults(caller, "");
  const group = await reader.row<{ organization_id: string }>("SELECT organization_id FROM user_group WHERE id = ?", [
    groupId,
  ]);
  // A group of another organization gets the same error as an unknown id, so that the error does not reveal the group.
  const organizationId = group?.organization_id ?? "";
  const isElsewhere =
    (caller.kind === "PERSON" || caller.kind === "API_KEY") && caller.organizationId !== organizationId;
  if (group === undefined || isElsewhere) throw new Failure(NOT_FOUND, { type: "group" });
  await requireWholeGroup(reader, scopeOfResults(caller, organizationId), groupId);
  return organizationId;
}

async function requireWholeGroup(reader: Reader, scope: ResultScope, groupId: string): Promise<void> {
  switch (scope.kind) {
    case "EVERYBODY":
      return;
    case "TEAM": {
      const managed = await reader.row("SELECT 1 AS found FROM group_manager WHERE group_id = ? AND user_id = ?", [
        groupId,
        scope.userId,
      ]);
      if (managed === undefined) throw new Failure(FORBIDDEN, { permission: "TRAINING_READ" });
      return;
    }
    case "SELF":
      throw new Failure(FORBIDDEN, { permission: "TEAM_TRAINING_READ" });
  }
}

async function countMembers(reader: Reader, groupId: string): Promise<number> {
  const row = await reader.row<{ total: number | string }>(
    "SELECT COUNT(DISTINCT user_id) AS total FROM group_member WHERE group_id = ?",
    [groupId],
  );
  return Number(row?.total ?? 0);
}

async function sumUp(
  reader: Reader,
  organizationId: string,
  groupId: string,
  { from, until }: TimeRange,
): Promise<(Sum & { readonly course_id: string })[]> {
  const bounds: SqlValue[] = [...(from === null ? [] : [from]), ...(until === null ? [] : [until])];
  return await reader.rows<Sum & { course_id: string }>(
    `SELECT p.course_id, ${SUMS}
       FROM (SELECT r.course_id, r.user_id, ${SUMS_OF_A_PERSON}
               FROM (SELECT DISTINCT gm.user_id FROM group_member gm WHERE gm.group_id = ?) m
               ${joinResults(reader.dialect)}
              WHERE r.organization_id = ? ${from === null ? "" : "AND r.completed_at >= ?"}
                ${until === null ? "" : "AND r.completed_at < ?"}
              GROUP BY r.course_id, r.user_id) p
       JOIN course c ON c.id = p.course_id
      GROUP BY p.course_id, c.title_key ORDER BY c.title_key, p.course_id`,
    [groupId, organizationId, ...bounds],
  );
}
