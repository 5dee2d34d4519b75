/** Reads and writes the tenants that have consented to the operator's app. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import type { Reader } from "../../platform/database/database.js";

/** The id of the connection that a tenant belongs to; `null` if the tenant has not consented. */
export async function findConnectionOfTenant(reader: Reader, type: string, tenant: string): Promise<string | null> {
  const row = await reader.row<{ connection_id: string }>(
    "SELECT connection_id FROM operator_app_tenant WHERE type = ? AND tenant_hash = ?",
    [type, sha256Hex(tenant)],
  );
  return row?.connection_id ?? null;
}

/**
 * Gives a tenant to a connection. The primary key decides between connections that try at the same time.
 *
 * @returns `false` if a connection has the tenant already
 */
export async function holdTenant(
  unit: UnitOfWork,
  type: string,
  tenant: string,
  connectionId: string,
): Promise<boolean> {
  try {
    await unit.execute(
      "INSERT INTO operator_app_tenant (type, tenant_hash, connection_id, consented_at) VALUES (?, ?, ?, ?)",
      [type, sha256Hex(tenant), connectionId, unit.now],
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Releases the tenant of a connection that uses an app of its own from now on. */
export async function releaseTenant(unit: UnitOfWork, connectionId: string): Promise<void> {
  await unit.execute("DELETE FROM operator_app_tenant WHERE connection_id = ?", [connectionId]);
}

/** The types that have an active connection whose tenant has consented. */
export async function findTypesInUse(reader: Reader): Promise<ReadonlySet<string>> {
  const rows = await reader.rows<{ type: string }>(
    `SELECT DISTINCT t.type FROM operator_app_tenant t JOIN sso_connection c ON c.id = t.connection_id
      WHERE c.state = 'ACTIVE'`,
  );
  return new Set(rows.map(({ type }) => type));
}
