/**
 * How results are found. Results of few people, or of few courses, are the merger of *streams*: of each person or course
 * (or of each person in each course) an index has the results in their order, and the first of all are among the first
 * of each. Results of many are read along the order of all, and each is asked whether it belongs, until the page is
 * full. Neither way looks at more results where an organization has more of them.
 */
import type { Dialect, Reader, SqlValue } from "../../platform/database/database.js";
import { joinConditions, type Condition, type Seek } from "../../platform/graphql/keyset.js";
import type { TimeRange } from "../../platform/time-range.js";
import type { ResultFilter } from "./result-filter.js";
import { findPeople, setsOfPeople } from "./result-people.js";
import { RESULT_COLUMNS, type RawResult } from "./result.repository.js";
import type { ResultScope } from "./result-scope.js";
import { among, useIndex } from "../sql.js";

/** Streams that are merged at most: SQLite takes 500 queries in one, and each costs as many rows as the page has. */
const MOST_STREAMS = 200;
/**
 * Values that are asked for in streams at most, beside those that a stream begins with. Each stream asks for them again:
 * two lists that may be sent would make half a million, of which SQLite takes 32,766.
 */
const MOST_VALUES = 10_000;

/** How the results of a filter are found. */
export interface ResultPlan {
  /** All of its results, over the alias `r`: for counting and for averages. */
  readonly where: Condition;
  /** Its first results from somewhere on. */
  readonly readRows: (seek: Seek) => Promise<RawResult[]>;
}

/** What is read of an index: the columns that it begins with beside the organization, and what else is asked. */
interface Streams {
  readonly columns: readonly ("user_id" | "course_id")[];
  readonly keys: readonly (readonly string[])[];
  readonly rest: readonly Condition[];
  /** What the index begins with where not a stream of it is read but many of its parts, which are sorted then. */
  readonly among?: Streams["columns"];
}

/**
 * Decides how the results of a filter are found.
 *
 * @param pathOfAnswers where in the input the answers are
 * @throws INVALID_INPUT for answers that the organization does not know
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

/** Organization, time and outcome: every index can hold to them. */
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

/** Streams, unless they would repeat so many values that all of their results are better read together and sorted. */
function withoutRepetition(streams: Streams, everything: readonly Condition[]): Streams {
  const values = streams.rest.reduce((sum, { parameters }) => sum + parameters.length, 0) * streams.keys.length;
  if (streams.keys.length < 2 || values <= MOST_VALUES) return streams;
  return { columns: [], keys: [[]], rest: everything, among: streams.columns };
}

/** The index that has a stream in order. What one person did in one course is little: the outcome has no index there. */
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

/** SQLite lets a part of a union have no limit of its own, unless it hides it. */
function inUnion(dialect: Dialect, query: string): string {
  return dialect === "sqlite" ? `SELECT * FROM (${query})` : `(${query})`;
}

function joinAll(conditions: readonly Condition[]): Condition {
  return conditions.reduce(joinConditions);
}
