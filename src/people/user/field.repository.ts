/** Reading and writing the values that sources gave for a person's fields. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { insertRows } from "../../platform/database/statements.js";
import { toDate } from "../../platform/database/values.js";
import type { FieldName, FieldSource, FieldValue, FieldWrites } from "./field.js";

/** Every value of several users, by user. */
export async function findFieldsOfUsers(
  reader: Reader,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly FieldValue[]>> {
  const byUser = new Map<string, FieldValue[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const raws = await reader.rows<{
    user_id: string;
    field: string;
    source: string;
    source_id: string | null;
    value: string;
    given_at: unknown;
  }>(
    `SELECT user_id, field, source, source_id, value, given_at FROM user_field
      WHERE user_id IN (${userIds.map(() => "?").join(", ")})`,
    userIds,
  );
  for (const raw of raws)
    byUser.get(raw.user_id)?.push({
      field: raw.field as FieldName,
      source: raw.source as FieldSource,
      sourceId: raw.source_id,
      value: raw.value,
      givenAt: toDate(raw.given_at),
    });
  return byUser;
}

/** Every value of one user. */
export async function findFieldsOf(reader: Reader, userId: string): Promise<readonly FieldValue[]> {
  return (await findFieldsOfUsers(reader, [userId])).get(userId) ?? [];
}

/** Writes what was planned, and nothing that is there already. */
export async function writeFields(unit: UnitOfWork, userId: string, { put, remove }: FieldWrites): Promise<void> {
  for (const { field, source } of [...remove, ...put])
    await unit.execute("DELETE FROM user_field WHERE user_id = ? AND field = ? AND source = ?", [
      userId,
      field,
      source,
    ]);
  await insertRows(
    unit,
    "user_field",
    ["user_id", "field", "source", "source_id", "value", "given_at"],
    put.map(({ field, source, sourceId, value, givenAt }) => [userId, field, source, sourceId, value, givenAt]),
  );
}
