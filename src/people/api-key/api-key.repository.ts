/** Reads and writes API keys. */
import type { OrganizationScope } from "../../access/caller.js";
import { ALL_PERMISSIONS } from "../../access/permission.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
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
}

/** The columns of `RawApiKey`, of the table alias `k`. */
export const API_KEY_COLUMNS = "k.id, k.organization_id, k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at";

export function apiKeyFromRaw(raw: RawApiKey): ApiKey {
  const stored = new Set(toJson<string[]>(raw.scopes));
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    name: raw.name,
    // The operator's key has every permission and stores none.
    scopes: raw.organization_id === null ? ALL_PERMISSIONS : ALL_PERMISSIONS.filter((scope) => stored.has(scope)),
    createdAt: toDate(raw.created_at),
    expiresAt: toDateOrNull(raw.expires_at),
    revokedAt: toDateOrNull(raw.revoked_at),
  };
}

/** One key of an organization within the scope, or `null`. Does not find operator keys, because the environment manages them. */
export async function findOrganizationKey(
  reader: Reader,
  scope: OrganizationScope,
  id: string,
): Promise<(ApiKey & { readonly organizationId: string }) | null> {
  const raw = await reader.row<RawApiKey & { organization_id: string }>(
    scope === null
      ? `SELECT ${API_KEY_COLUMNS} FROM api_key k WHERE k.id = ? AND k.organization_id IS NOT NULL`
      : `SELECT ${API_KEY_COLUMNS} FROM api_key k WHERE k.id = ? AND k.organization_id = ?`,
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
    `SELECT ${API_KEY_COLUMNS}, k.limited_maker FROM api_key k WHERE k.id = ?`,
    [id],
  );
  return raw ? { ...apiKeyFromRaw(raw), limitedMaker: raw.limited_maker } : null;
}

/** Stores the hash of a new key, and its creator if the creator lacks permissions in the organization. */
export async function insertApiKey(
  unit: UnitOfWork,
  key: ApiKey,
  secret: { readonly tokenHash: string; readonly limitedMaker: string | null },
): Promise<void> {
  await unit.manager.insert(ApiKeyRow, { ...key, scopes: JSON.stringify(key.scopes), ...secret });
}

/** Revokes a key. */
export async function markRevoked(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("UPDATE api_key SET revoked_at = ? WHERE id = ?", [unit.now, id]);
}
