/** The operations on courses. `module.operations.ts` has those on a module's courses. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requireOperator, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { Permission } from "../../access/permission.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { changesBetween } from "../../events/event-type.js";
import { requireVersion } from "../../people/failures.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { EXTERNAL_ID_TAKEN } from "../failures.js";
import { findCourse, insertCourse, lockCourse, updateCourseRow } from "./course.repository.js";
import { courseSnapshot, PASS_RATE_RULE, type Course, type CourseKind } from "./course.js";

const DESCRIPTION_RULE = { longest: 2000 };
/** The column holds 255 characters. */
export const EXTERNAL_ID_RULE = { longest: 255 };

/** A new course or module. */
export interface NewCourseInput {
  /** Absent: the installation's catalogue. */
  readonly organizationId?: string | null;
  /** Absent: a course. */
  readonly kind?: CourseKind | null;
  readonly title: string;
  readonly description?: string | null;
  readonly externalId?: string | null;
  readonly passRate?: number | null;
}

/** Changes to a course. Absent fields stay. */
export interface CourseChangeInput {
  readonly id: string;
  /** The version that the caller has read; absent: any version. */
  readonly expectedVersion?: number | null;
  readonly title?: string | null;
  /** `null` clears this field and the next two. */
  readonly description?: string | null;
  readonly externalId?: string | null;
  readonly passRate?: number | null;
}

/**
 * Returns the course that a caller names, if the caller's permission covers it.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN or NOT_FOUND
 */
async function readCourseFor({ reader }: Store, caller: Caller, id: string, permission: Permission): Promise<Course> {
  const scope = scopeFor(caller, permission);
  const course = await findCourse(reader, scope, id);
  if (course === null) throw new Failure(NOT_FOUND, { type: "course" });
  return course;
}

/**
 * Returns one course for callers who may see the organization's courses.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN or NOT_FOUND
 */
export async function readCourse(store: Store, caller: Caller, id: string): Promise<Course> {
  return await readCourseFor(store, caller, id, "TEAM_TRAINING_READ");
}

/**
 * Returns the course that a caller wants to change: one of the organization, or any course for the operator.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for the catalogue, which only the operator changes) or NOT_FOUND
 */
export async function readCourseToChange(store: Store, caller: Caller, id: string): Promise<Course> {
  const course = await readCourseFor(store, caller, id, "TRAINING_WRITE");
  if (course.organizationId === null) requireOperator(caller);
  return course;
}

/**
 * Locks and reads a course. The lock is on the row of the course's organization, or on the course itself if it is in the
 * catalogue. So two changes cannot overwrite each other.
 *
 * @throws NOT_FOUND if the course was deleted meanwhile
 */
export async function readCourseForChange(unit: UnitOfWork, { id, organizationId }: Course): Promise<Course> {
  if (organizationId === null) await lockCourse(unit, id);
  else await lockOrganization(unit, organizationId);
  const course = await findCourse(unit, organizationId, id);
  if (course === null) throw new Failure(NOT_FOUND, { type: "course" });
  return course;
}

/**
 * Creates a course, or a module without courses.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, EXTERNAL_ID_TAKEN
 */
export async function createCourse({ begin }: Store, caller: Caller, input: NewCourseInput): Promise<Course> {
  const organizationId = input.organizationId ?? null;
  if (organizationId === null) requireOperator(caller);
  else requirePermission(caller, organizationId, "TRAINING_WRITE");
  const kind = input.kind ?? "COURSE";
  const check = new InputCheck();
  const title = check.text("title", input.title);
  const description = check.optionalText("description", input.description, DESCRIPTION_RULE);
  const externalId = check.optionalText("externalId", input.externalId, EXTERNAL_ID_RULE);
  const passRate = readPassRate(check, kind, input.passRate);
  check.finish();

  return await begin(caller, causeOf(caller), async (unit) => {
    if (organizationId !== null && (await lockOrganization(unit, organizationId)) === null)
      throw new Failure(NOT_FOUND, { type: "organization" });
    const course: Course = {
      id: uuidv7(),
      organizationId,
      kind,
      title,
      description,
      externalId,
      passRate,
      archivedAt: null,
      version: 1,
      createdAt: unit.now,
      updatedAt: unit.now,
    };
    await storeExternalId(externalId, () => insertCourse(unit, course));
    await recordAudit(unit, { ...entryOf("course.created", course), after: courseSnapshot(course) });
    return course;
  });
}

