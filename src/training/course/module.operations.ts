/** Sets the courses of a module and their order. */
import { causeOf, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { requireVersion } from "../../people/failures.js";
import { InputCheck } from "../../platform/errors/input.js";
import { entryOf, readCourseForChange, readCourseToChange } from "./course.operations.js";
import {
  countModulesWith,
  findChildrenOf,
  findCourses,
  replaceChildren,
  updateCourseRow,
} from "./course.repository.js";
import type { Course } from "./course.js";

/** The limit exists because recording a result reads all courses of the module. */
export const MOST_COURSES_OF_A_MODULE = 200;
/** The limit exists because recording a result updates each module that contains the course, under the organization's lock. */
export const MOST_MODULES_OF_A_COURSE = 100;

/** The new courses of a module. */
export interface ModuleCoursesInput {
  readonly moduleId: string;
  readonly courseIds: readonly string[];
  /** The version that the caller has read; absent: any version. */
  readonly expectedVersion?: number | null;
}

/**
 * Replaces the courses of a module. People who completed the module keep their result; for everyone else, the new list
 * applies from their next result on.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VERSION_CONFLICT, INVALID_INPUT (not a module; or a course that is
 *   unknown, a module, archived, repeated, in too many modules, or not visible to all organizations that see the module)
 */
export async function setModuleCourses(store: Store, caller: Caller, input: ModuleCoursesInput): Promise<Course> {
  const { moduleId, courseIds, expectedVersion } = input;
  const found = await readCourseToChange(store, caller, moduleId);
  const check = new InputCheck();
  if (found.kind !== "MODULE") check.add("moduleId", "INVALID", "must be a module; a course has no courses");
  if (courseIds.length > MOST_COURSES_OF_A_MODULE)
    check.add("courseIds", "INVALID", `must name at most ${MOST_COURSES_OF_A_MODULE} courses`);
  check.finish();

  return await store.begin(caller, causeOf(caller), async (unit) => {
    const before = await readCourseForChange(unit, found);
    requireVersion(expectedVersion, before.version);
    const childrenBefore = (await findChildrenOf(unit, [moduleId])).get(moduleId) ?? [];
    await requireChildren(unit, before, childrenBefore, courseIds);
    const idsBefore = childrenBefore.map(({ id }) => id);
    if (JSON.stringify(idsBefore) === JSON.stringify(courseIds)) return before;
    const after: Course = { ...before, version: before.version + 1, updatedAt: unit.now };
    await replaceChildren(unit, moduleId, courseIds);
    await updateCourseRow(unit, after);
    await recordAudit(unit, {
      ...entryOf("course.children_set", after),
      before: { courseIds: idsBefore },
      after: { courseIds },
    });
    return after;
  });
}

async function requireChildren(
  unit: UnitOfWork,
  module: Course,
  childrenBefore: readonly Course[],
  courseIds: readonly string[],
): Promise<void> {
  const check = new InputCheck();
  const courses = await findCourses(unit, module.organizationId, courseIds);
  const kept = new Set(childrenBefore.map(({ id }) => id));
  const modules = await countModulesWith(unit, module.organizationId, courseIds);
  for (const [index, courseId] of courseIds.entries()) {
    const path = `courseIds.${index}`;
    const course = courses.get(courseId);
    // Every organization sees a module of the catalogue, so its courses must be in the catalogue too.
    if (course === undefined || (module.organizationId === null && course.organizationId !== null))
      check.add(path, "UNKNOWN", "must be a course of the module's organization, or of the catalogue");
    else if (course.kind === "MODULE") check.add(path, "INVALID", "must be a course; a module has no modules");
    else if (course.archivedAt !== null && !kept.has(courseId)) check.add(path, "INVALID", "must not be archived");
    else if (!kept.has(courseId) && (modules.get(courseId) ?? 0) >= MOST_MODULES_OF_A_COURSE)
      check.add(path, "INVALID", `must not be in more than ${MOST_MODULES_OF_A_COURSE} modules`);
    if (courseIds.indexOf(courseId) !== index) check.add(path, "INVALID", "must be named once");
  }
  check.finish();
}
