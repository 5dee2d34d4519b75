/** Reads and writes API keys. */
import type { OrganizationScope } from "../../access/caller.js";
import { ALL_PERMISSIONS } from "../../access/permission.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { placeholders } from "../../platform/database/statements.js";
import type { Reader } from "../../platform/database/database.js";
import { toDate, toDateOrNull, toJson } from "../../platform/database/values.js";
import type { ApiKey } from "./api-key.js";
import { ApiKeyRow } from "./api-key.row.js";

/** A key as a query returns it, without its hash. */
export interface RawApiKey {
  id: string;
  organization_id: string | null;
  name: string;
  scopes: string;
  created_at: unknown;
  expires_at: unknown;
  revoked_at: unknown;
  previous_ends_at: unknown;
  maker_id: string | null;
  maker_status: string | null;
  maker_member: string | null;
  last_used_at: unknown;
}

/** The columns of `RawApiKey`, for `API_KEY_TABLES`. */
export const API_KEY_COLUMNS = `k.id, k.organization_id, k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at,
  k.previous_ends_at, k.maker_id, m.status AS maker_status, mm.user_id AS maker_member, k.last_used_at`;

/** Keys, with the accounts of their makers and the makers' memberships. */
export const API_KEY_TABLES = `api_key k LEFT JOIN app_user m ON m.id = k.maker_id
  LEFT JOIN membership mm ON mm.user_id = k.maker_id AND mm.organization_id = k.organization_id`;

export function apiKeyFromRaw(raw: RawApiKey): ApiKey {
  const stored = new Set(toJson<string[]>(raw.scopes));
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    name: raw.name,
    // An operator key has every permission, although its row lists none.
    scopes: raw.organization_id === null ? ALL_PERMISSIONS : ALL_PERMISSIONS.filter((scope) => stored.has(scope)),
    createdAt: toDate(raw.created_at),
    expiresAt: toDateOrNull(raw.expires_at),
    revokedAt: toDateOrNull(raw.revoked_at),
    previousKeyEndsAt: toDateOrNull(raw.previous_ends_at),
    makerId: raw.maker_id,
    makerActive: raw.maker_id === null || (raw.maker_status === "ACTIVE" && raw.maker_member !== null),
    lastUsedAt: toDateOrNull(raw.last_used_at),
  };
}

/**
 * One key of an organization in the scope; `null` if there is none. Finds no operator key, because the environment sets
 * those.
 */
export async function findOrganizationKey(
  reader: Reader,
  scope: OrganizationScope,
  id: string,
): Promise<(ApiKey & { readonly organizationId: string }) | null> {
  const raw = await reader.row<RawApiKey & { organization_id: string }>(
    scope === null
      ? `SELECT ${API_KEY_COLUMNS} FROM ${API_KEY_TABLES} WHERE k.id = ? AND k.organization_id IS NOT NULL`
      : `SELECT ${API_KEY_COLUMNS} FROM ${API_KEY_TABLES} WHERE k.id = ? AND k.organization_id = ?`,
    scope === null ? [id] : [id, scope],
  );
  return raw ? { ...apiKeyFromRaw(raw), organizationId: raw.organization_id } : null;
}

/** The key of a caller, with its `limitedMaker`. */
export async function findKeyOfCaller(
  reader: Reader,
  id: string,
): Promise<(ApiKey & { readonly limitedMaker: string | null }) | null> {
  const raw = await reader.row<RawApiKey & { limited_maker: string | null }>(
    `SELECT ${API_KEY_COLUMNS}, k.limited_maker FROM ${API_KEY_TABLES} WHERE k.id = ?`,
    [id],
  );
  return raw ? { ...apiKeyFromRaw(raw), limitedMaker: raw.limited_maker } : null;
}

/** A key that a request brought, found by the hash of its text. */
export interface PresentedKey extends ApiKey {
  readonly limitedMaker: string | null;
}

/**
 * The valid key that has this secret, or had this secret before a rotation whose overlap has not ended; `null` if there is
 * none.
 */
