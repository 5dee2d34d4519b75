/**
 * Averages, pass rates and counts of a group's results, course by course. A figure behind which fewer people stand than
 * the organization has set says nothing: it would tell of one of them what the others' figures leave over.
 */
import type { Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import type { Dialect, Reader, SqlValue } from "../../platform/database/database.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { openRange, type TimeBound, type TimeRange } from "../../platform/time-range.js";
import { scopeOfResults, type ResultScope } from "./result-scope.js";

/** Which results of a group to sum up. */
export interface GroupResultsQuery {
  readonly groupId: string;
  readonly from?: TimeBound | null;
  readonly to?: TimeBound | null;
}

export interface GroupResults {
  readonly organizationId: string;
  readonly groupId: string;
  /** How many people must stand behind a figure. */
  readonly minimumPeople: number;
  /** Whether the group itself has fewer. */
  readonly withheld: boolean;
  readonly courses: readonly GroupCourseResults[];
}

/** Figures of one course; each is `null` where too few people stand behind it. */
export interface GroupCourseResults {
  readonly organizationId: string;
  readonly courseId: string;
  /** Whether nothing is told of the course. */
  readonly withheld: boolean;
  readonly people: number | null;
  readonly results: number | null;
  readonly averagePercent: number | null;
  readonly passRate: number | null;
  readonly passed: number | null;
  readonly failed: number | null;
}

/**
 * The figures of a group, for whoever sees all results, and for who manages it.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a range that holds nothing
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
    courses: sums.map((sum) => ({ organizationId, ...figuresOf(sum, minimumPeople) })),
  };
}

/** The organization of a group whose results the caller may see as a whole. */
async function findGroup(reader: Reader, caller: Caller, groupId: string): Promise<string> {
  if (caller.kind === "ANONYMOUS") scopeOfResults(caller, "");
  const group = await reader.row<{ organization_id: string }>("SELECT organization_id FROM user_group WHERE id = ?", [
    groupId,
  ]);
  // Of another organization's group nobody learns that it exists.
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

/** What one statement tells of a course: of all results, of those with a percent, of those that were passed or not. */
interface Sum {
  course_id: string;
  people: number | string;
  results: number | string;
  people_scored: number | string | null;
  scored: number | string | null;
  total_percent: number | null;
  people_decided: number | string | null;
  decided: number | string | null;
  passed: number | string | null;
}

/** By person first, so that people are counted without keeping a list of them for each figure. */
async function sumUp(
  reader: Reader,
  organizationId: string,
  groupId: string,
  { from, until }: TimeRange,
): Promise<Sum[]> {
  const bounds: SqlValue[] = [...(from === null ? [] : [from]), ...(until === null ? [] : [until])];
  return await reader.rows<Sum>(
    `SELECT p.course_id, COUNT(*) AS people, SUM(p.results) AS results,
            SUM(p.scored > 0) AS people_scored, SUM(p.scored) AS scored, SUM(p.total_percent) AS total_percent,
            SUM(p.decided > 0) AS people_decided, SUM(p.decided) AS decided, SUM(p.passed) AS passed
       FROM (SELECT r.course_id, r.user_id, COUNT(*) AS results, COUNT(r.percent) AS scored,
                    SUM(r.percent) AS total_percent, COUNT(r.passed) AS decided, SUM(r.passed) AS passed
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

/** Members first, and their results by the index that begins with them. */
function joinResults(dialect: Dialect): string {
  return dialect === "sqlite"
    ? "CROSS JOIN training_result r INDEXED BY ix_training_result_user ON r.user_id = m.user_id"
    : "STRAIGHT_JOIN training_result r FORCE INDEX (ix_training_result_user) ON r.user_id = m.user_id";
}

/** Each figure where enough people stand behind it, whatever stands behind the others. */
function figuresOf(sum: Sum, minimum: number): Omit<GroupCourseResults, "organizationId"> {
  const enough = (people: number | string | null) => Number(people ?? 0) >= minimum;
  const withheld = !enough(sum.people);
  const scored = enough(sum.people_scored) ? Number(sum.scored) : null;
  const decided = enough(sum.people_decided) ? Number(sum.decided) : null;
  const passed = Number(sum.passed ?? 0);
  return {
    courseId: sum.course_id,
    withheld,
    people: withheld ? null : Number(sum.people),
    results: withheld ? null : Number(sum.results),
    averagePercent: scored === null ? null : Number(sum.total_percent) / scored,
    passRate: decided === null ? null : (passed / decided) * 100,
    passed: decided === null ? null : passed,
    failed: decided === null ? null : decided - passed,
  };
}
