/** The baseline: the plain driver, hand-written queries, and JSON.stringify. */
import type { TestDatabase } from "../../test/support/database.js";
import { openPlainDriver, type PlainValue } from "../plain-driver.js";
import { placeholders } from "../../src/platform/database/statements.js";

/** A page of the latest results, or a group's figures. Each returns how many rows it found. */
export interface PlainDriver {
  readonly page: (organizationId: string) => Promise<number>;
  readonly group: (organizationId: string, groupId: string) => Promise<number>;
  readonly course: (organizationId: string, courseId: string) => Promise<number>;
  readonly passed: (organizationId: string) => Promise<number>;
  /** The figures by the index of times or of people. Which one a database chooses depends on its statistics. */
  readonly averages: (by: "time" | "person", of: AveragesOf) => Promise<number>;
  readonly close: () => Promise<void>;
}

export interface AveragesOf {
  readonly organizationId: string;
  readonly groupId: string;
  /** In the databases' form of times. */
  readonly from: string;
  readonly until: string;
}

const COLUMNS = `r.id, r.user_id, r.course_id, r.kind, r.attempt, r.score, r.maximum, r.percent, r.pass_rate, r.passed,
  r.started_at, r.completed_at`;
const ORDER = "ORDER BY r.completed_at DESC, r.id DESC LIMIT 100";

/** The figures of `groupResults` as a hand-written query. */
const FIGURES = `r.course_id, COUNT(*) AS results, COUNT(DISTINCT r.user_id) AS people, AVG(r.percent) AS average_percent,
  COUNT(DISTINCT CASE WHEN r.percent IS NOT NULL THEN r.user_id END) AS people_scored,
  COUNT(DISTINCT CASE WHEN r.passed IS NOT NULL THEN r.user_id END) AS people_decided,
  AVG(r.passed) AS pass_rate, SUM(r.passed) AS passed, COUNT(r.passed) - SUM(r.passed) AS failed`;

export async function openDriver(database: TestDatabase): Promise<PlainDriver> {
  const { run, close } = await openPlainDriver(database);
  const using = (index: string) => (database.dialect === "sqlite" ? `INDEXED BY ${index}` : `FORCE INDEX (${index})`);
  const among = (values: readonly unknown[]) => `IN (${placeholders(values)})`;
  const read = async (sql: string, parameters: readonly PlainValue[]): Promise<number> => {
    const results = await run<{ user_id: string; course_id: string }>(sql, parameters);
    const userIds = [...new Set(results.map(({ user_id: id }) => id))];
    const courseIds = [...new Set(results.map(({ course_id: id }) => id))];
    const users = await run(
      `SELECT u.id, u.email, u.first_name, u.last_name FROM app_user u WHERE u.id ${among(userIds)}`,
      userIds,
    );
    const courses = await run(`SELECT c.id, c.title FROM course c WHERE c.id ${among(courseIds)}`, courseIds);
    JSON.stringify({ results, users, courses });
    return results.length;
  };
  const select = (index: string) =>
    `SELECT ${COLUMNS} FROM training_result r ${using(index)} WHERE r.organization_id = ?`;
  const members = "(SELECT gm.user_id FROM group_member gm WHERE gm.group_id = ?)";
  return {
    page: (organizationId) => read(`${select("ix_training_result_completed")} ${ORDER}`, [organizationId]),
    group: (organizationId, groupId) =>
      read(
        `${select("ix_training_result_completed")}
            AND EXISTS (SELECT 1 FROM group_member gm WHERE gm.group_id = ? AND gm.user_id = r.user_id) ${ORDER}`,
        [organizationId, groupId],
      ),
    course: (organizationId, courseId) =>
      read(`${select("ix_training_result_course")} AND r.course_id = ? ${ORDER}`, [organizationId, courseId]),
    passed: (organizationId) =>
      read(`${select("ix_training_result_passed")} AND r.passed = 1 ${ORDER}`, [organizationId]),
    averages: async (by, { organizationId, groupId, from, until }) => {
      const index = by === "time" ? "ix_training_result_completed" : "ix_training_result_user";
      const figures = await run(
        `SELECT ${FIGURES} FROM training_result r ${using(index)}
          WHERE r.organization_id = ? AND r.user_id IN ${members} AND r.completed_at >= ? AND r.completed_at < ?
          GROUP BY r.course_id`,
        [organizationId, groupId, from, until],
      );
      JSON.stringify(figures);
      return figures.length;
    },
    close,
  };
}