/**
 * Changes a course. An input without a difference stores nothing. Earlier results keep the pass rate that they were
 * recorded with.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT, EXTERNAL_ID_TAKEN
 */
export async function updateCourse(store: Store, caller: Caller, input: CourseChangeInput): Promise<Course> {
  const found = await readCourseToChange(store, caller, input.id);
  const check = new InputCheck();
  const change: Partial<Pick<Course, "title" | "description" | "externalId" | "passRate">> = {
    ...(input.title == null ? {} : { title: check.text("title", input.title) }),
    ...(input.description === undefined
      ? {}
      : { description: check.optionalText("description", input.description, DESCRIPTION_RULE) }),
    ...(input.externalId === undefined
      ? {}
      : { externalId: check.optionalText("externalId", input.externalId, EXTERNAL_ID_RULE) }),
    ...(input.passRate === undefined ? {} : { passRate: readPassRate(check, found.kind, input.passRate) }),
  };
  check.finish();
  return await changeCourse(store, caller, found, "course.updated", (before) => {
    requireVersion(input.expectedVersion, before.version);
    return { ...before, ...change };
  });
}

/**
 * Archives a course: it can no longer be started, modules can be completed without it, and its results stay. Archiving it
 * again changes nothing.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function archiveCourse(store: Store, caller: Caller, id: string): Promise<Course> {
  const found = await readCourseToChange(store, caller, id);
  return await changeCourse(store, caller, found, "course.archived", (before, now) => ({
    ...before,
    archivedAt: before.archivedAt ?? now,
  }));
}

/**
 * Restores an archived course. A course that is not archived stays unchanged.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function restoreCourse(store: Store, caller: Caller, id: string): Promise<Course> {
  const found = await readCourseToChange(store, caller, id);
  return await changeCourse(store, caller, found, "course.restored", (before) => ({ ...before, archivedAt: null }));
}

async function changeCourse(
  { begin }: Store,
  caller: Caller,
  found: Course,
  action: "course.updated" | "course.archived" | "course.restored",
  change: (before: Course, now: Date) => Course,
): Promise<Course> {
  return await begin(caller, causeOf(caller), async (unit) => {
    const before = await readCourseForChange(unit, found);
    const wanted = change(before, unit.now);
    if (changesBetween(courseSnapshot(before), courseSnapshot(wanted)) === null) return before;
    const after: Course = { ...wanted, version: before.version + 1, updatedAt: unit.now };
    await storeExternalId(after.externalId, () => updateCourseRow(unit, after));
    await recordAudit(unit, {
      ...entryOf(action, after),
      before: courseSnapshot(before),
      after: courseSnapshot(after),
    });
    return after;
  });
}

/** Refuses a pass rate for a module, which is passed when all of its courses are. */
function readPassRate(check: InputCheck, kind: CourseKind, value: number | null | undefined): number | null {
  if (kind === "MODULE" && value != null) {
    check.add("passRate", "INVALID", "must be left out for a module, which is passed if all of its courses are");
    return null;
  }
  return check.optionalNumber("passRate", value, PASS_RATE_RULE);
}

/** The common fields of audit entries about a course. */
export function entryOf(action: string, { id, organizationId }: Course) {
  return { organizationId, action, subject: { type: "course", id } };
}

async function storeExternalId(externalId: string | null, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (externalId !== null && isDuplicateKey(error)) throw new Failure(EXTERNAL_ID_TAKEN, { externalId });
    throw error;
  }
}
