/** Fills a database with connections. */
import { SYSTEM } from "../../../src/access/caller.js";
import type { House } from "./house.js";

/** Copies a connection many times, each with a health row that is due for upkeep. */
export async function copyConnections({ services }: House, id: string, count: number): Promise<void> {
  await services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    for (let index = 0; index < count; index++) {
      const copy = `00000000-0000-7000-8001-${String(index).padStart(12, "0")}`;
      await unit.execute(
        `INSERT INTO sso_connection (id, organization_id, display_name, type, state, settings, secrets, settings_version,
           policies, version, trust_version, created_at, updated_at)
         SELECT ?, organization_id, display_name, type, state, settings, secrets, settings_version, policies, version,
           trust_version, created_at, updated_at FROM sso_connection WHERE id = ?`,
        [copy, id],
      );
      await unit.execute("INSERT INTO connection_health (connection_id, upkeep_due_at) VALUES (?, ?)", [
        copy,
        unit.now,
      ]);
    }
  });
}
