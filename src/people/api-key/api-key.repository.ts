/** Reading and writing API keys. */
import type { OrganizationScope } from "../../access/caller.js";
import { ALL_PERMISSIONS } from "../../access/permission.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { toDate, toDateOrNull, toJson } from "../../platform/database/values.js";
import type { ApiKey } from "./api-key.js";
import { ApiKeyRow } from "./api-key.row.js";

/** A key as a read answers it, without its hash. */
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
    // The operator's key stores none, because it holds them all.
    scopes: raw.organization_id === null ? ALL_PERMISSIONS : ALL_PERMISSIONS.filter((scope) => stored.has(scope)),
    createdAt: toDate(raw.created_at),
    expiresAt: toDateOrNull(raw.expires_at),
    revokedAt: toDateOrNull(raw.revoked_at),
  };
}

/** One key of an organization within the scope, or `null`. Operator keys belong to the environment and are not found. */
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

/** Any key by its id, the one that a caller came with, and the maker whom it must give nothing that they do not hold. */
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

/** Stores a new key by its hash, and its maker where one is to be remembered. */
export async function insertApiKey(
  unit: UnitOfWork,
  key: ApiKey,
  secret: { readonly tokenHash: string; readonly limitedMaker: string | null },
): Promise<void> {
  await unit.manager.insert(ApiKeyRow, { ...key, scopes: JSON.stringify(key.scopes), ...secret });
}

/** Puts a key out of force from this unit of work on. */
export async function markRevoked(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("UPDATE api_key SET revoked_at = ? WHERE id = ?", [unit.now, id]);
}
