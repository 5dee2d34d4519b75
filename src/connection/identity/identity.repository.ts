/** Reading and writing identities. */
import { v7 as uuidv7 } from "uuid";
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { identityKey, type Identity, type LinkKind } from "./identity.js";
import { IdentityRow } from "./identity.row.js";

interface Raw {
  id: string;
  connection_id: string;
  user_id: string;
  issuer: string;
  subject: string;
  link_kind: string;
  email_key: string | null;
  created_at: unknown;
  last_signed_in_at: unknown;
}

const COLUMNS =
  "i.id, i.connection_id, i.user_id, i.issuer, i.subject, i.link_kind, i.email_key, i.created_at, i.last_signed_in_at";

function fromRaw(raw: Raw): Identity {
  return {
    id: raw.id,
    connectionId: raw.connection_id,
    userId: raw.user_id,
    issuer: raw.issuer,
    subject: raw.subject,
    linkKind: raw.link_kind as LinkKind,
    emailKey: raw.email_key,
    createdAt: toDate(raw.created_at),
    lastSignedInAt: toDateOrNull(raw.last_signed_in_at),
  };
}

/** The links of a verified person: one that is their own, one that merging made, both, or none at a first sign-in. */
export async function findLinks(
  reader: Reader,
  connectionId: string,
  issuer: string,
  subject: string,
): Promise<{ readonly own: Identity | null; readonly merged: Identity | null }> {
  const raws = await reader.rows<Raw>(`SELECT ${COLUMNS} FROM identity i WHERE i.key_hash = ?`, [
    identityKey(connectionId, issuer, subject),
  ]);
  const links = raws.map(fromRaw);
  const of = (kind: LinkKind) => links.find(({ linkKind }) => linkKind === kind) ?? null;
  return { own: of("OWN"), merged: of("MERGED") };
}

/** The link of a verified person that is their own, or `null`. */
export async function findIdentity(
  reader: Reader,
  connectionId: string,
  issuer: string,
  subject: string,
): Promise<Identity | null> {
  return (await findLinks(reader, connectionId, issuer, subject)).own;
}

/** The users among several whom merging joined somebody to. */
export async function findMergedAmong(reader: Reader, userIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await reader.rows<{ user_id: string }>(
    `SELECT DISTINCT user_id FROM identity
      WHERE user_id IN (${userIds.map(() => "?").join(", ")}) AND link_kind = 'MERGED' AND retired_at IS NULL`,
    userIds,
  );
  return new Set(rows.map((row) => row.user_id));
}

/** Retires a link: it stays for the record, and is never found again. */
export async function retireIdentity(unit: UnitOfWork, id: string): Promise<void> {
  const raw = await unit.row<{ key_hash: string }>("SELECT key_hash FROM identity WHERE id = ?", [id]);
  if (raw === undefined) return;
  await unit.execute("UPDATE identity SET key_hash = ?, retired_at = ? WHERE id = ?", [
    sha256Hex(JSON.stringify([raw.key_hash, "retired", id])),
    unit.now,
    id,
  ]);
}

/** The identities of a connection whose provider last sent an address, at most two: more are never of interest. */
export async function findIdentitiesByEmail(
  reader: Reader,
  connectionId: string,
  emailKey: string,
): Promise<Identity[]> {
  const raws = await reader.rows<Raw>(
    `SELECT ${COLUMNS} FROM identity i WHERE i.connection_id = ? AND i.email_key = ? AND i.retired_at IS NULL ORDER BY i.id LIMIT 2`,
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
export type NewIdentity = Pick<Identity, "connectionId" | "userId" | "issuer" | "subject" | "emailKey"> & {
  /** `OWN` when left out. */
  readonly linkKind?: LinkKind;
};

/** Links a person at a provider to a user. `TAKEN` when the identity is linked already, whoever it is linked to. */
export async function insertIdentity(unit: UnitOfWork, input: NewIdentity): Promise<Identity | "TAKEN"> {
  const identity: Identity = { linkKind: "OWN", ...input, id: uuidv7(), createdAt: unit.now, lastSignedInAt: null };
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
