/** Reads and writes the values that sources give for a person's fields. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import type { Reader } from "../../../platform/database/database.js";
import { insertRows, placeholders } from "../../../platform/database/statements.js";
import { toDate } from "../../../platform/database/values.js";
import type { Condition } from "../../../platform/graphql/keyset.js";
import type { FieldSource, FieldValue, FieldWrites } from "./field.js";
import type { FieldName } from "./field-name.js";
import { accountsIn, type AccountScope } from "../user.access.js";

/** Every value of the users whose accounts are in the scope, by user. */
export async function findFieldsOfUsers(
  reader: Reader,
  scope: AccountScope,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly FieldValue[]>> {
  if (userIds.length === 0) return new Map();
  const accounts = accountsIn(scope);
  const raws = await reader.rows<Raw>(
    `SELECT ${COLUMNS} FROM user_field f JOIN app_user u ON u.id = f.user_id
      WHERE f.user_id IN (${placeholders(userIds)}) AND ${accounts.sql}`,
    [...userIds, ...accounts.parameters],
  );
  return groupByUser(raws, userIds);
}

/**
 * Every value that sources gave for the e-mail address of several users, by user.
 *
 * @param accounts a statement that selects the users' ids as `id`
 */
export async function findEmailsOf(
  reader: Reader,
  accounts: Condition,
): Promise<ReadonlyMap<string, readonly FieldValue[]>> {
  const raws = await reader.rows<Raw>(
    `SELECT ${COLUMNS} FROM (${accounts.sql}) a JOIN user_field f ON f.user_id = a.id WHERE f.field = 'email'`,
    accounts.parameters,
  );
  return groupByUser(raws, []);
}

interface Raw {
  user_id: string;
  field: string;
  source: string;
  source_id: string | null;
  value: string;
  given_at: unknown;
}

const COLUMNS = "f.user_id, f.field, f.source, f.source_id, f.value, f.given_at";

function groupByUser(raws: readonly Raw[], userIds: readonly string[]): ReadonlyMap<string, readonly FieldValue[]> {
  const byUser = new Map<string, FieldValue[]>(userIds.map((id) => [id, []]));
  for (const raw of raws) {
    const values = byUser.get(raw.user_id) ?? [];
    values.push({
      field: raw.field as FieldName,
      source: raw.source as FieldSource,
      sourceId: raw.source_id,
      value: raw.value,
      givenAt: toDate(raw.given_at),
    });
    byUser.set(raw.user_id, values);
  }
  return byUser;
}

/** Every value of one user. */
export async function findFieldsOf(reader: Reader, userId: string): Promise<readonly FieldValue[]> {
  return (await findFieldsOfUsers(reader, null, [userId])).get(userId) ?? [];
}

/** Writes the planned changes of a user's values. */
export async function writeFields(unit: UnitOfWork, userId: string, { put, remove }: FieldWrites): Promise<void> {
  const replaced = [...remove, ...put];
  if (replaced.length > 0)
    await unit.execute(
      `DELETE FROM user_field WHERE user_id = ? AND (${replaced.map(() => "(field = ? AND source = ?)").join(" OR ")})`,
      [userId, ...replaced.flatMap(({ field, source }) => [field, source])],
    );
  await insertFields(unit, userId, put);
}

/** Stores values that the user does not have yet. */
export async function insertFields(unit: UnitOfWork, userId: string, values: readonly FieldValue[]): Promise<void> {
  await insertRows(
    unit,
    "user_field",
    ["user_id", "field", "source", "source_id", "value", "given_at"],
    values.map(({ field, source, sourceId, value, givenAt }) => [userId, field, source, sourceId, value, givenAt]),
  );
}
