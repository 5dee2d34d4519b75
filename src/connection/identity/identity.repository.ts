/** Reading and writing the identities of single people. Those of many people are in `linked-people.repository.ts`. */
import { v7 as uuidv7 } from "uuid";
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { placeholders } from "../../platform/database/statements.js";
import { toBoolean, toDate, toDateOrNull, toJson } from "../../platform/database/values.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { foldCase } from "../../platform/text.js";
import { readConnectionPolicies } from "../stored/policies.js";
import { identityKey, retiredKey, type Identity, type LinkKind, type PersonAtProvider } from "./identity.js";
import { IdentityRow } from "./identity.row.js";

/** A row of `identity` as the driver returns it. */
export interface RawIdentity {
  id: string;
  connection_id: string;
  user_id: string;
  issuer: string;
  subject: string;
  link_kind: string;
  email_key: string | null;
  email_verified: unknown;
  retired_at: unknown;
  created_at: unknown;
  last_signed_in_at: unknown;
}

/** The columns of `RawIdentity`, of the table alias `i`. */
export const IDENTITY_COLUMNS =
  "i.id, i.connection_id, i.user_id, i.issuer, i.subject, i.link_kind, i.email_key, i.email_verified, i.retired_at, i.created_at, i.last_signed_in_at";

export function identityFromRaw(raw: RawIdentity): Identity {
  return {
    id: raw.id,
    connectionId: raw.connection_id,
    userId: raw.user_id,
    issuer: raw.issuer,
    subject: raw.subject,
    linkKind: raw.link_kind as LinkKind,
    emailKey: raw.email_key,
    emailVerified: raw.email_verified === null ? null : toBoolean(raw.email_verified),
    retiredAt: toDateOrNull(raw.retired_at),
    createdAt: toDate(raw.created_at),
    lastSignedInAt: toDateOrNull(raw.last_signed_in_at),
  };
}

export interface Links {
  readonly own: Identity | null;
  readonly merged: Identity | null;
  /**
   * Whether a merged link was retired, because the address changed or an administrator undid the merge. If so, the
   * person is never merged again.
   */
  readonly unmerged: boolean;
}

/** The links of a verified person. Empty at a first sign-in. */
export async function findLinks(reader: Reader, connectionId: string, issuer: string, subject: string): Promise<Links> {
  const keyHash = identityKey(connectionId, issuer, subject);
  const raws = await reader.rows<RawIdentity>(`SELECT ${IDENTITY_COLUMNS} FROM identity i WHERE i.key_hash IN (?, ?)`, [
    keyHash,
    retiredKey(keyHash, 1),
  ]);
  const links = raws.map(identityFromRaw);
  const of = (kind: LinkKind) =>
    links.find(({ linkKind, retiredAt }) => linkKind === kind && retiredAt === null) ?? null;
  const unmerged = links.some(({ linkKind, retiredAt }) => linkKind === "MERGED" && retiredAt !== null);
  return { own: of("OWN"), merged: of("MERGED"), unmerged };
}

/** The number of keys in one query for a person's links. A person rarely has more than one retired link. */
const KEYS_AT_ONCE = 10;

/** Every link of a person at a provider, including retired links. */
export async function findLinksOfPerson(reader: Reader, person: PersonAtProvider): Promise<readonly Identity[]> {
  const { connectionId, issuer, subject } = person;
  const keyHash = identityKey(connectionId, issuer, subject);
  const links: Identity[] = [];
  for (let ordinal = 1; ; ordinal += KEYS_AT_ONCE) {
    const retired = Array.from({ length: KEYS_AT_ONCE }, (_, index) => retiredKey(keyHash, ordinal + index));
    const keys = ordinal === 1 ? [keyHash, ...retired] : retired;
    const raws = await reader.rows<RawIdentity & { key_hash: string }>(
      `SELECT ${IDENTITY_COLUMNS}, i.key_hash FROM identity i WHERE i.key_hash IN (${placeholders(keys)})`,
      keys,
    );
    links.push(...raws.map(identityFromRaw));
    if (!raws.some((raw) => raw.key_hash === retired.at(-1))) return links;
  }
}

/** One identity by id; `null` if it does not exist or its connection is outside the scope. */
export async function findIdentityById(reader: Reader, scope: OrganizationScope, id: string): Promise<Identity | null> {
  const raw = await reader.row<RawIdentity>(
    `SELECT ${IDENTITY_COLUMNS} FROM identity i JOIN sso_connection c ON c.id = i.connection_id
      WHERE i.id = ?${scope === null ? "" : " AND c.organization_id = ?"}`,
    scope === null ? [id] : [id, scope],
  );
  return raw ? identityFromRaw(raw) : null;
}

