/** The operator's settings for the whole installation. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { toJson } from "../../platform/database/values.js";
import { InstallationRow } from "./installation.row.js";

export interface InstallationSettings {
  /** Whether people may sign in through identity providers. */
  readonly ssoAllowed: boolean;
}

const DEFAULTS: InstallationSettings = { ssoAllowed: true };
/** The id of the settings' row, and of the audit log's subject. */
export const INSTALLATION_ID = "installation";

/** The settings, completed with defaults. */
export async function readInstallation(reader: Reader): Promise<InstallationSettings> {
  const row = await reader.row<{ settings: string }>("SELECT settings FROM installation WHERE id = ?", [
    INSTALLATION_ID,
  ]);
  return { ...DEFAULTS, ...(row ? toJson<Partial<InstallationSettings>>(row.settings) : {}) };
}

/** Stores the settings. */
export async function writeInstallation(unit: UnitOfWork, settings: InstallationSettings): Promise<void> {
  const text = JSON.stringify(settings);
  const changed = await unit.execute(
    "UPDATE installation SET settings = ?, version = version + 1, updated_at = ? WHERE id = ?",
    [text, unit.now, INSTALLATION_ID],
  );
  if (changed === 0)
    await unit.manager.insert(InstallationRow, {
      id: INSTALLATION_ID,
      settings: text,
      version: 1,
      updatedAt: unit.now,
    });
}
