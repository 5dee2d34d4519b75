/** Finds what the directories that are linked to a connection say of a person who has not signed in through it yet. */
import { hasOwnLink } from "../../connection/identity/identity.repository.js";
import { findUsers } from "../../people/user/user.repository.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import type { Reader } from "../../platform/database/database.js";
import { foldCase } from "../../platform/text.js";
import type { DirectoryMatch } from "../decide-account.js";
import type { VerifiedPerson } from "../verified-person.js";
import type { SignInMatch } from "./stored/directory.js";

interface Linked {
  readonly id: string;
  readonly signInMatch: SignInMatch;
}

/** Asks the directories that are linked to the connection. A connection without one costs a single query. */
export async function findDirectoryMatch(reader: Reader, person: VerifiedPerson): Promise<DirectoryMatch> {
  const { connectionId, organizationId } = person;
  const linked = await reader.rows<Linked>(
    `SELECT id, sign_in_match AS signInMatch FROM provisioning_directory
      WHERE connection_id = ? AND organization_id = ? ORDER BY created_at, id`,
    [connectionId, organizationId],
  );
  for (const directory of linked) {
    const userIds = await findUserIds(reader, directory, person);
    if (userIds.length > 1) return { kind: "AMBIGUOUS" };
    const [userId] = userIds;
    const user = userId === undefined ? undefined : (await findUsers(reader, [userId])).get(userId);
    if (user !== undefined)
      return {
        kind: "USER",
        user,
        isExact: directory.signInMatch !== "EMAIL",
        isBound: await hasOwnLink(reader, connectionId, user.id),
      };
  }
  for (const { id } of linked) if (await isRemoved(reader, id, person)) return { kind: "REMOVED" };
  return { kind: "NONE" };
}

/** The accounts of those users of the directory that the person may be: at most two. */
async function findUserIds(
  reader: Reader,
  { id, signInMatch }: Linked,
  { profile }: VerifiedPerson,
): Promise<readonly string[]> {
  const { email, emailVerified } = profile;
  const keys = keysOf(profile);
  const read = async (sql: string, value: string) =>
    (await reader.rows<{ user_id: string }>(sql, [id, value])).map((row) => row.user_id);
  switch (signInMatch) {
    case "EXTERNAL_ID":
      return await read(
        "SELECT user_id FROM directory_resource WHERE directory_id = ? AND kind = 'USER' AND external_hash = ?",
        keys.externalHash,
      );
    case "USER_NAME":
      return await read(
        "SELECT user_id FROM directory_resource WHERE directory_id = ? AND kind = 'USER' AND name_hash = ?",
        keys.subjectHash,
      );
    case "EMAIL":
      if (email === null || emailVerified === false) return [];
      return await read(
        `SELECT r.user_id FROM directory_resource r
           JOIN provisioning_directory d ON d.id = r.directory_id
           JOIN app_user u ON u.id = r.user_id AND u.home_organization_id = d.organization_id
          WHERE r.directory_id = ? AND u.email_key = ? ORDER BY r.user_id LIMIT 2`,
        foldCase(email),
      );
  }
}

/** Whether the directory deleted a user with one of the person's names. An account that an administrator restored does not count. */
async function isRemoved(reader: Reader, directoryId: string, { profile }: VerifiedPerson): Promise<boolean> {
  const { externalHash, subjectHash, usernameHash, emailHash } = keysOf(profile);
  const row = await reader.row(
    `SELECT t.id FROM directory_tombstone t LEFT JOIN app_user u ON u.id = t.user_id
      WHERE t.directory_id = ? AND (t.external_hash = ? OR t.name_hash IN (?, ?) OR t.email_hash = ?)
        AND (u.status IS NULL OR u.status <> 'ACTIVE') LIMIT 1`,
    [directoryId, externalHash, subjectHash, usernameHash, emailHash],
  );
  return row !== undefined;
}

function keysOf({ subject, externalId, username, email }: VerifiedPerson["profile"]) {
  return {
    externalHash: sha256Hex(externalId ?? subject),
    subjectHash: sha256Hex(foldCase(subject)),
    usernameHash: username === null ? null : sha256Hex(foldCase(username)),
    emailHash: email === null ? null : sha256Hex(foldCase(email)),
  };
}
