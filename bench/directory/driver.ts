/** The baseline: the plain driver, hand-written queries, and JSON.stringify. */
import type { TestDatabase } from "../../test/support/database.js";
import { openPlainDriver } from "../plain-driver.js";
import { placeholders } from "../../src/platform/database/statements.js";

/** The same lists through the driver alone. Each returns how many users it found. */
export interface PlainDriver {
  readonly page: (organizationId: string) => Promise<number>;
  readonly search: (organizationId: string, word: string) => Promise<number>;
  readonly role: (organizationId: string, key: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

const COLUMNS = "u.id, u.email, u.first_name, u.last_name, u.full_name, u.status, u.auth_method, u.version";
const ORDER = "ORDER BY m.last_name_key, m.first_name_key, m.user_id LIMIT 100";

export async function openDriver(database: TestDatabase): Promise<PlainDriver> {
  const { run, close } = await openPlainDriver(database);
  const read = async (sql: string, parameters: readonly string[]): Promise<number> => {
    const users = await run<{ id: string }>(sql, parameters);
    const groups = await run(
      `SELECT DISTINCT m.user_id, g.id, g.name FROM group_member m JOIN user_group g ON g.id = m.group_id
        WHERE m.user_id IN (${placeholders(users)})`,
      users.map(({ id }) => id),
    );
    JSON.stringify({ users, groups });
    return users.length;
  };
  const from = (index: string) =>
    database.dialect === "sqlite"
      ? `membership m INDEXED BY ${index} CROSS JOIN app_user u ON u.id = m.user_id`
      : `membership m FORCE INDEX (${index}) STRAIGHT_JOIN app_user u ON u.id = m.user_id`;
  return {
    page: (organizationId) =>
      read(`SELECT ${COLUMNS} FROM ${from("ix_membership_last_name")} WHERE m.organization_id = ? ${ORDER}`, [
        organizationId,
      ]),
    search: (organizationId, word) =>
      read(
        `SELECT DISTINCT ${COLUMNS}, m.last_name_key, m.first_name_key, m.user_id FROM membership_term t
           JOIN membership m ON m.organization_id = t.organization_id AND m.user_id = t.user_id
           JOIN app_user u ON u.id = m.user_id
          WHERE t.organization_id = ? AND t.term >= ? AND t.term < ? ${ORDER}`,
        [organizationId, word, `${word}\u{10FFFF}`],
      ),
    role: (organizationId, key) =>
      read(
        `SELECT ${COLUMNS} FROM role r JOIN membership_role mr ON mr.role_id = r.id
           JOIN membership m ON m.organization_id = mr.organization_id AND m.user_id = mr.user_id
           JOIN app_user u ON u.id = m.user_id
          WHERE r.organization_id = ? AND r.role_key = ? ${ORDER}`,
        [organizationId, key],
      ),
    close,
  };
}