/** Whether the provider ever says if an address is verified; `null` if it has not sent an address yet. */
export async function saysWhetherAddressesAreVerified(reader: Reader, connectionId: string): Promise<boolean | null> {
  const row = await reader.row<{ addresses: number; judged: number | null }>(
    `SELECT COUNT(*) AS addresses, SUM(CASE WHEN email_verified IS NULL THEN 0 ELSE 1 END) AS judged
       FROM identity WHERE connection_id = ? AND retired_at IS NULL AND email_key IS NOT NULL`,
    [connectionId],
  );
  return row === undefined || Number(row.addresses) === 0 ? null : Number(row.judged) > 0;
}

/** Selects those of the given users who have a merged link. */
export async function findMergedAmong(reader: Reader, userIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await reader.rows<{ user_id: string }>(
    `SELECT DISTINCT user_id FROM identity
      WHERE user_id IN (${placeholders(userIds)}) AND link_kind = 'MERGED' AND retired_at IS NULL`,
    userIds,
  );
  return new Set(rows.map((row) => row.user_id));
}

/**
 * Whether a person signs in to an account through a provider: the account has a link that is neither retired nor hidden. A merged
 * link is hidden while its connection does not merge.
 */
export async function hasLinkInForce(reader: Reader, userId: string): Promise<boolean> {
  const rows = await reader.rows<{ link_kind: string; policies: string | null }>(
    `SELECT i.link_kind, c.policies FROM identity i JOIN sso_connection c ON c.id = i.connection_id
      WHERE i.user_id = ? AND i.retired_at IS NULL`,
    [userId],
  );
  return rows.some(
    ({ link_kind, policies }) =>
      link_kind === "OWN" || readConnectionPolicies(toJson(policies)).accountLinking === "MERGE_BY_EMAIL",
  );
}

/** Retires a link: it stays as a record, and sign-ins no longer follow it. */
export async function retireIdentity(unit: UnitOfWork, id: string): Promise<void> {
  const raw = await unit.row<{ key_hash: string; link_kind: string; retired_at: unknown }>(
    "SELECT key_hash, link_kind, retired_at FROM identity WHERE id = ?",
    [id],
  );
  if (raw === undefined || raw.retired_at !== null) return;
  await unit.execute("UPDATE identity SET key_hash = ?, retired_at = ? WHERE id = ?", [
    await findFreeRetiredKey(unit, raw.key_hash, raw.link_kind),
    unit.now,
    id,
  ]);
}

async function findFreeRetiredKey(unit: UnitOfWork, keyHash: string, linkKind: string): Promise<string> {
  for (let ordinal = 1; ; ordinal += 1) {
    const key = retiredKey(keyHash, ordinal);
    const taken = await unit.row("SELECT id FROM identity WHERE key_hash = ? AND link_kind = ?", [key, linkKind]);
    if (taken === undefined) return key;
  }
}

/** Moves a link to a different issuer of its connection. The link keeps its kind, and a retired link stays retired. */
export async function renameIdentity(unit: UnitOfWork, identity: Identity, issuer: string): Promise<Identity> {
  const { id, connectionId, subject, linkKind, retiredAt } = identity;
  const keyHash = identityKey(connectionId, issuer, subject);
  const key = retiredAt === null ? keyHash : await findFreeRetiredKey(unit, keyHash, linkKind);
  await unit.execute("UPDATE identity SET issuer = ?, key_hash = ? WHERE id = ?", [issuer, key, id]);
  return { ...identity, issuer };
}

export async function deleteIdentity(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("DELETE FROM identity WHERE id = ?", [id]);
}

/** Moves a link to a different user or connection. The link becomes the person's own link, even if merging made it. */
export async function moveIdentity(
  unit: UnitOfWork,
  identity: Identity,
  to: Partial<Pick<Identity, "connectionId" | "userId">>,
): Promise<Identity> {
  const moved: Identity = { ...identity, ...to, linkKind: "OWN" };
  const lastSignedInAt = moved.connectionId === identity.connectionId ? identity.lastSignedInAt : null;
  await unit.execute(
    "UPDATE identity SET connection_id = ?, user_id = ?, link_kind = 'OWN', key_hash = ?, last_signed_in_at = ? WHERE id = ?",
    [
      moved.connectionId,
      moved.userId,
      identityKey(moved.connectionId, moved.issuer, moved.subject),
      lastSignedInAt,
      identity.id,
    ],
  );
  return { ...moved, lastSignedInAt };
}

/**
 * At most two identities of a connection for which the provider last sent this address.
 *
 * @param except a person whose links do not count. Links of that person's subject under a different issuer come first.
 */
export async function findIdentitiesByEmail(
  reader: Reader,
  connectionId: string,
  emailKey: string,
  except?: Pick<Identity, "issuer" | "subject">,
): Promise<Identity[]> {
  const keyHash = except === undefined ? "" : identityKey(connectionId, except.issuer, except.subject);
  const raws = await reader.rows<RawIdentity>(
    `SELECT ${IDENTITY_COLUMNS} FROM identity i WHERE i.connection_id = ? AND i.email_key = ? AND i.key_hash <> ?
        AND i.retired_at IS NULL ORDER BY CASE WHEN i.subject = ? THEN 0 ELSE 1 END, i.id LIMIT 2`,
    [connectionId, emailKey, keyHash, except?.subject ?? ""],
  );
  return raws.map(identityFromRaw);
}

