/**
 * Writes results to a CSV file page by page. The caller's permissions are checked again for each page, because a slow
 * client can take hours to read the file.
 */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import { seenIn, type SeenUser } from "../../people/user/user.js";
import { USER_COLUMNS, userFromRaw, type RawUser } from "../../people/user/user.repository.js";
import { BYTE_ORDER_MARK, writeCsvLine, type CsvValue } from "../../platform/csv.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { MAXIMUM_PAGE_SIZE } from "../../platform/graphql/paging.js";
import { writePages, type CsvFile } from "../../platform/http/export-router.js";
import { findCourses } from "../course/course.repository.js";
import type { Course } from "../course/course.js";
import { pageOf, planFor } from "../result/list-results.js";
import { resultFromRaw } from "../result/result.repository.js";
import { scopeOfResults, type ResultScope } from "../result/result-scope.js";
import type { Result } from "../result/result.js";
import { readExportQuery } from "./read-query.js";

interface Line {
  readonly result: Result;
  /** `null` for a person who left the organization. */
  readonly person: SeenUser | null;
  readonly course: Course | null;
}

/** The columns by their names in the schema. */
const COLUMNS: Readonly<Record<string, (line: Line) => CsvValue>> = {
  id: ({ result }) => result.id,
  userId: ({ result }) => result.userId,
  email: ({ person }) => person?.email ?? null,
  firstName: ({ person }) => person?.firstName ?? null,
  lastName: ({ person }) => person?.lastName ?? null,
  employeeId: ({ person }) => person?.employeeId ?? null,
  courseId: ({ result }) => result.courseId,
  course: ({ course }) => course?.title ?? null,
  courseExternalId: ({ course }) => course?.externalId ?? null,
  kind: ({ result }) => result.kind,
  attempt: ({ result }) => result.attempt,
  score: ({ result }) => result.score,
  maximum: ({ result }) => result.maximum,
  percent: ({ result }) => result.percent,
  passRate: ({ result }) => result.passRate,
  passed: ({ result }) => result.passed,
  startedAt: ({ result }) => result.startedAt,
  completedAt: ({ result }) => result.completedAt,
  recordedAt: ({ result }) => result.recordedAt,
  externalId: ({ result }) => result.externalId,
};

/**
 * Begins a file of results, the latest first. Every error of the request is thrown before the first piece.
 *
 * @param askCaller returns the caller with the permissions that the caller has at that moment
 * @param parameters of the query, from Express
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function exportResults(
  { reader }: Store,
  askCaller: () => Promise<Caller>,
  parameters: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<CsvFile> {
  const { organizationId, filter, bom } = readExportQuery(parameters);
  const firstCaller = await askCaller();
  const scope = requireExport(firstCaller, organizationId);
  const organization = await findOrganization(reader, organizationId, organizationId);
  if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
  const read = async (after: string | null) => {
    const caller = await askCaller();
    requireSameScope(scope, requireExport(caller, organizationId));
    const plan = await planFor(reader, caller, organizationId, filter, "");
    const page = await pageOf(reader, plan, { first: MAXIMUM_PAGE_SIZE, after }, "DESC");
    const last = page.rows.at(-1);
    const text = await writeLines(reader, organizationId, page.rows.map(resultFromRaw));
    return { text, next: last !== undefined && (await page.hasNextPage()) ? page.cursorOf(last) : null };
  };
  const first = await read(null);
  const head = `${bom ? BYTE_ORDER_MARK : ""}${writeCsvLine(Object.keys(COLUMNS))}`;
  return {
    fileName: `results-${organization.slug}-${now.toISOString().slice(0, 10)}.csv`,
    pieces: writePages(head, first, read),
  };
}

/** The file has names of people, so a caller who exports other people's results needs USERS_READ. */
function requireExport(caller: Caller, organizationId: string): ResultScope {
  const scope = scopeOfResults(caller, organizationId);
  if (scope.kind !== "SELF") requirePermission(caller, organizationId, "USERS_READ");
  return scope;
}

/**
 * Refuses to continue if the results that the caller may see have changed during the export. Otherwise, the file would
 * look complete but miss results.
 */
function requireSameScope(before: ResultScope, now: ResultScope): void {
  if (JSON.stringify(before) !== JSON.stringify(now)) throw new Failure(FORBIDDEN, { permission: "TRAINING_READ" });
}

async function writeLines(reader: Reader, organizationId: string, results: readonly Result[]): Promise<string> {
  const people = await findPeople(reader, organizationId, [...new Set(results.map(({ userId }) => userId))]);
  const courses = await findCourses(reader, null, [...new Set(results.map(({ courseId }) => courseId))]);
  return results
    .map((result) => {
      const line = {
        result,
        person: people.get(result.userId) ?? null,
        course: courses.get(result.courseId) ?? null,
      };
      return writeCsvLine(Object.values(COLUMNS).map((read) => read(line)));
    })
    .join("");
}

async function findPeople(
  reader: Reader,
  organizationId: string,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, SeenUser>> {
  if (userIds.length === 0) return new Map();
  const rows = await reader.rows<RawUser>(
    `SELECT ${USER_COLUMNS} FROM membership m JOIN app_user u ON u.id = m.user_id
      WHERE m.organization_id = ? AND m.user_id IN (${placeholders(userIds)})`,
    [organizationId, ...userIds],
  );
  return new Map(rows.map((row) => [row.id, seenIn(organizationId, userFromRaw(row))]));
}
