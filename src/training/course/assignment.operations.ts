/** Assigning courses to groups and taking them back, many at once, with an answer for each. */
import { causeOf, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import type { Group } from "../../people/group/group.js";
import { readGroupFor, readGroupForChange } from "../../people/group/group.operations.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../../platform/errors/failure.js";
import { COURSE_ARCHIVED } from "../failures.js";
import { deleteAssignments, findAssignedAmong, insertAssignments } from "./assignment.repository.js";
import { findCourses } from "./course.repository.js";
import type { Course } from "./course.js";

/** Courses in one request at most: all of them are one unit of work, for which others of the organization wait. */
export const MOST_ASSIGNED_AT_ONCE = 200;

/** Courses to assign to a group, or to take from it. */
export interface AssignmentInput {
  readonly groupId: string;
  readonly courseIds: readonly string[];
}

/** What became of one course of a request. */
export interface AssignmentResult {
  readonly courseId: string;
  readonly ok: boolean;
  /** Why not; `null` when it was done. */
  readonly code: string | null;
  readonly message: string | null;
}

type Objection = Pick<Failure, "code" | "message">;

/** The group, and what became of each course, in the order of the input. */
export interface ChangedAssignments {
  readonly group: Group;
  readonly results: readonly AssignmentResult[];
}

/**
 * Assigns courses to a group. What it has already stays. A course that the organization does not see is NOT_FOUND, an
 * archived one COURSE_ARCHIVED; the others are carried out.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (the group), INVALID_INPUT (too many courses)
 */
export async function assignCoursesToGroup(
  store: Store,
  caller: Caller,
  input: AssignmentInput,
): Promise<ChangedAssignments> {
  return await changeAssignments(store, caller, input, async (unit, group, courses) => {
    const open = courses.filter(({ archivedAt }) => archivedAt === null).map(({ id }) => id);
    const assigned = await findAssignedAmong(unit, group.id, open);
    const courseIds = open.filter((id) => !assigned.has(id));
    await insertAssignments(unit, group, courseIds);
    if (courseIds.length > 0)
      await recordAudit(unit, { ...entryOf("group.courses_assigned", group), after: { courseIds } });
    return ({ archivedAt, id: courseId, title }) =>
      archivedAt === null ? null : new Failure(COURSE_ARCHIVED, { courseId, title });
  });
}

/**
 * Takes courses from a group. What it does not have is no mistake. A course that the organization does not see is
 * NOT_FOUND; the others are carried out. Results stay.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (the group), INVALID_INPUT (too many courses)
 */
export async function unassignCoursesFromGroup(
  store: Store,
  caller: Caller,
  input: AssignmentInput,
): Promise<ChangedAssignments> {
  return await changeAssignments(store, caller, input, async (unit, group, courses) => {
    const courseIds = [
      ...(await findAssignedAmong(
        unit,
        group.id,
        courses.map(({ id }) => id),
      )),
    ];
    await deleteAssignments(unit, group.id, courseIds);
    if (courseIds.length > 0)
      await recordAudit(unit, { ...entryOf("group.courses_unassigned", group), before: { courseIds } });
    return () => null;
  });
}

async function changeAssignments(
  store: Store,
  caller: Caller,
  { groupId, courseIds }: AssignmentInput,
  /** Carries it out, and answers what speaks against a course. */
  change: (unit: UnitOfWork, group: Group, courses: readonly Course[]) => Promise<(course: Course) => Objection | null>,
): Promise<ChangedAssignments> {
  const found = await readGroupFor(store, caller, groupId, "TRAINING_WRITE");
  requireFewEnough(courseIds);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const group = await readGroupForChange(unit, found);
    const courses = await findCourses(unit, group.organizationId, [...new Set(courseIds)]);
    const objectionTo = await change(unit, group, [...courses.values()]);
    const results = courseIds.map((courseId) => {
      const course = courses.get(courseId);
      const failure: Objection | null =
        course === undefined ? new Failure(NOT_FOUND, { type: "course" }) : objectionTo(course);
      return {
        courseId,
        ok: failure === null,
        code: failure?.code ?? null,
        message: failure?.message ?? null,
      };
    });
    return { group, results };
  });
}

function requireFewEnough(courseIds: readonly string[]): void {
  if (courseIds.length <= MOST_ASSIGNED_AT_ONCE) return;
  const message = `must name at most ${MOST_ASSIGNED_AT_ONCE} courses; send the others with further requests`;
  throw new Failure(INVALID_INPUT, { fields: [{ path: "courseIds", code: "INVALID", message }] });
}

function entryOf(action: string, { id, organizationId }: Group) {
  return { organizationId, action, subject: { type: "group", id } };
}
