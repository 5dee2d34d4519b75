/**
 * Plans how to read a page of results. For few people or few courses, the plan merges *streams*. A stream is the results
 * of one person or course (or of one person in one course), which an index has in order. The page is among the first
 * results of the streams. For many, the plan reads the index of all results in order and filters until the page is full.
 * Neither way reads more rows because an organization has more results.
 */
import type { Dialect, Reader, SqlValue } from "../../platform/database/database.js";
import { joinConditions, type Condition, type Seek } from "../../platform/graphql/keyset.js";
import type { TimeRange } from "../../platform/time-range.js";
import type { ResultFilter } from "./result-filter.js";
import { findPeople, setsOfPeople } from "./result-people.js";
import { RESULT_COLUMNS, type RawResult } from "./result.repository.js";
import type { ResultScope } from "./result-scope.js";
import { among, useIndex } from "../sql.js";

/** The most streams to merge. SQLite takes 500 queries in one union, and each stream reads as many rows as the page. */
const MOST_STREAMS = 200;
/**
 * The most parameters of the streams' further conditions, which every stream repeats. Two long lists would make half a
 * million parameters, and SQLite takes 32,766.
 */
const MOST_VALUES = 10_000;

/** How to read the results of a filter. */
export interface ResultPlan {
  /** The condition on the alias `r` that matches all results, for counts and averages. */
  readonly where: Condition;
  /** Reads the first results from a position on. */
  readonly readRows: (seek: Seek) => Promise<RawResult[]>;
}

/** The parts of an index to read: the columns after the organization, their values, and further conditions. */
interface Streams {
  readonly columns: readonly ("user_id" | "course_id")[];
  readonly keys: readonly (readonly string[])[];
  readonly rest: readonly Condition[];
  /** The index columns if many parts of an index are read at once and then sorted, instead of as streams. */
  readonly among?: Streams["columns"];
}

/**
 * Plans how to read the results of a filter.
 *
 * @param pathOfAnswers the path of the answers in the input, for errors
 * @throws INVALID_INPUT for answers that the organization does not have
 */
export async function planResults(
  reader: Reader,
  organizationId: string,
  scope: ResultScope,
  filter: ResultFilter,
  range: TimeRange,
  pathOfAnswers: string,
): Promise<ResultPlan> {
  const sets = await setsOfPeople(reader, organizationId, scope, filter, pathOfAnswers);
  const people = sets.length === 0 ? null : await findPeople(reader, sets, MOST_STREAMS);
  const courses = filter.courseIds == null || filter.courseIds.length === 0 ? null : [...new Set(filter.courseIds)];
  const always = conditionsOfAll(organizationId, filter, range);
  const ofPeople = people === null ? sets.map(({ probe }) => probe("r.user_id")) : [among("r.user_id", people)];
  const ofCourses = courses === null ? [] : [among("r.course_id", courses)];
  const streams = withoutRepetition(chooseStreams({ people, courses, ofPeople, ofCourses }), [
    ...ofPeople,
    ...ofCourses,
  ]);
  return {
    where: joinAll([...always, ...ofPeople, ...ofCourses]),
    readRows: async (stretch) =>
      streams.keys.length === 0
        ? []
        : await readStreams(
            reader,
            streams,
            always,
            indexFor(streams.among ?? streams.columns, filter.passed != null),
            stretch,
          ),
  };
}

/** The conditions on organization, time and outcome, which every index supports. */
function conditionsOfAll(
  organizationId: string,
  { passed }: ResultFilter,
  { from, until }: TimeRange,
): readonly Condition[] {
  const conditions: Condition[] = [{ sql: "r.organization_id = ?", parameters: [organizationId] }];
  if (passed != null) conditions.push({ sql: "r.passed = ?", parameters: [passed] });
  if (from !== null) conditions.push({ sql: "r.completed_at >= ?", parameters: [from] });
  if (until !== null) conditions.push({ sql: "r.completed_at < ?", parameters: [until] });
  return conditions;
}

