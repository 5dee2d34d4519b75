/**
 * Averages, pass rates and counts of an organization's results: in total, by course or by month. A figure from fewer people
 * than the policy `groupResultsMinimum` is withheld.
 */
import { requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import type { Reader } from "../../platform/database/database.js";
import { toDate } from "../../platform/database/values.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { joinConditions, type Condition } from "../../platform/graphql/keyset.js";
import { openRange, type TimeRange } from "../../platform/time-range.js";
import { calendarDayAt, openZone, startOfDay } from "../../platform/time-zone.js";
import { among, useIndex } from "../sql.js";
import { figuresOf, joinResults, SUMS, SUMS_OF_A_PERSON, type Figures, type Sum } from "./figures.js";
import type { ResultFilter } from "./result-filter.js";
import { setsOfPeople } from "./result-people.js";
import { scopeOfResults } from "./result-scope.js";

/** How the figures are divided into lines. */
const FIGURES_BY = ["ALL", "COURSE", "MONTH"] as const;
export type FiguresBy = (typeof FIGURES_BY)[number];

/** The most months in one answer. */
export const MOST_MONTHS = 60;

export interface ResultFiguresQuery {
  readonly organizationId: string;
  readonly by: FiguresBy;
  readonly filter?: Pick<ResultFilter, "from" | "to" | "courseIds" | "groupIds" | "answers"> | null;
}

export interface ResultFigures {
  /** The least number of people that a figure needs. */
  readonly minimumPeople: number;
  readonly lines: readonly ResultFiguresLine[];
}

/** Figures of all results, of one course, or of one month. */
export interface ResultFiguresLine extends Figures {
  readonly courseId: string | null;
  /** `2026-10`, in the organization's time zone. */
  readonly month: string | null;
}

/** A month and the instant at which the next one begins. */
interface Month {
  readonly name: string;
  readonly end: Date;
}

/**
 * The figures of an organization for callers who see all results, and of the team for a manager.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for unknown answers, an empty time range, and by MONTH
 *   for a range without a beginning or with too many months
 */
export async function readResultFigures(
  { reader }: Store,
  caller: Caller,
  { organizationId, by, filter }: ResultFiguresQuery,
): Promise<ResultFigures> {
  const given = filter ?? {};
  const scope = scopeOfResults(caller, organizationId);
  if (scope.kind === "SELF") throw new Failure(FORBIDDEN, { permission: "TEAM_TRAINING_READ" });
  // A caller could learn who is in a group by filtering on it.
  if ((given.groupIds ?? []).length > 0) requirePermission(caller, organizationId, "GROUPS_READ");
  const organization = await findOrganization(reader, organizationId, organizationId);
  if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
  const { timeZone, policies } = organization;
  const check = new InputCheck();
  const range = openRange(given, timeZone, check, "filter.to");
  if (by === "MONTH" && range.from === null) check.add("filter.from", "REQUIRED", "is required for figures by MONTH");
  check.finish();
  const months = by === "MONTH" ? await findMonths(reader, organizationId, range, timeZone) : [];
  const minimumPeople = policies.groupResultsMinimum;
  if (by === "MONTH" && months.length === 0) return { minimumPeople, lines: [] };

  const sets = await setsOfPeople(reader, organizationId, scope, given, "filter.answers");
  const courses = [...new Set(given.courseIds)];
  const [first, ...others] = sets;
  const probes = others.map(({ probe }) => probe("s.user_id"));
  const people: Condition =
    first === undefined
      ? { sql: "", parameters: [] }
      : {
          sql: `(SELECT DISTINCT s.user_id FROM (${first.source.sql}) s
                 ${probes.length === 0 ? "" : `WHERE ${probes.map(({ sql }) => sql).join(" AND ")}`}) m`,
          parameters: [...first.source.parameters, ...probes.flatMap(({ parameters }) => parameters)],
        };
  const index = courses.length === 0 ? "ix_training_result_completed" : "ix_training_result_course";
  const from =
    first === undefined
      ? `training_result r ${useIndex(reader.dialect, index)}`
      : `${people.sql} ${joinResults(reader.dialect)}`;
  const conditions: readonly Condition[] = [
    { sql: "r.organization_id = ?", parameters: [organizationId] },
    // A module's result comes from its courses' results, which would count twice.
    ...(courses.length > 0 ? [among("r.course_id", courses)] : []),
    ...(courses.length === 0 && by !== "COURSE" ? [{ sql: "r.kind = 'COURSE'", parameters: [] }] : []),
    ...(range.from === null ? [] : [{ sql: "r.completed_at >= ?", parameters: [range.from] }]),
    ...(range.until === null ? [] : [{ sql: "r.completed_at < ?", parameters: [range.until] }]),
  ];
  const where = conditions.reduce(joinConditions);
  const part = partOf(by, months);
  const sums = await reader.rows<Sum & { part: string | number }>(
    `SELECT p.part, ${SUMS}
       FROM (SELECT ${part.sql} AS part, r.user_id, ${SUMS_OF_A_PERSON}
               FROM ${from} WHERE ${where.sql} GROUP BY part, r.user_id) p
      GROUP BY p.part ORDER BY p.part`,
    [...part.parameters, ...people.parameters, ...where.parameters],
  );
  return {
    minimumPeople,
    lines: sums.map((sum) => ({
      courseId: by === "COURSE" ? String(sum.part) : null,
      month: by === "MONTH" ? (months[Number(sum.part)]?.name ?? null) : null,
      ...figuresOf(sum, minimumPeople),
    })),
  };
}

/** The SQL that computes to which line of the answer a result belongs. */
function partOf(by: FiguresBy, months: readonly Month[]): Condition {
  switch (by) {
    case "ALL":
      return { sql: "0", parameters: [] };
    case "COURSE":
      return { sql: "r.course_id", parameters: [] };
    case "MONTH":
      return {
        sql: `CASE ${months.map((_, place) => `WHEN r.completed_at < ? THEN ${place}`).join(" ")} END`,
        parameters: months.map(({ end }) => end),
      };
  }
}

/** The months from the beginning of a range to the month of the last result in it. */
async function findMonths(
  reader: Reader,
  organizationId: string,
  { from, until }: TimeRange,
  timeZone: string,
): Promise<readonly Month[]> {
  const last = await reader.row<{ completed_at: unknown }>(
    `SELECT r.completed_at FROM training_result r ${useIndex(reader.dialect, "ix_training_result_completed")}
      WHERE r.organization_id = ? ${until === null ? "" : "AND r.completed_at < ?"} ORDER BY r.completed_at DESC LIMIT 1`,
    until === null ? [organizationId] : [organizationId, until],
  );
  if (from === null || last === undefined) return [];
  const end = toDate(last.completed_at);
  const zone = openZone(timeZone);
  const { year, month } = calendarDayAt(from, zone);
  const months: Month[] = [];
  for (let place = 0; place === 0 || (months.at(-1)?.end ?? end) <= end; place += 1) {
    if (place === MOST_MONTHS) {
      const check = new InputCheck();
      check.add(
        "filter.from",
        "INVALID",
        `must be at most ${MOST_MONTHS} months before the last result; move it, or set "to" as well`,
      );
      check.finish();
    }
    const shown = new Date(Date.UTC(year, month - 1 + place, 1));
    months.push({
      name: shown.toISOString().slice(0, 7),
      end: startOfDay({ year, month: month + place + 1, day: 1 }, zone),
    });
  }
  return months;
}
