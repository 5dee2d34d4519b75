/** Reads and changes the settings of the installation for the operator. */
import { causeOf, requireOperator, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { INSTALLATION_ID, readInstallation, writeInstallation, type InstallationSettings } from "./installation.js";

/** A change of the settings. Absent and `null` settings stay unchanged. */
export type InstallationChange = { readonly [Name in keyof InstallationSettings]?: InstallationSettings[Name] | null };

/**
 * The settings of the installation.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN
 */
export async function readInstallationSettings({ reader }: Store, caller: Caller): Promise<InstallationSettings> {
  requireOperator(caller);
  return await readInstallation(reader);
}

/**
 * Changes the settings that the input names, with effect from the next sign-in.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN
 */
export async function updateInstallation(
  { begin }: Store,
  caller: Caller,
  change: InstallationChange,
): Promise<InstallationSettings> {
  requireOperator(caller);
  return await begin(caller, causeOf(caller), async (unit) => {
    const before = await readInstallation(unit);
    const after: InstallationSettings = { ssoAllowed: change.ssoAllowed ?? before.ssoAllowed };
    if (JSON.stringify(before) === JSON.stringify(after)) return before;
    await writeInstallation(unit, after);
    await recordAudit(unit, {
      organizationId: null,
      action: "installation.updated",
      subject: { type: "installation", id: INSTALLATION_ID },
      before: { ...before },
      after: { ...after },
    });
    return after;
  });
}
