/** Reads and writes the tokens of directories. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { issueToken } from "../../../platform/crypto/tokens.js";
import type { Reader } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";
import { toDate, toDateOrNull } from "../../../platform/database/values.js";
import { DIRECTORY_TOKEN_PREFIX, type Directory, type DirectoryToken } from "./directory.js";
import { DIRECTORY_COLUMNS, directoryFromRaw, type RawDirectory } from "./directory.repository.js";
import { DirectoryTokenRow } from "./directory.row.js";

/** Stores a new token and returns its text, which is not stored. */
export async function addToken(unit: UnitOfWork, directoryId: string): Promise<string> {
  const { token, hash } = issueToken(DIRECTORY_TOKEN_PREFIX);
  const row = { id: uuidv7(), directoryId, tokenHash: hash, createdAt: unit.now, expiresAt: null };
  await unit.manager.insert(DirectoryTokenRow, row);
  return token;
}

/** Lets the newest token expire, and deletes the tokens that an earlier rotation replaced. */
export async function expireTokens(unit: UnitOfWork, directoryId: string, expiresAt: Date): Promise<void> {
  await unit.execute("DELETE FROM directory_token WHERE directory_id = ? AND expires_at IS NOT NULL", [directoryId]);
  await unit.execute("UPDATE directory_token SET expires_at = ? WHERE directory_id = ?", [expiresAt, directoryId]);
}

/** The directory of a token that has not expired; `null` for every other text. */
export async function findDirectoryOfToken(reader: Reader, tokenHash: string, now: Date): Promise<Directory | null> {
  const raw = await reader.row<RawDirectory>(
    `SELECT ${DIRECTORY_COLUMNS} FROM directory_token t JOIN provisioning_directory d ON d.id = t.directory_id
      WHERE t.token_hash = ? AND (t.expires_at IS NULL OR t.expires_at > ?)`,
    [tokenHash, now],
  );
  return raw ? directoryFromRaw(raw) : null;
}

/** The tokens of several directories that have not expired, the newest first, by directory. */
export async function findTokensOf(
  reader: Reader,
  directoryIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, readonly DirectoryToken[]>> {
  const byDirectory = new Map<string, DirectoryToken[]>(directoryIds.map((id) => [id, []]));
  if (directoryIds.length === 0) return byDirectory;
  const raws = await reader.rows<{ id: string; directory_id: string; created_at: unknown; expires_at: unknown }>(
    `SELECT id, directory_id, created_at, expires_at FROM directory_token
      WHERE directory_id IN (${placeholders(directoryIds)}) AND (expires_at IS NULL OR expires_at > ?)
      ORDER BY created_at DESC, id DESC`,
    [...directoryIds, now],
  );
  for (const raw of raws)
    byDirectory.get(raw.directory_id)?.push({
      id: raw.id,
      createdAt: toDate(raw.created_at),
      expiresAt: toDateOrNull(raw.expires_at),
    });
  return byDirectory;
}