function chooseStreams({
  people,
  courses,
  ofPeople,
  ofCourses,
}: {
  readonly people: readonly string[] | null;
  readonly courses: readonly string[] | null;
  readonly ofPeople: readonly Condition[];
  readonly ofCourses: readonly Condition[];
}): Streams {
  if (people !== null && courses !== null && people.length * courses.length <= MOST_STREAMS)
    return {
      columns: ["user_id", "course_id"],
      keys: people.flatMap((person) => courses.map((course) => [person, course])),
      rest: [],
    };
  const fewCourses = courses !== null && courses.length <= MOST_STREAMS;
  if (people !== null && !(fewCourses && courses.length < people.length))
    return { columns: ["user_id"], keys: people.map((person) => [person]), rest: ofCourses };
  if (fewCourses) return { columns: ["course_id"], keys: courses.map((course) => [course]), rest: ofPeople };
  return { columns: [], keys: [[]], rest: [...ofPeople, ...ofCourses] };
}

/** Replaces the streams by one read that is sorted afterwards, if the streams would repeat too many parameters. */
function withoutRepetition(streams: Streams, everything: readonly Condition[]): Streams {
  const values = streams.rest.reduce((sum, { parameters }) => sum + parameters.length, 0) * streams.keys.length;
  if (streams.keys.length < 2 || values <= MOST_VALUES) return streams;
  return { columns: [], keys: [[]], rest: everything, among: streams.columns };
}

/**
 * The index that has a stream's results in order. One person has few results in one course, so the index of these streams
 * leaves out the outcome.
 */
function indexFor(columns: Streams["columns"], byOutcome: boolean): string {
  switch (columns.join()) {
    case "user_id,course_id":
      return "ix_training_result_user_course";
    case "user_id":
      return byOutcome ? "ix_training_result_user_passed" : "ix_training_result_user";
    case "course_id":
      return byOutcome ? "ix_training_result_course_passed" : "ix_training_result_course";
    default:
      return byOutcome ? "ix_training_result_passed" : "ix_training_result_completed";
  }
}

async function readStreams(
  reader: Reader,
  { columns, keys, rest }: Streams,
  always: readonly Condition[],
  index: string,
  { beyond, orderBy, limit }: Seek,
): Promise<RawResult[]> {
  const from = `training_result r ${useIndex(reader.dialect, index)}`;
  const whereOf = (key: readonly string[]) =>
    joinAll([
      ...always,
      ...columns.map((column, place) => ({ sql: `r.${column} = ?`, parameters: [key[place] ?? ""] })),
      ...rest,
      ...(beyond === null ? [] : [beyond]),
    ]);
  const [only = [], ...others] = keys;
  if (others.length === 0) {
    const { sql, parameters } = whereOf(only);
    return await reader.rows<RawResult>(
      `SELECT ${RESULT_COLUMNS} FROM ${from} WHERE ${sql} ORDER BY ${orderBy} LIMIT ${limit}`,
      parameters,
    );
  }
  const wheres = keys.map(whereOf);
  const heads = wheres.map(({ sql }) =>
    inUnion(reader.dialect, `SELECT r.id, r.completed_at FROM ${from} WHERE ${sql} ORDER BY ${orderBy} LIMIT ${limit}`),
  );
  return await reader.rows<RawResult>(
    `SELECT ${RESULT_COLUMNS}
       FROM (SELECT r.id FROM (${heads.join(" UNION ALL ")}) r ORDER BY ${orderBy} LIMIT ${limit}) first_of_all
       JOIN training_result r ON r.id = first_of_all.id ORDER BY ${orderBy}`,
    wheres.flatMap(({ parameters }): readonly SqlValue[] => parameters),
  );
}

/** SQLite allows LIMIT in a part of a union only inside a subquery. */
function inUnion(dialect: Dialect, query: string): string {
  return dialect === "sqlite" ? `SELECT * FROM (${query})` : `(${query})`;
}

function joinAll(conditions: readonly Condition[]): Condition {
  return conditions.reduce(joinConditions);
}
