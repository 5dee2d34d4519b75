/** Reads and writes the assignments of courses to groups. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { GROUP_COLUMNS, groupFromRaw, type RawGroup } from "../../people/group/group.repository.js";
import type { Group } from "../../people/group/group.js";
import { memberKey } from "../../people/loaders.js";
import type { MemberId } from "../../people/membership/membership.repository.js";
import type { Reader } from "../../platform/database/database.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import { COURSE_COLUMNS, courseFromRaw, type RawCourse } from "./course.repository.js";
import type { Course } from "./course.js";

/** The groups of these organizations to which each course is assigned, by name; keyed by course. */
export async function findGroupsOfCourses(
  reader: Reader,
  organizationIds: readonly string[],
  courseIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Group[]>> {
  const raws = await reader.rows<RawGroup & { course_id: string }>(
    `SELECT a.course_id, ${GROUP_COLUMNS} FROM course_assignment a JOIN user_group g ON g.id = a.group_id
      WHERE a.course_id IN (${placeholders(courseIds)})
        AND a.organization_id IN (${placeholders(organizationIds)})
      ORDER BY g.name_key, g.id`,
    [...courseIds, ...organizationIds],
  );
  return gather(courseIds, raws, (raw) => [raw.course_id, groupFromRaw(raw)]);
}

/** The courses that are assigned to each group, by title, including archived ones; keyed by group. */
export async function findCoursesOfGroups(
  reader: Reader,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Course[]>> {
  const raws = await reader.rows<RawCourse & { group_id: string }>(
    `SELECT a.group_id, ${COURSE_COLUMNS} FROM course_assignment a JOIN course c ON c.id = a.course_id
      WHERE a.group_id IN (${placeholders(groupIds)}) ORDER BY c.title_key, c.id`,
    groupIds,
  );
  return gather(groupIds, raws, (raw) => [raw.group_id, courseFromRaw(raw)]);
}

/** The courses that are assigned to groups of each user, by title, without archived ones; keyed by `memberKey`. */
export async function findCoursesOfMembers(
  reader: Reader,
  members: readonly MemberId[],
): Promise<ReadonlyMap<string, readonly Course[]>> {
  const [organizationIds, userIds] = (["organizationId", "userId"] as const).map((id) => [
    ...new Set(members.map((member) => member[id])),
  ]) as [string[], string[]];
  const raws = await reader.rows<RawCourse & { user_id: string; assigned_in: string }>(
    `SELECT DISTINCT m.user_id, a.organization_id AS assigned_in, ${COURSE_COLUMNS} FROM group_member m
       JOIN course_assignment a ON a.group_id = m.group_id JOIN course c ON c.id = a.course_id
      WHERE m.user_id IN (${placeholders(userIds)})
        AND a.organization_id IN (${placeholders(organizationIds)}) AND c.archived_at IS NULL
      ORDER BY c.title_key, c.id`,
    [...userIds, ...organizationIds],
  );
  const keys = members.map(({ organizationId, userId }) => memberKey(organizationId, userId));
  return gather(keys, raws, (raw) => [memberKey(raw.assigned_in, raw.user_id), courseFromRaw(raw)]);
}

function gather<Raw, Value>(
  keys: readonly string[],
  raws: readonly Raw[],
  read: (raw: Raw) => readonly [string, Value],
): ReadonlyMap<string, readonly Value[]> {
  const byKey = new Map<string, Value[]>(keys.map((key) => [key, []]));
  for (const raw of raws) {
    const [key, value] = read(raw);
    byKey.get(key)?.push(value);
  }
  return byKey;
}

/** The courses among these that a group has. Lock the organization to keep the result true. */
export async function findAssignedAmong(
  reader: Reader,
  groupId: string,
  courseIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (courseIds.length === 0) return new Set();
  const rows = await reader.rows<{ course_id: string }>(
    `SELECT course_id FROM course_assignment
      WHERE group_id = ? AND course_id IN (${placeholders(courseIds)})`,
    [groupId, ...courseIds],
  );
  return new Set(rows.map((row) => row.course_id));
}

/** Assigns courses that the group does not have yet. */
export async function insertAssignments(
  unit: UnitOfWork,
  { id, organizationId }: Group,
  courseIds: readonly string[],
): Promise<void> {
  await insertRows(
    unit,
    "course_assignment",
    ["group_id", "course_id", "organization_id", "assigned_at"],
    courseIds.map((courseId) => [id, courseId, organizationId, unit.now]),
  );
}

/** Removes courses from a group. */
export async function deleteAssignments(
  unit: UnitOfWork,
  groupId: string,
  courseIds: readonly string[],
): Promise<void> {
  if (courseIds.length === 0) return;
  await unit.execute(`DELETE FROM course_assignment WHERE group_id = ? AND course_id IN (${placeholders(courseIds)})`, [
    groupId,
    ...courseIds,
  ]);
}