/** The identities of several users at connections within the scope, by user id, the oldest first. */
export async function findIdentitiesOfUsers(
  reader: Reader,
  scope: OrganizationScope,
  userIds: readonly string[],
): Promise<Map<string, Identity[]>> {
  const byUser = new Map<string, Identity[]>(userIds.map((id) => [id, []]));
  if (userIds.length === 0) return byUser;
  const raws = await reader.rows<RawIdentity>(
    `SELECT ${IDENTITY_COLUMNS} FROM identity i JOIN sso_connection c ON c.id = i.connection_id
      WHERE i.user_id IN (${placeholders(userIds)})${scope === null ? "" : " AND c.organization_id = ?"}
      ORDER BY i.created_at, i.id`,
    scope === null ? userIds : [...userIds, scope],
  );
  for (const raw of raws) byUser.get(raw.user_id)?.push(identityFromRaw(raw));
  return byUser;
}

/** The hashes of the ids by which a provisioning directory may name the person. */
function directoryKeysOf({ externalId, subject }: PersonOfDirectory) {
  return { externalHash: sha256Hex(externalId ?? subject), nameHash: sha256Hex(foldCase(subject)) };
}

/** A person as a provider and its provisioning directory name them. */
interface PersonOfDirectory {
  readonly subject: string;
  /** The person's id in the directory; absent if it is the subject. */
  readonly externalId?: string;
}

/**
 * The accounts of the person whom a directory of the connection's provider names by this key: at most two. Links that a
 * merge made do not count.
 */
export async function findUsersOfDirectoryKey(
  reader: Reader,
  connectionId: string,
  key: "external_hash" | "name_hash",
  value: string,
): Promise<readonly string[]> {
  const rows = await reader.rows<{ user_id: string }>(
    `SELECT DISTINCT user_id FROM identity
      WHERE connection_id = ? AND ${key} = ? AND link_kind = 'OWN' AND retired_at IS NULL ORDER BY user_id LIMIT 2`,
    [connectionId, sha256Hex(value)],
  );
  return rows.map((row) => row.user_id);
}

/** Whether a user has a link of their own at a connection. */
export async function hasOwnLink(reader: Reader, connectionId: string, userId: string): Promise<boolean> {
  const row = await reader.row(
    `SELECT id FROM identity
      WHERE user_id = ? AND connection_id = ? AND link_kind = 'OWN' AND retired_at IS NULL LIMIT 1`,
    [userId, connectionId],
  );
  return row !== undefined;
}

export type NewIdentity = Pick<Identity, "connectionId" | "userId" | "issuer" | "subject" | "emailKey"> & {
  /** The kind of the link; `OWN` when left out. */
  readonly linkKind?: LinkKind;
  /** Absent if the person has not signed in through the link yet. */
  readonly lastSignedInAt?: Date;
  /** Whether the provider called the address verified; absent if the provider did not say. */
  readonly emailVerified?: boolean | null;
  readonly externalId?: string;
};

/** Links a person at a provider to a user. `TAKEN` if the person is linked already, to this or a different user. */
export async function insertIdentity(
  unit: UnitOfWork,
  { externalId, ...input }: NewIdentity,
): Promise<Identity | "TAKEN"> {
  const identity: Identity = {
    linkKind: "OWN",
    lastSignedInAt: null,
    emailVerified: null,
    ...input,
    id: uuidv7(),
    retiredAt: null,
    createdAt: unit.now,
  };
  const keyHash = identityKey(input.connectionId, input.issuer, input.subject);
  const person = { subject: input.subject, ...(externalId === undefined ? {} : { externalId }) };
  try {
    await unit.manager.insert(IdentityRow, { ...identity, keyHash, ...directoryKeysOf(person) });
  } catch (error) {
    if (isDuplicateKey(error)) return "TAKEN";
    throw error;
  }
  return identity;
}

/**
 * Records a sign-in: its time, the address that the provider sent, whether it is verified, and the ids by which a directory
 * may name the person.
 */
export async function noteIdentitySignIn(
  unit: UnitOfWork,
  id: string,
  { emailKey, emailVerified }: Pick<Identity, "emailKey" | "emailVerified">,
  person: PersonOfDirectory,
): Promise<void> {
  const { externalHash, nameHash } = directoryKeysOf(person);
  await unit.execute(
    `UPDATE identity SET last_signed_in_at = ?, email_key = ?, email_verified = ?, external_hash = ?, name_hash = ?
      WHERE id = ?`,
    [unit.now, emailKey, emailVerified, externalHash, nameHash, id],
  );
}
