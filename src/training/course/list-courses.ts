/** Lists the courses that an organization sees, page by page. */
import { requireOperator, requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { OrderDirection } from "../../people/order-direction.js";
import { findWordsIn, type SearchTerm } from "../../platform/database/search.js";
import { placeholders } from "../../platform/database/statements.js";
import { pageByKeyset, type KeysetColumn } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { COURSE_COLUMNS, courseFromRaw, type RawCourse } from "./course.repository.js";
import type { CourseKind, CourseOrder, Course } from "./course.js";

/** A condition that is left out or empty has no effect. */
interface CourseFilter {
  readonly kind?: CourseKind | null;
  readonly archived?: boolean | null;
  /** Words that must all occur in the title. */
  readonly search?: string | null;
  /** Assigned to one of these groups. */
  readonly groupIds?: readonly string[] | null;
  readonly externalIds?: readonly string[] | null;
}

/** Which courses to read, and in which order. */
export interface CoursesQuery {
  /** `null`: only the installation's catalogue. */
  readonly organizationId: string | null;
  readonly filter?: CourseFilter | null;
  readonly orderBy?: { readonly field: CourseOrder; readonly direction?: OrderDirection | null } | null;
  readonly page: PageArgs;
}

type Column = Omit<KeysetColumn<RawCourse>, "direction">;

const TITLE: Column = { column: "c.title_key", kind: "text", read: (raw) => raw.title_key };
/** Ids are UUIDs of version 7, so they rise with the time of creation. */
const ID: Column = { column: "c.id", kind: "text", read: (raw) => raw.id };

const ORDERS: Readonly<Record<CourseOrder, readonly [Column, ...Column[]]>> = { TITLE: [TITLE, ID], CREATED_AT: [ID] };

/**
 * One page of the courses that an organization sees, its own and the catalogue's. For the operator, also a page of the
 * catalogue alone. The courses are sorted by title if the query names no order.
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
      // Without an organization there are no groups, so the condition matches nothing.
      parameters: [organizationId ?? "", ...groupIds],
    });
  if (externalIds.length > 0)
    terms.push({ sql: `c.external_id IN (${placeholders(externalIds)})`, parameters: externalIds });
  return terms;
}
