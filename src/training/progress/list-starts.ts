/** Lists starts of courses, page by page. */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { joinConditions, pageByKeyset, type Condition } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import type { TimeBound } from "../../platform/time-range.js";
import { findRange } from "../result/list-results.js";
import { findPeople, setsOfPeople } from "../result/result-people.js";
import { scopeOfResults } from "../result/result-scope.js";
import type { Start } from "../result/start.js";
import { among, useIndex } from "../sql.js";

/** Which starts to show. A condition that is left out or empty has no effect. */
export interface StartFilter {
  readonly from?: TimeBound | null;
  readonly to?: TimeBound | null;
  readonly courseIds?: readonly string[] | null;
  readonly userIds?: readonly string[] | null;
  readonly groupIds?: readonly string[] | null;
  /** `true`: only starts that are not completed. `false`: only completed ones. */
  readonly open?: boolean | null;
}

interface Raw {
  id: string;
  organization_id: string;
  user_id: string;
  course_id: string;
  module_id: string | null;
  attempt: number;
  started_at: unknown;
  completed_at: unknown;
}

/** Up to this many people, their starts are read and sorted. For more, the index of all starts is read in order. */
const MOST_PEOPLE = 200;

/**
 * One page of an organization's starts, the latest first: of everyone, of a manager's team, or of the caller alone.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor or an empty time range
 */
export async function listStarts(
  { reader }: Store,
  caller: Caller,
  query: { readonly organizationId: string; readonly filter?: StartFilter | null; readonly page: PageArgs },
): Promise<Page<Start>> {
  const { organizationId } = query;
  const filter = query.filter ?? {};
  const scope = scopeOfResults(caller, organizationId);
  // A caller could learn who is in a group by filtering on it.
  if ((filter.groupIds ?? []).length > 0) requirePermission(caller, organizationId, "GROUPS_READ");
  const { from, until } = await findRange(reader, organizationId, filter, "filter.to");
  const sets = await setsOfPeople(reader, organizationId, scope, filter, "");
  const people = sets.length === 0 ? null : await findPeople(reader, sets, MOST_PEOPLE);
  const courses = [...new Set(filter.courseIds)];
  const conditions: readonly Condition[] = [
    { sql: "s.organization_id = ?", parameters: [organizationId] },
    ...(people === null ? sets.map(({ probe }) => probe("s.user_id")) : [among("s.user_id", people)]),
    ...(courses.length === 0 ? [] : [among("s.course_id", courses)]),
    ...(from === null ? [] : [{ sql: "s.started_at >= ?", parameters: [from] }]),
    ...(until === null ? [] : [{ sql: "s.started_at < ?", parameters: [until] }]),
    ...(filter.open == null ? [] : [{ sql: `s.completed_at IS ${filter.open ? "" : "NOT "}NULL`, parameters: [] }]),
  ];
  const index =
    people !== null
      ? "ix_training_start_user"
      : courses.length === 1
        ? "ix_training_start_course_order"
        : "ix_training_start_order";
  const found = await pageByKeyset<Raw>({
    reader,
    select: "s.id, s.organization_id, s.user_id, s.course_id, s.module_id, s.attempt, s.started_at, s.completed_at",
    from: `training_start s ${useIndex(reader.dialect, index)}`,
    where: conditions.reduce(joinConditions),
    order: [
      { column: "s.started_at", direction: "DESC", kind: "time", read: (raw) => toDate(raw.started_at) },
      { column: "s.id", direction: "DESC", kind: "text", read: (raw) => raw.id },
    ],
    args: query.page,
  });
  return toPage(found, startFromRaw);
}

function startFromRaw(raw: Raw): Start {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    userId: raw.user_id,
    courseId: raw.course_id,
    moduleId: raw.module_id,
    attempt: raw.attempt,
    startedAt: toDate(raw.started_at),
    completedAt: toDateOrNull(raw.completed_at),
  };
}
