/**
 * Finds users who have not started, completed or passed an assigned course. A course is assigned to the members of each group
 * that has it, directly or in a module.
 */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { Dialect, Reader, SqlValue } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate } from "../../platform/database/values.js";
import { joinConditions, pageByKeyset, type Condition } from "../../platform/graphql/keyset.js";
import { emptyPage, toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { findChildrenOf, findCourse, findModulesWith } from "../course/course.repository.js";
import type { Course } from "../course/course.js";
import type { ResultFilter } from "../result/result-filter.js";
import { findPeople, setsOfPeople, type SetOfPeople } from "../result/result-people.js";
import { scopeOfResults } from "../result/result-scope.js";
import { among, useIndex } from "../sql.js";

/** The step that a person has not done in an assigned course. */
const OPEN_STEPS = ["BEGIN", "COMPLETE", "PASS"] as const;
export type OpenStep = (typeof OPEN_STEPS)[number];

/** Whose open training to read. */
export interface OpenTrainingQuery {
  readonly organizationId: string;
  readonly courseId: string;
  readonly step: OpenStep;
  readonly filter?: Pick<ResultFilter, "userIds" | "groupIds" | "answers"> | null;
  readonly page: PageArgs;
}

/** A user who has not begun, completed or passed an assigned course, as the query's `step` asks. */
export interface OpenTraining {
  readonly organizationId: string;
  readonly userId: string;
  readonly courseId: string;
  /**
   * When the user started the course, if it is not completed yet; otherwise `null`. For a module: the earliest such start of
   * the module or of a course in it.
   */
  readonly startedAt: Date | null;
}

interface Row {
  user_id: string;
  last_name_key: string;
  first_name_key: string;
}

/** Up to this many people are read by id and sorted. For more, the index by name is read in order. */
const MOST_PEOPLE = 1000;

/**
 * One page of users who have not done the query's step (begin, complete or pass) of an assigned course, by last name. The
 * caller sees the same people as in the query `results`. Archived accounts are left out. The page is empty for a course
 * that the organization cannot see.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor or unknown answers
 */
export async function listOpenTraining(
  { reader }: Store,
  caller: Caller,
  query: OpenTrainingQuery,
): Promise<Page<OpenTraining>> {
  const { organizationId, courseId } = query;
  const scope = scopeOfResults(caller, organizationId);
  const filter = query.filter ?? {};
  // A caller could learn who is in a group by filtering on it.
  if ((filter.groupIds ?? []).length > 0) requirePermission(caller, organizationId, "GROUPS_READ");
  const course = await findCourse(reader, organizationId, courseId);
  if (course === null) return emptyPage();
  const parts = await findParts(reader, organizationId, course);
  const sets = [
    ...(await setsOfPeople(reader, organizationId, scope, filter, "filter.answers")),
    assignedTo(organizationId, parts.assigned),
  ];
  const people = await findPeople(reader, sets, MOST_PEOPLE);
  const conditions: readonly Condition[] = [
    { sql: "m.organization_id = ?", parameters: [organizationId] },
    ...(people === null ? sets.map(({ probe }) => probe("m.user_id")) : [among("m.user_id", people)]),
    { sql: "m.status <> 'ARCHIVED'", parameters: [] },
    ...lacking(reader.dialect, query.step, courseId, parts.done),
  ];
  const found = await pageByKeyset<Row>({
    reader,
    select: "m.user_id, m.last_name_key, m.first_name_key",
    from: `membership m ${indexOf(reader.dialect, people !== null)}`,
    where: conditions.reduce(joinConditions),
    order: [
      { column: "m.last_name_key", direction: "ASC", kind: "text", read: (row) => row.last_name_key },
      { column: "m.first_name_key", direction: "ASC", kind: "text", read: (row) => row.first_name_key },
      { column: "m.user_id", direction: "ASC", kind: "text", read: (row) => row.user_id },
    ],
    args: query.page,
  });
  const userIds = found.rows.map((row) => row.user_id);
  const begun = await findOpenBeginnings(reader, organizationId, userIds, parts.done);
  return toPage(found, ({ user_id: userId }) => ({
    organizationId,
    userId,
    courseId,
    startedAt: begun.get(userId) ?? null,
  }));
}

/**
 * Finds the ids to look for.
 *
 * @returns `assigned`: the ids by which a user gets the course: its own and those of the modules that contain it. `done`:
 *   the ids whose start or result shows that a user has begun the course: its own and, for a module, those of the courses
 *   in it
 */
async function findParts(reader: Reader, organizationId: string, { id, kind }: Course) {
  if (kind === "MODULE") {
    const children = (await findChildrenOf(reader, [id])).get(id) ?? [];
    return { assigned: [id], done: [id, ...children.map((child) => child.id)] };
  }
  const modules = await findModulesWith(reader, organizationId, id);
  return { assigned: [id, ...modules.map((module) => module.id)], done: [id] };
}

function assignedTo(organizationId: string, courseIds: readonly string[]): SetOfPeople {
  const query = `SELECT gm.user_id FROM course_assignment a JOIN group_member gm ON gm.group_id = a.group_id
    WHERE a.organization_id = ? AND a.course_id IN (${placeholders(courseIds)})`;
  const parameters = [organizationId, ...courseIds];
  return {
    source: { sql: query, parameters },
    probe: (column) => ({ sql: `(${query} AND gm.user_id = ${column} LIMIT 1) IS NOT NULL`, parameters }),
  };
}

/**
 * The conditions for a member `m` who has not done the step: no row shows that they have. `LIMIT 1` keeps MariaDB from
 * turning the subqueries into joins.
 */
function lacking(dialect: Dialect, step: OpenStep, courseId: string, done: readonly string[]): readonly Condition[] {
  const results = `training_result r ${useIndex(dialect, "ix_training_result_user_course")}`;
  const none = (table: string, alias: string, ids: readonly string[], more: string, values: readonly SqlValue[]) => ({
    sql: `(SELECT ${alias}.id FROM ${table} WHERE ${alias}.organization_id = m.organization_id
            AND ${alias}.user_id = m.user_id AND ${alias}.course_id IN (${placeholders(ids)})
            ${more} LIMIT 1) IS NULL`,
    parameters: [...ids, ...values],
  });
  switch (step) {
    case "PASS":
      return [none(results, "r", [courseId], "AND r.passed = ?", [true])];
    case "COMPLETE":
      return [none(results, "r", [courseId], "", [])];
    case "BEGIN":
      return [
        none(results, "r", done, "", []),
        none(`training_start s ${useIndex(dialect, "ix_training_start_user")}`, "s", done, "", []),
      ];
  }
}

/** When each user first started one of these courses that is not completed yet. */
async function findOpenBeginnings(
  reader: Reader,
  organizationId: string,
  userIds: readonly string[],
  courseIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  if (userIds.length === 0) return new Map();
  const rows = await reader.rows<{ user_id: string; started_at: unknown }>(
    `SELECT s.user_id, MIN(s.started_at) AS started_at FROM training_start s
      WHERE s.organization_id = ? AND s.user_id IN (${placeholders(userIds)})
        AND s.course_id IN (${placeholders(courseIds)}) AND s.completed_at IS NULL GROUP BY s.user_id`,
    [organizationId, ...userIds, ...courseIds],
  );
  return new Map(rows.map((row) => [row.user_id, toDate(row.started_at)]));
}

/** For few users, the database looks them up and sorts them. For many, it reads them in the order of the index. */
function indexOf(dialect: Dialect, areFew: boolean): string {
  if (!areFew) return useIndex(dialect, "ix_membership_last_name");
  return useIndex(dialect, dialect === "sqlite" ? "ix_membership_user" : "PRIMARY");
}
