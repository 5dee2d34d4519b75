/** Gives a connection the tenant whose administrator consented to the operator's app. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import type { AnyConnectionType } from "../contract/index.js";
import { findChanged } from "../settings/compare-settings.js";
import { openStored, sealSettings, type PlainSettings } from "../settings/stored-settings.js";
import { readForChange, storeChange } from "../stored/connection.changes.js";
import { CONNECTION_UPDATED } from "../stored/connection.events.js";
import type { Connection } from "../stored/connection.js";
import { usesOperatorApp } from "./operator-app.js";
import { findConnectionOfTenant, holdTenant } from "./operator-app-tenant.repository.js";

/** A tenant that a verified sign-in named. */
export interface VerifiedTenant {
  readonly tenant: string;
  /** The values of the settings that only a consent sets, such as the tenant's ID. */
  readonly settings: PlainSettings;
}

/**
 * - `FIXED`: the connection has the tenant, since now or since an earlier consent.
 * - `FIXED_BEFORE`: the connection has a different tenant, which never changes.
 * - `TAKEN`: a different connection of the installation has the tenant.
 * - `SUPERSEDED`: the connection was changed after the consent began.
 */
export type FixOutcome = "FIXED" | "FIXED_BEFORE" | "TAKEN" | "SUPERSEDED";

export async function fixTenant(
  unit: UnitOfWork,
  { type, keyRing }: { readonly type: AnyConnectionType; readonly keyRing: KeyRing },
  connection: Connection,
  { tenant, settings }: VerifiedTenant,
): Promise<FixOutcome> {
  const before = await readForChange(unit, connection);
  if (before.trustVersion !== connection.trustVersion || !usesOperatorApp(before.settings)) return "SUPERSEDED";
  if ((await findConnectionOfTenant(unit, type.id, tenant)) === before.id) return "FIXED";
  const plain = openStored(type, keyRing, before);
  if (Object.keys(settings).some((name) => plain[name] !== undefined)) return "FIXED_BEFORE";
  if (!(await holdTenant(unit, type.id, tenant, before.id))) return "TAKEN";
  const merged = { plain: { ...plain, ...settings }, given: new Set(Object.keys(settings)) };
  const changed = findChanged(type, plain, merged, Object.keys(before.secrets));
  await storeChange(
    unit,
    before,
    { ...before, ...sealSettings(type, keyRing, before.id, { ...merged, before, now: unit.now }) },
    { event: CONNECTION_UPDATED, settings: { type, changed }, raisesTrust: true },
  );
  return "FIXED";
}
