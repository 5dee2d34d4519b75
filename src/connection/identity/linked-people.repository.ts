/** Reading the links of many people: by address in an organization, and the links that a connection follows. */
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import type { Condition } from "../../platform/graphql/keyset.js";
import { IDENTITY_COLUMNS, identityFromRaw, type Links, type RawIdentity } from "./identity.repository.js";
import { retiredKey, type Identity } from "./identity.js";

/**
 * Every link in an organization that has one of several addresses, including retired links.
 *
 * @param addresses the condition on the column of a folded address
 */
export async function findIdentitiesWithAddress(
  reader: Reader,
  organizationId: string,
  addresses: Condition,
): Promise<Identity[]> {
  const raws = await reader.rows<RawIdentity>(
    `SELECT ${IDENTITY_COLUMNS} FROM sso_connection c JOIN identity i ON i.connection_id = c.id
      WHERE c.organization_id = ? AND i.email_key ${addresses.sql}`,
    [organizationId, ...addresses.parameters],
  );
  return raws.map(identityFromRaw);
}

/** A person at a provider, with their links. */
export interface LinkedPerson extends Links {
  /** The link through which the person last signed in. */
  readonly latest: Identity;
}

/**
 * The people of an organization who have a link with one of several addresses, or a merged link at a connection.
 *
 * @param addresses the condition on the column of a folded address
 */
export async function findLinkedPeople(
  reader: Reader,
  organizationId: string,
  { addresses, mergedAt }: { readonly addresses: Condition; readonly mergedAt: string },
): Promise<LinkedPerson[]> {
  const raws = await reader.rows<RawIdentity & { key_hash: string }>(
    `SELECT ${IDENTITY_COLUMNS}, i.key_hash FROM identity i
       JOIN (SELECT DISTINCT p.key_hash FROM sso_connection c JOIN identity p ON p.connection_id = c.id
              WHERE c.organization_id = ? AND p.retired_at IS NULL
                AND (p.email_key ${addresses.sql} OR (p.connection_id = ? AND p.link_kind = 'MERGED'))) k
         ON k.key_hash = i.key_hash
      ORDER BY i.last_signed_in_at`,
    [organizationId, ...addresses.parameters, mergedAt],
  );
  const retired = await reader.rows<{ key_hash: string }>(
    `SELECT i.key_hash FROM sso_connection c JOIN identity i ON i.connection_id = c.id
      WHERE c.organization_id = ? AND i.link_kind = 'MERGED' AND i.retired_at IS NOT NULL`,
    [organizationId],
  );
  const unmerged = new Set(retired.map(({ key_hash }) => key_hash));
  const people = new Map<string, LinkedPerson>();
  for (const { key_hash: keyHash, ...raw } of raws) {
    const latest = identityFromRaw(raw);
    const { own = null, merged = null } = people.get(keyHash) ?? {};
    const links = latest.linkKind === "OWN" ? { own: latest, merged } : { own, merged: latest };
    people.set(keyHash, { ...links, latest, unmerged: unmerged.has(retiredKey(keyHash, 1)) });
  }
  return [...people.values()];
}

export interface FollowedLinksQuery {
  /**
   * Whether the connection merges. If it does, sign-ins follow a person's merged link, and the own link only without
   * one.
   */
  readonly merges: boolean;
  /** The users whose links to find; `null` for the links of all users. */
  readonly userIds: readonly string[] | null;
  /** The issuer whose links to find; `null` for the links of every issuer. */
  readonly issuer: string | null;
  readonly limit: number;
}

/** The SQL condition, on the table alias `i`, for the links that sign-ins through a connection follow. */
function followedLinks(merges: boolean): string {
  const followed = merges
    ? `(i.link_kind = 'MERGED' OR NOT EXISTS
         (SELECT 1 FROM identity m WHERE m.key_hash = i.key_hash AND m.link_kind = 'MERGED'))`
    : "i.link_kind = 'OWN'";
  return `i.connection_id = ? AND i.retired_at IS NULL AND ${followed}`;
}

/**
 * Counts the users that sign-ins through a connection lead to.
 *
 * @param links `among`: the issuers whose links count, `null` for all; `except`: the issuers whose links do not count
 */
export async function countLinkedUsers(
  reader: Reader,
  connectionId: string,
  links: { readonly merges: boolean; readonly among: readonly string[] | null; readonly except: readonly string[] },
): Promise<number> {
  const { merges, among, except } = links;
  const row = await reader.row<{ users: number | string }>(
    `SELECT COUNT(DISTINCT i.user_id) AS users FROM identity i WHERE ${followedLinks(merges)}
      ${among === null ? "" : `AND i.issuer IN (${placeholders(among)})`}
      ${except.length === 0 ? "" : `AND i.issuer NOT IN (${placeholders(except)})`}`,
    [connectionId, ...(among ?? []), ...except],
  );
  return Number(row?.users ?? 0);
}

/** The links that sign-ins through a connection follow, ordered by user id. */
export async function findFollowedLinks(
  reader: Reader,
  connectionId: string,
  { merges, userIds, issuer, limit }: FollowedLinksQuery,
): Promise<Identity[]> {
  if (userIds?.length === 0) return [];
  const raws = await reader.rows<RawIdentity>(
    `SELECT ${IDENTITY_COLUMNS} FROM identity i WHERE ${followedLinks(merges)}
      ${issuer === null ? "" : "AND i.issuer = ?"}
      ${userIds === null ? "" : `AND i.user_id IN (${placeholders(userIds)})`}
      ORDER BY i.user_id, i.id LIMIT ${limit}`,
    [connectionId, ...(issuer === null ? [] : [issuer]), ...(userIds ?? [])],
  );
  return raws.map(identityFromRaw);
}
