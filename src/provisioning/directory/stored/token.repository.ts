/** Reads and writes the tokens of directories. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { issueToken, sha256Hex } from "../../../platform/crypto/tokens.js";
import type { Reader } from "../../../platform/database/database.js";
import { isDuplicateKey } from "../../../platform/database/driver-errors.js";
import { placeholders } from "../../../platform/database/statements.js";
import { toDate, toDateOrNull } from "../../../platform/database/values.js";
import { DIRECTORY_TOKEN_PREFIX, type Directory, type DirectoryToken } from "./directory.js";
import { DIRECTORY_COLUMNS, directoryFromRaw, type RawDirectory } from "./directory.repository.js";
import { DirectoryTokenRow } from "./directory.row.js";

/** Stores a new token and returns its text, which is not stored. */
export async function addToken(unit: UnitOfWork, directoryId: string): Promise<string> {
  const { token, hash } = issueToken(DIRECTORY_TOKEN_PREFIX);
  const row = { id: uuidv7(), directoryId, tokenHash: hash, createdAt: unit.now, expiresAt: null, assertionHash: null };
  await unit.manager.insert(DirectoryTokenRow, row);
  return token;
}

/** Lets the newest token expire, and deletes the tokens that an earlier rotation replaced. Access tokens stay. */
export async function expireTokens(unit: UnitOfWork, directoryId: string, expiresAt: Date): Promise<void> {
  await unit.execute(
    "DELETE FROM directory_token WHERE directory_id = ? AND expires_at IS NOT NULL AND assertion_hash IS NULL",
    [directoryId],
  );
  await unit.execute("UPDATE directory_token SET expires_at = ? WHERE directory_id = ? AND assertion_hash IS NULL", [
    expiresAt,
    directoryId,
  ]);
}

/**
 * How long an access token works. The row must outlive the token's assertion, so that Usher recognises a copy of the
 * assertion.
 */
export const ACCESS_TOKEN_SECONDS = 15 * 60;

/**
 * Stores an access token for an assertion, and deletes expired ones.
 *
 * @param assertionId the `jti` of the assertion
 * @returns the token's text; `null` if a token was given for the assertion before
 */
export async function addAccessToken(
  unit: UnitOfWork,
  directoryId: string,
  assertionId: string,
): Promise<string | null> {
  const lifetimeMilliseconds = ACCESS_TOKEN_SECONDS * 1_000;
  const now = unit.now.getTime();
  await unit.execute(
    "DELETE FROM directory_token WHERE directory_id = ? AND assertion_hash IS NOT NULL AND created_at <= ?",
    [directoryId, new Date(now - lifetimeMilliseconds)],
  );
  const { token, hash } = issueToken(DIRECTORY_TOKEN_PREFIX);
  try {
    await unit.manager.insert(DirectoryTokenRow, {
      id: uuidv7(),
      directoryId,
      tokenHash: hash,
      createdAt: unit.now,
      expiresAt: new Date(now + lifetimeMilliseconds),
      assertionHash: sha256Hex(assertionId),
    });
    return token;
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

/** Ends the access tokens of a directory. Their rows stay, so that no assertion is accepted again. */
export async function endAccessTokens(unit: UnitOfWork, directoryId: string): Promise<void> {
  await unit.execute(
    "UPDATE directory_token SET expires_at = ? WHERE directory_id = ? AND assertion_hash IS NOT NULL AND expires_at > ?",
    [unit.now, directoryId, unit.now],
  );
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
      WHERE directory_id IN (${placeholders(directoryIds)}) AND assertion_hash IS NULL
        AND (expires_at IS NULL OR expires_at > ?)
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
