/** Assigns courses to groups and removes them, many in one request, with an outcome for each course. */
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

/** The most courses in one request, because other changes of the organization wait for the request's transaction. */
export const MOST_ASSIGNED_AT_ONCE = 200;

/** Courses to assign to a group, or to remove from it. */
export interface AssignmentInput {
  readonly groupId: string;
  readonly courseIds: readonly string[];
}

/** The outcome for one course of a request. */
export interface AssignmentResult {
  readonly courseId: string;
  readonly ok: boolean;
  /** The error code; `null` if `ok`. */
  readonly code: string | null;
  readonly message: string | null;
}

type Objection = Pick<Failure, "code" | "message">;

/** The group, and the outcome for each course, in the order of the input. */
export interface ChangedAssignments {
  readonly group: Group;
  readonly results: readonly AssignmentResult[];
}

/**
 * Assigns courses to a group. Courses that the group already has stay. A course that the organization cannot see is
 * NOT_FOUND and an archived one is COURSE_ARCHIVED; the others are assigned.
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
 * Removes courses from a group. A course that the group does not have is not an error. A course that the organization
 * cannot see is NOT_FOUND; the others are removed. Results stay.
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
  /** Makes the change and returns a function from a course to its error. */
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
  const message = `must name at most ${MOST_ASSIGNED_AT_ONCE} courses; send the others in further requests`;
  throw new Failure(INVALID_INPUT, { fields: [{ path: "courseIds", code: "INVALID", message }] });
}

function entryOf(action: string, { id, organizationId }: Group) {
  return { organizationId, action, subject: { type: "group", id } };
}
