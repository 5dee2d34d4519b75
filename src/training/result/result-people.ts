/**
 * Sets of people whose results a query reads: members of groups, people with an answer, a manager's team. Each set has two
 * forms: a *source* reads its people from an index, a *probe* checks one person at a time.
 */
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { InputCheck } from "../../platform/errors/input.js";
import type { Condition } from "../../platform/graphql/keyset.js";
import type { ResultFilter } from "./result-filter.js";
import type { ResultScope } from "./result-scope.js";

export interface SetOfPeople {
  /** A query for `user_id`, with one row or more for each person. */
  readonly source: Condition;
  /** A condition on a column with a user's id. The column becomes part of the SQL, so it must never come from a caller. */
  readonly probe: (column: string) => Condition;
}

/**
 * The sets that a person must be in for the query to read their results. Usually small sets come first. No set means
 * everyone.
 *
 * @throws INVALID_INPUT for answers that the organization does not have
 */
export async function setsOfPeople(
  reader: Reader,
  organizationId: string,
  scope: ResultScope,
  { userIds, answers, groupIds }: ResultFilter,
  pathOfAnswers: string,
): Promise<readonly SetOfPeople[]> {
  return [
    ...(scope.kind === "SELF" ? [namedPeople([scope.userId])] : []),
    ...(isGiven(userIds) ? [namedPeople([...new Set(userIds)])] : []),
    ...(isGiven(answers) ? await peopleWhoAnswered(reader, organizationId, [...new Set(answers)], pathOfAnswers) : []),
    ...(isGiven(groupIds) ? [membersOf(organizationId, [...new Set(groupIds)])] : []),
    ...(scope.kind === "TEAM" ? [teamOf(organizationId, scope.userId)] : []),
  ];
}

function isGiven<Value>(values: readonly Value[] | null | undefined): values is readonly Value[] {
  return values != null && values.length > 0;
}

/**
 * The people who are in all sets; `null` if there are more than `few`.
 *
 * @param sets at least one
 */
export async function findPeople(
  reader: Reader,
  sets: readonly SetOfPeople[],
  few: number,
): Promise<readonly string[] | null> {
  const [first, ...others] = sets;
  if (first === undefined) return null;
  const probes = others.map(({ probe }) => probe("s.user_id"));
  const rows = await reader.rows<{ user_id: string }>(
    `SELECT DISTINCT s.user_id FROM (${first.source.sql}) s
      ${probes.length === 0 ? "" : `WHERE ${probes.map(({ sql }) => sql).join(" AND ")}`} LIMIT ${few + 1}`,
    [...first.source.parameters, ...probes.flatMap(({ parameters }) => parameters)],
  );
  return rows.length > few ? null : rows.map((row) => row.user_id);
}

/**
 * Whether a query has a row. `LIMIT` keeps MariaDB from turning a probe into a join that begins with every person who
 * satisfies the probe.
 */
function exists(query: string): string {
  return `(${query} LIMIT 1) IS NOT NULL`;
}

function namedPeople(userIds: readonly string[]): SetOfPeople {
  const among = `IN (${placeholders(userIds)})`;
  return {
    source: { sql: `SELECT u.id AS user_id FROM app_user u WHERE u.id ${among}`, parameters: userIds },
    probe: (column) => ({ sql: `${column} ${among}`, parameters: userIds }),
  };
}

function membersOf(organizationId: string, groupIds: readonly string[]): SetOfPeople {
  const query = `SELECT gm.user_id FROM group_member gm JOIN user_group g ON g.id = gm.group_id
    WHERE g.organization_id = ? AND g.id IN (${placeholders(groupIds)})`;
  const parameters = [organizationId, ...groupIds];
  return {
    source: { sql: query, parameters },
    probe: (column) => ({ sql: exists(`${query} AND gm.user_id = ${column}`), parameters }),
  };
}

/** One set for each question: the people who gave one of the wanted answers. */
async function peopleWhoAnswered(
  reader: Reader,
  organizationId: string,
  answerIds: readonly string[],
  path: string,
): Promise<readonly SetOfPeople[]> {
  const rows = await reader.rows<{ id: string; filter_id: string }>(
    `SELECT a.id, a.filter_id FROM filter_answer a JOIN filter f ON f.id = a.filter_id
      WHERE a.id IN (${placeholders(answerIds)}) AND f.organization_id = ?`,
    [...answerIds, organizationId],
  );
  if (rows.length < answerIds.length) {
    const check = new InputCheck();
    check.add(path, "UNKNOWN", "must name answers to the organization's filters");
    check.finish();
  }
  const answersByQuestion = new Map<string, string[]>();
  for (const { id, filter_id: question } of rows)
    answersByQuestion.set(question, [...(answersByQuestion.get(question) ?? []), id]);
  return [...answersByQuestion].map(([question, answers]) => {
    const query = `SELECT ua.user_id FROM user_answer ua
      WHERE ua.organization_id = ? AND ua.filter_id = ? AND ua.answer_id IN (${placeholders(answers)})`;
    const parameters = [organizationId, question, ...answers];
    return {
      source: { sql: query, parameters },
      probe: (column) => ({ sql: exists(`${query} AND ua.user_id = ${column}`), parameters }),
    };
  });
}

/**
 * The team of a manager: the members of the groups that they manage in the organization, the people of this home
 * organization who report to them, and the manager.
 */
function teamOf(organizationId: string, managerId: string): SetOfPeople {
  const inGroups = `SELECT gm.user_id FROM group_manager mg JOIN user_group g ON g.id = mg.group_id
    JOIN group_member gm ON gm.group_id = mg.group_id WHERE mg.user_id = ? AND g.organization_id = ?`;
  const reporting = "SELECT u.id AS user_id FROM app_user u WHERE u.manager_user_id = ? AND u.home_organization_id = ?";
  const parameters = [managerId, organizationId, managerId, organizationId, managerId];
  return {
    source: { sql: `${inGroups} UNION ${reporting} UNION SELECT u.id FROM app_user u WHERE u.id = ?`, parameters },
    probe: (column) => ({
      sql: `(${exists(`${inGroups} AND gm.user_id = ${column}`)} OR ${exists(`${reporting} AND u.id = ${column}`)} OR ${column} = ?)`,
      parameters,
    }),
  };
}