export async function findKeyInForce(reader: Reader, tokenHash: string, now: Date): Promise<PresentedKey | null> {
  const raw = await reader.row<RawApiKey & { limited_maker: string | null; token_hash: string }>(
    `SELECT ${API_KEY_COLUMNS}, k.limited_maker, k.token_hash FROM ${API_KEY_TABLES}
      WHERE k.token_hash = ? OR k.previous_token_hash = ?`,
    [tokenHash, tokenHash],
  );
  if (raw === undefined) return null;
  const key = { ...apiKeyFromRaw(raw), limitedMaker: raw.limited_maker };
  if (raw.token_hash !== tokenHash && (key.previousKeyEndsAt === null || key.previousKeyEndsAt <= now)) return null;
  return isInForce(key, now) ? key : null;
}

/** Whether a key is valid: not revoked, not expired, and its maker has not left. */
export function isInForce({ revokedAt, expiresAt, makerActive }: ApiKey, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now) && makerActive;
}

/** The stored part of a new secret, and the limited maker. */
export interface StoredSecret {
  readonly tokenHash: string;
  /** See `limitedMakerOf`. */
  readonly limitedMaker: string | null;
}

/** Stores a new key. */
export async function insertApiKey(unit: UnitOfWork, key: ApiKey, secret: StoredSecret): Promise<void> {
  const { id, organizationId, name, createdAt, expiresAt, revokedAt, makerId } = key;
  await unit.manager.insert(ApiKeyRow, {
    id,
    organizationId,
    name,
    createdAt,
    expiresAt,
    revokedAt,
    makerId,
    scopes: JSON.stringify(key.scopes),
    ...secret,
  });
}

/** Replaces the secret of a key. The present secret works until `previousKeyEndsAt`. An even older one stops at once. */
export async function replaceSecret(unit: UnitOfWork, key: ApiKey, secret: StoredSecret): Promise<void> {
  // MySQL assigns in this order, so the present hash is copied before it is replaced.
  await unit.execute(
    `UPDATE api_key SET previous_token_hash = token_hash, previous_ends_at = ?, token_hash = ?, limited_maker = ?,
            maker_id = ?, expires_at = ?, expiry_warned_at = NULL
      WHERE id = ?`,
    [key.previousKeyEndsAt, secret.tokenHash, secret.limitedMaker, key.makerId, key.expiresAt, key.id],
  );
}

/** At most 100 keys that expire soon and about which the administrators were not told yet. */
export async function findExpiringKeys(
  reader: Reader,
  now: Date,
  before: Date,
): Promise<readonly { readonly id: string; readonly organizationId: string }[]> {
  const raws = await reader.rows<{ id: string; organization_id: string }>(
    `SELECT k.id, k.organization_id FROM api_key k
      WHERE k.organization_id IS NOT NULL AND k.revoked_at IS NULL AND k.expiry_warned_at IS NULL
        AND k.expires_at > ? AND k.expires_at <= ? ORDER BY k.id LIMIT 100`,
    [now, before],
  );
  return raws.map(({ id, organization_id: organizationId }) => ({ id, organizationId }));
}

/** Stores that the administrators were told that a key expires soon. Of several replicas, exactly one gets `true`. */
export async function markExpiryWarned(unit: UnitOfWork, id: string): Promise<boolean> {
  const changed = await unit.execute(
    "UPDATE api_key SET expiry_warned_at = ? WHERE id = ? AND expiry_warned_at IS NULL",
    [unit.now, id],
  );
  return changed === 1;
}

/** Stores that keys were used now. */
export async function noteKeysUsed(unit: UnitOfWork, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await unit.execute(`UPDATE api_key SET last_used_at = ? WHERE id IN (${placeholders(ids)})`, [unit.now, ...ids]);
}

/** Revokes a key. */
export async function markRevoked(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("UPDATE api_key SET revoked_at = ? WHERE id = ?", [unit.now, id]);
}
