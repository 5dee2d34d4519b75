/** Reading and writing identities. */
import { v7 as uuidv7 } from "uuid";
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { identityKey, type Identity } from "./identity.js";
import { IdentityRow } from "./identity.row.js";

interface Raw {
  id: string;
  connection_id: string;
  user_id: string;
  issuer: string;
  subject: string;
  email_key: string | null;
  created_at: unknown;
  last_signed_in_at: unknown;
}

const COLUMNS = "i.id, i.connection_id, i.user_id, i.issuer, i.subject, i.email_key, i.created_at, i.last_signed_in_at";

function fromRaw(raw: Raw): Identity {
  return {
    id: raw.id,
    connectionId: raw.connection_id,
    userId: raw.user_id,
    issuer: raw.issuer,
    subject: raw.subject,
    emailKey: raw.email_key,
    createdAt: toDate(raw.created_at),
    lastSignedInAt: toDateOrNull(raw.last_signed_in_at),
  };
}

/** The identity of a verified person, or `null` at a first sign-in. */
export async function findIdentity(
  reader: Reader,
  connectionId: string,
  issuer: string,
  subject: string,
): Promise<Identity | null> {
  const raw = await reader.row<Raw>(`SELECT ${COLUMNS} FROM identity i WHERE i.key_hash = ?`, [
    identityKey(connectionId, issuer, subject),
  ]);
  return raw ? fromRaw(raw) : null;
}

/** The identities of a connection whose provider last sent an address, at most two: more are never of interest. */
export async function findIdentitiesByEmail(
  reader: Reader,
  connectionId: string,
  emailKey: string,
): Promise<Identity[]> {
  const raws = await reader.rows<Raw>(
    `SELECT ${COLUMNS} FROM identity i WHERE i.connection_id = ? AND i.email_key = ? ORDER BY i.id LIMIT 2`,
    [connectionId, emailKey],
  );
  return raws.map(fromRaw);
}

/** The identities of several users at connections within the scope, the oldest first, by user. */
export async function findIdentitiesOfUsers(
  reader: Reader,
  scope: OrganizationScope,
  userIds: readonly string[],
): Promise<Map<string, Identity[]>> {
  const byUser = new Map<string, Identity[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const raws = await reader.rows<Raw>(
    `SELECT ${COLUMNS} FROM identity i JOIN sso_connection c ON c.id = i.connection_id
      WHERE i.user_id IN (${userIds.map(() => "?").join(", ")})${scope === null ? "" : " AND c.organization_id = ?"}
      ORDER BY i.created_at, i.id`,
    scope === null ? userIds : [...userIds, scope],
  );
  for (const raw of raws) byUser.get(raw.user_id)?.push(fromRaw(raw));
  return byUser;
}

/** A link to make. */
export type NewIdentity = Pick<Identity, "connectionId" | "userId" | "issuer" | "subject" | "emailKey">;

/** Links a person at a provider to a user. `TAKEN` when the identity is linked already, whoever it is linked to. */
export async function insertIdentity(unit: UnitOfWork, input: NewIdentity): Promise<Identity | "TAKEN"> {
  const identity: Identity = { ...input, id: uuidv7(), createdAt: unit.now, lastSignedInAt: null };
  const keyHash = identityKey(input.connectionId, input.issuer, input.subject);
  try {
    await unit.manager.insert(IdentityRow, { ...identity, keyHash });
  } catch (error) {
    if (isDuplicateKey(error)) return "TAKEN";
    throw error;
  }
  return identity;
}

/** Notes that somebody signed in with an identity, and which address the provider sent. */
export async function noteIdentitySignIn(unit: UnitOfWork, id: string, emailKey: string | null): Promise<void> {
  await unit.execute("UPDATE identity SET last_signed_in_at = ?, email_key = ? WHERE id = ?", [unit.now, emailKey, id]);
}
