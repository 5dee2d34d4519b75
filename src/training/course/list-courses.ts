/** Reading the courses that an organization sees, page by page. */
import { requireOperator, requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { OrderDirection } from "../../people/order-direction.js";
import { findWordsIn, type SearchTerm } from "../../platform/database/search.js";
import { placeholders } from "../../platform/database/statements.js";
import { pageByKeyset, type KeysetColumn } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { COURSE_COLUMNS, courseFromRaw, type RawCourse } from "./course.repository.js";
import type { CourseKind, CourseOrder, Course } from "./course.js";

/** What is left out or empty restricts nothing. */
interface CourseFilter {
  readonly kind?: CourseKind | null;
  readonly archived?: boolean | null;
  /** Words, each of which must occur in the title. */
  readonly search?: string | null;
  /** Assigned to one of these groups. */
  readonly groupIds?: readonly string[] | null;
  readonly externalIds?: readonly string[] | null;
}

/** Which courses to read, and in which order. */
export interface CoursesQuery {
  /** `null` for the catalogue of the installation by itself. */
  readonly organizationId: string | null;
  readonly filter?: CourseFilter | null;
  readonly orderBy?: { readonly field: CourseOrder; readonly direction?: OrderDirection | null } | null;
  readonly page: PageArgs;
}

type Column = Omit<KeysetColumn<RawCourse>, "direction">;

const TITLE: Column = { column: "c.title_key", kind: "text", read: (raw) => raw.title_key };
/** Ids rise with the time at which they were made. */
const ID: Column = { column: "c.id", kind: "text", read: (raw) => raw.id };

const ORDERS: Readonly<Record<CourseOrder, readonly [Column, ...Column[]]>> = { TITLE: [TITLE, ID], CREATED_AT: [ID] };

/**
 * One page of the courses that an organization sees, its own and the catalogue's, by title unless the query says
 * otherwise; or, for the operator, of the catalogue by itself.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listCourses({ reader }: Store, caller: Caller, query: CoursesQuery): Promise<Page<Course>> {
  const { organizationId, filter, orderBy, page } = query;
  if (organizationId === null) requireOperator(caller);
  else requirePermission(caller, organizationId, "TEAM_TRAINING_READ");
  const direction = orderBy?.direction ?? "ASC";
  const [first, ...rest] = ORDERS[orderBy?.field ?? "TITLE"];
  const terms = writeConditions(organizationId, filter ?? {});
  const found = await pageByKeyset<RawCourse>({
    reader,
    select: COURSE_COLUMNS,
    from: "course c",
    where: {
      sql: terms.map(({ sql }) => sql).join(" AND "),
      parameters: terms.flatMap(({ parameters }) => parameters),
    },
    order: [{ ...first, direction }, ...rest.map((column) => ({ ...column, direction }))],
    args: page,
  });
  return toPage(found, courseFromRaw);
}

function writeConditions(organizationId: string | null, filter: CourseFilter): SearchTerm[] {
  const { kind, archived, search } = filter;
  const [groupIds, externalIds] = [filter.groupIds ?? [], filter.externalIds ?? []];
  const terms: SearchTerm[] = [
    organizationId === null
      ? { sql: "c.organization_id IS NULL", parameters: [] }
      : { sql: "(c.organization_id = ? OR c.organization_id IS NULL)", parameters: [organizationId] },
  ];
  if (kind != null) terms.push({ sql: "c.kind = ?", parameters: [kind] });
  if (archived != null) terms.push({ sql: `c.archived_at IS ${archived ? "NOT NULL" : "NULL"}`, parameters: [] });
  terms.push(...findWordsIn("c.title_key", search));
  if (groupIds.length > 0)
    terms.push({
      sql: `EXISTS (SELECT 1 FROM course_assignment a
                     WHERE a.course_id = c.id AND a.organization_id = ? AND a.group_id IN (${placeholders(groupIds)}))`,
      // The catalogue by itself is assigned to nobody.
      parameters: [organizationId ?? "", ...groupIds],
    });
  if (externalIds.length > 0)
    terms.push({ sql: `c.external_id IN (${placeholders(externalIds)})`, parameters: externalIds });
  return terms;
}
