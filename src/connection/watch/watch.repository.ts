/** Reads and writes what Usher knows of watched connections, in their rows of health. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { toJson } from "../../platform/database/values.js";
import type { WatchedExpiration } from "./expirations.js";

export async function findExpirations(reader: Reader, connectionId: string): Promise<readonly WatchedExpiration[]> {
  const row = await reader.row<{ expirations: string | null }>(
    "SELECT expirations FROM connection_health WHERE connection_id = ?",
    [connectionId],
  );
  return row?.expirations == null ? [] : toJson<WatchedExpiration[]>(row.expirations);
}

export async function storeExpirations(
  unit: UnitOfWork,
  connectionId: string,
  watched: readonly WatchedExpiration[],
): Promise<void> {
  await unit.execute("UPDATE connection_health SET expirations = ? WHERE connection_id = ?", [
    JSON.stringify(watched),
    connectionId,
  ]);
}
