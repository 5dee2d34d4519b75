/** Reads and writes courses and the courses of modules. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { rewriteKeysOf } from "../../people/installation/rewrite-search-keys.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import type { Reader } from "../../platform/database/database.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { foldForSearch } from "../../platform/text.js";
import { CourseRow } from "./course.row.js";
import type { Course, CourseKind } from "./course.js";

/** A course as the database returns it. */
export interface RawCourse {
  id: string;
  organization_id: string | null;
  kind: string;
  title: string;
  title_key: string;
  description: string | null;
  external_id: string | null;
  pass_rate: number | null;
  archived_at: unknown;
  version: number;
  created_at: unknown;
  updated_at: unknown;
}

/** The columns of `RawCourse` for the table alias `c`. */
export const COURSE_COLUMNS = `c.id, c.organization_id, c.kind, c.title, c.title_key, c.description, c.external_id,
  c.pass_rate, c.archived_at, c.version, c.created_at, c.updated_at`;

export function courseFromRaw(raw: RawCourse): Course {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    kind: raw.kind as CourseKind,
    title: raw.title,
    description: raw.description,
    externalId: raw.external_id,
    passRate: raw.pass_rate,
    archivedAt: toDateOrNull(raw.archived_at),
    version: raw.version,
    createdAt: toDate(raw.created_at),
    updatedAt: toDate(raw.updated_at),
  };
}

/** The most courses in one statement. */
const COURSES_AT_ONCE = 500;

/** Courses by id. If the scope is an organization, only courses of that organization and of the catalogue. */
export async function findCourses(
  reader: Reader,
  scope: OrganizationScope,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Course>> {
  const courses = new Map<string, Course>();
  for (let start = 0; start < ids.length; start += COURSES_AT_ONCE) {
    const some = ids.slice(start, start + COURSES_AT_ONCE);
    const raws = await reader.rows<RawCourse>(
      `SELECT ${COURSE_COLUMNS} FROM course c WHERE c.id IN (${placeholders(some)})
        ${scope === null ? "" : "AND (c.organization_id = ? OR c.organization_id IS NULL)"}`,
      scope === null ? some : [...some, scope],
    );
    for (const raw of raws) courses.set(raw.id, courseFromRaw(raw));
  }
  return courses;
}

/** One course by id, or `null` if it does not exist or the organization cannot see it. */
export async function findCourse(reader: Reader, scope: OrganizationScope, id: string): Promise<Course | null> {
  return (await findCourses(reader, scope, [id])).get(id) ?? null;
}

/** Locks a course of the catalogue, which has no organization to lock. */
export async function lockCourse(unit: UnitOfWork, id: string): Promise<void> {
  if (unit.dialect === "mysql") await unit.row("SELECT id FROM course WHERE id = ? FOR UPDATE", [id]);
}

/** The length of the column. A key that folding makes longer is cut. */
const LONGEST_TITLE_KEY = 200;

function titleKeyOf(title: string): string {
  return foldForSearch(title).slice(0, LONGEST_TITLE_KEY);
}

function toRow(course: Course): CourseRow {
  const { organizationId, externalId, title } = course;
  return {
    ...course,
    titleKey: titleKeyOf(title),
    externalKey: externalId === null ? null : sha256Hex(`${organizationId ?? "catalogue"}:${externalId}`),
  };
}

/** Stores a new course. If the external id is taken, the database reports a duplicate key. */
export async function insertCourse(unit: UnitOfWork, course: Course): Promise<void> {
  await unit.manager.insert(CourseRow, toRow(course));
}

/** Stores a changed course. If the external id is taken, the database reports a duplicate key. */
export async function updateCourseRow(unit: UnitOfWork, course: Course): Promise<void> {
  await unit.manager.update(CourseRow, { id: course.id }, toRow(course));
}

/** The courses of each module in their order, including archived ones; keyed by module. */
export async function findChildrenOf(
  reader: Reader,
  moduleIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Course[]>> {
  const byModule = new Map<string, Course[]>(moduleIds.map((id) => [id, []]));
  if (moduleIds.length === 0) return byModule;
  const raws = await reader.rows<RawCourse & { module_id: string }>(
    `SELECT mc.module_id, ${COURSE_COLUMNS} FROM module_course mc JOIN course c ON c.id = mc.course_id
      WHERE mc.module_id IN (${placeholders(moduleIds)}) ORDER BY mc.position`,
    moduleIds,
  );
  for (const raw of raws) byModule.get(raw.module_id)?.push(courseFromRaw(raw));
  return byModule;
}

/** The modules that contain a course and that members of an organization can complete, the oldest first. */
export async function findModulesWith(reader: Reader, organizationId: string, courseId: string): Promise<Course[]> {
  const raws = await reader.rows<RawCourse>(
    `SELECT ${COURSE_COLUMNS} FROM module_course mc JOIN course c ON c.id = mc.module_id
      WHERE mc.course_id = ? AND (c.organization_id = ? OR c.organization_id IS NULL) AND c.archived_at IS NULL
      ORDER BY c.id`,
    [courseId, organizationId],
  );
  return raws.map(courseFromRaw);
}

/** How many modules of an organization, or of the catalogue, contain each course. Courses in no module are left out. */
export async function countModulesWith(
  reader: Reader,
  organizationId: string | null,
  courseIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (courseIds.length === 0) return new Map();
  const rows = await reader.rows<{ course_id: string; modules: number | string }>(
    `SELECT mc.course_id, COUNT(*) AS modules FROM module_course mc JOIN course c ON c.id = mc.module_id
      WHERE mc.course_id IN (${placeholders(courseIds)})
        AND c.organization_id ${organizationId === null ? "IS NULL" : "= ?"} GROUP BY mc.course_id`,
    organizationId === null ? courseIds : [...courseIds, organizationId],
  );
  return new Map(rows.map((row) => [row.course_id, Number(row.modules)]));
}

/** Replaces the courses of a module. */
export async function replaceChildren(unit: UnitOfWork, moduleId: string, courseIds: readonly string[]): Promise<void> {
  await unit.execute("DELETE FROM module_course WHERE module_id = ?", [moduleId]);
  await insertRows(
    unit,
    "module_course",
    ["module_id", "course_id", "position"],
    courseIds.map((courseId, position) => [moduleId, courseId, position]),
  );
}

/** Rewrites the keys by which courses are sorted and searched. */
export const rewriteTitleKeys = rewriteKeysOf({ table: "course", text: "title", key: "title_key" }, titleKeyOf);
