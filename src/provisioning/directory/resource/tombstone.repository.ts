/** Reads and writes tombstones: the users that a directory deleted. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { sha256Hex } from "../../../platform/crypto/tokens.js";
import type { Reader } from "../../../platform/database/database.js";
import { foldCase } from "../../../platform/text.js";
import { TombstoneRow } from "./resource.row.js";

/** A user that a directory deletes. */
export interface RemovedUser {
  readonly directoryId: string;
  readonly resourceId: string;
  /** `null` if the account is deleted, too. */
  readonly userId: string | null;
  readonly email: string;
}

/** Keeps a tombstone in place of a resource. Call it before the resource is deleted, whose hashes it copies. */
export async function insertTombstone(
  unit: UnitOfWork,
  { directoryId, resourceId, userId, email }: RemovedUser,
): Promise<void> {
  const names = await unit.row<{ name_hash: string; external_hash: string | null }>(
    "SELECT name_hash, external_hash FROM directory_resource WHERE id = ?",
    [resourceId],
  );
  if (names === undefined) throw new Error(`the resource ${resourceId} was deleted before its tombstone was made`);
  await unit.manager.insert(TombstoneRow, {
    id: uuidv7(),
    directoryId,
    userId,
    nameHash: names.name_hash,
    externalHash: names.external_hash,
    emailHash: sha256Hex(foldCase(email)),
    removedAt: unit.now,
  });
}

/** The names under which a directory provides a user. */
export interface DirectoryNames {
  readonly nameKey: string;
  readonly externalId: string | null;
}

/**
 * The account of the last user that a directory deleted under the same external id, or if there is none, under the same name.
 * A name does not count if both have an external id and they differ: the provider then gave the name to a different person.
 */
export async function findRemovedUser(
  reader: Reader,
  directoryId: string,
  { nameKey, externalId }: DirectoryNames,
): Promise<string | null> {
  const externalHash = externalId === null ? null : sha256Hex(externalId);
  const row = await reader.row<{ user_id: string }>(
    `SELECT t.user_id FROM directory_tombstone t
      WHERE t.directory_id = ? AND t.user_id IS NOT NULL
        AND (t.external_hash = ? OR (t.name_hash = ? AND (t.external_hash IS NULL OR ? IS NULL)))
      ORDER BY CASE WHEN t.external_hash = ? THEN 0 ELSE 1 END, t.removed_at DESC, t.id DESC LIMIT 1`,
    [directoryId, externalHash, sha256Hex(nameKey), externalHash, externalHash],
  );
  return row?.user_id ?? null;
}

/** Deletes the tombstones of a user when the directory provides the user again. */
export async function deleteTombstones(
  unit: UnitOfWork,
  directoryId: string,
  names: DirectoryNames,
  userId: string,
): Promise<void> {
  await unit.execute(
    "DELETE FROM directory_tombstone WHERE directory_id = ? AND (user_id = ? OR name_hash = ? OR external_hash = ?)",
    [directoryId, userId, sha256Hex(names.nameKey), names.externalId === null ? null : sha256Hex(names.externalId)],
  );
}
