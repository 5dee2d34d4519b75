/** Lists the results of an organization, filtered, page by page. */
import { holds, requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { OrderDirection } from "../../people/order-direction.js";
import { findMembers } from "../../people/membership/membership.repository.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import type { Member } from "../../people/user/user.js";
import type { Reader } from "../../platform/database/database.js";
import { toDate } from "../../platform/database/values.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { pageByKeyset, type KeysetColumn } from "../../platform/graphql/keyset.js";
import { emptyPage, toPage, type Page, type PageArgs, type RowPage } from "../../platform/graphql/paging.js";
import { openRange, type TimeBound, type TimeRange } from "../../platform/time-range.js";
import { findCourses } from "../course/course.repository.js";
import type { Course } from "../course/course.js";
import { planResults, type ResultPlan } from "./plan-results.js";
import type { ResultFilter } from "./result-filter.js";
import {
  findChildrenOfResults,
  findCorrectionsOfResults,
  resultFromRaw,
  RESULT_COLUMNS,
  type RawResult,
} from "./result.repository.js";
import { scopeOfResults } from "./result-scope.js";
import type { Result, ResultCorrection, ResultOrder } from "./result.js";

/** Which results to read, and in which order. */
export interface ResultsQuery {
  readonly organizationId: string;
  readonly filter?: ResultFilter | null;
  readonly orderBy?: { readonly field: ResultOrder; readonly direction?: OrderDirection | null } | null;
  readonly page: PageArgs;
  /** Whether to read the users of all results of the page. The resolver checks the permission to see them. */
  readonly withUsers?: boolean;
  /** Whether to read the courses of all results of the page. */
  readonly withCourses?: boolean;
  /** Whether to read, for each module's result on the page, the results of the module's courses. */
  readonly withChildren?: boolean;
  /** Whether to read the corrections of all results of the page. */
  readonly withCorrections?: boolean;
}

/** A result of the list, with the related data that the query asks for. */
export interface ListedResult extends Result {
  /** `null` for a user who left the organization. */
  readonly knownUser?: Member | null | undefined;
  readonly knownCourse?: Course | undefined;
  readonly knownChildren?: readonly ListedResult[] | undefined;
  readonly knownCorrections?: readonly ResultCorrection[] | undefined;
}

type Column = Omit<KeysetColumn<RawResult>, "direction">;

const COMPLETED_AT: Column = { column: "r.completed_at", kind: "time", read: (raw) => toDate(raw.completed_at) };
const ID: Column = { column: "r.id", kind: "text", read: (raw) => raw.id };

/**
 * One page of an organization's results: of everyone, of a manager's team, or of the caller alone. The latest come first
 * if the query names no order.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor, unknown answers or an empty time
 *   range
 */
export async function listResults({ reader }: Store, caller: Caller, query: ResultsQuery): Promise<Page<ListedResult>> {
  const { organizationId, filter, orderBy } = query;
  const plan = await planFor(reader, caller, organizationId, filter ?? {}, "filter.");
  const found = await pageOf(reader, plan, query.page, orderBy == null ? "DESC" : (orderBy.direction ?? "ASC"));
  const ids = found.rows.map(({ id }) => id);
  const modules = found.rows.filter(({ kind }) => kind === "MODULE").map(({ id }) => id);
  const children = query.withChildren ? await findChildrenOfResults(reader, modules) : null;
  const corrections = query.withCorrections ? await findCorrectionsOfResults(reader, ids) : null;
  const results = [...found.rows.map(resultFromRaw), ...(children === null ? [] : [...children.values()].flat())];
  const users = query.withUsers ? await findUsers(reader, caller, organizationId, results) : null;
  const courses = query.withCourses
    ? await findCourses(reader, null, [...new Set(results.map(({ courseId }) => courseId))])
    : null;
  const describe = (result: Result): ListedResult => ({
    ...result,
    knownUser: users === null ? undefined : (users.get(result.userId) ?? null),
    knownCourse: courses?.get(result.courseId),
  });
  return toPage(found, (raw) => ({
    ...describe(resultFromRaw(raw)),
    knownChildren: children === null ? undefined : (children.get(raw.id) ?? []).map(describe),
    knownCorrections: corrections?.get(raw.id),
  }));
}

/**
 * One page of a user's results in an organization; empty if the caller sees no results there.
 *
 * @throws INVALID_INPUT for a broken cursor
 */
export async function listResultsOfUser(
  store: Store,
  caller: Caller,
  userId: string,
  query: Omit<ResultsQuery, "filter" | "orderBy">,
): Promise<Page<ListedResult>> {
  const { organizationId } = query;
  const isPersonThere = caller.kind === "PERSON" && caller.organizationId === organizationId;
  if (!isPersonThere && !holds(caller, organizationId, "TRAINING_READ")) return emptyPage();
  return await listResults(store, caller, { ...query, filter: { userIds: [userId] } });
}

async function findUsers(
  reader: Reader,
  caller: Caller,
  organizationId: string,
  results: readonly Result[],
): Promise<ReadonlyMap<string, Member>> {
  const userIds = [...new Set(results.map(({ userId }) => userId))];
  const members = await findMembers(
    reader,
    caller,
    userIds.map((userId) => ({ organizationId, userId })),
  );
  return new Map(members.map((member) => [member.id, member]));
}

/**
 * Plans how to read the results that a caller may see. One plan serves all pages.
 *
 * @param inputPath the prefix of the filter's fields in errors
 */
export async function planFor(
  reader: Reader,
  caller: Caller,
  organizationId: string,
  filter: ResultFilter,
  inputPath: "" | "filter.",
): Promise<ResultPlan> {
  const scope = scopeOfResults(caller, organizationId);
  // A caller could learn who is in a group by filtering on it.
  if ((filter.groupIds ?? []).length > 0) requirePermission(caller, organizationId, "GROUPS_READ");
  const range = await findRange(reader, organizationId, filter, `${inputPath}to`);
  return await planResults(reader, organizationId, scope, filter, range, `${inputPath}answers`);
}

/** The instants of a time range. Reads the organization's time zone only if a bound depends on the zone. */
export async function findRange(
  reader: Reader,
  organizationId: string,
  bounds: { readonly from?: TimeBound | null; readonly to?: TimeBound | null },
  path: string,
): Promise<TimeRange> {
  const dependsOnZone = [bounds.from, bounds.to].some((bound) => bound != null && bound.kind !== "MOMENT");
  const organization = dependsOnZone ? await findOrganization(reader, null, organizationId) : null;
  if (dependsOnZone && organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
  const check = new InputCheck();
  const range = openRange(bounds, organization?.timeZone ?? "UTC", check, path);
  check.finish();
  return range;
}

/** One page of a plan's results. */
export async function pageOf(
  reader: Reader,
  { where, readRows }: ResultPlan,
  args: PageArgs,
  direction: OrderDirection,
): Promise<RowPage<RawResult>> {
  return await pageByKeyset<RawResult>({
    reader,
    select: RESULT_COLUMNS,
    from: "training_result r",
    where,
    order: [
      { ...COMPLETED_AT, direction },
      { ...ID, direction },
    ],
    args,
    readRows,
  });
}
