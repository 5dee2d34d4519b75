/** Tests and activates connections. */
import { causeOf, type Caller } from "../../access/caller.js";
import { Failure } from "../../platform/errors/failure.js";
import { requireVersion } from "../../people/failures.js";
import type { Finding } from "../contract/index.js";
import { CONNECTION_NOT_READY } from "../failures.js";
import type { ConnectionServices } from "../services.js";
import { findChanged } from "../settings/compare-settings.js";
import { sealSettings } from "../settings/stored-settings.js";
import { readForChange, storeChange } from "./connection.changes.js";
import { CONNECTION_ACTIVATED } from "./connection.events.js";
import { forgetFailures } from "../watch/failures.repository.js";
import { noteTest } from "./connection-health.repository.js";
import { readConnectionFor } from "./connection.operations.js";
import type { Connection } from "./connection.js";
import { diagnoseConnection, listFindings, type Diagnosis } from "./diagnose.js";

/**
 * Runs every check that works without a user, and stores the findings in the connection's health. Drafts can be tested, too:
 * each missing setting is a finding.
 */
export async function testConnection(
  services: ConnectionServices,
  caller: Caller,
  id: string,
): Promise<readonly Finding[]> {
  const connection = await readConnectionFor(services, caller, id, "CONNECTIONS_WRITE");
  const findings = listFindings(await diagnoseConnection(services, connection));
  await keepFindings(services, caller, connection, findings);
  return findings;
}

/** The result of an activation. */
export interface Activation {
  readonly connection: Connection;
  /**
   * The findings of the diagnosis before the activation; none has the level ERROR. Empty if the connection was active
   * before.
   */
  readonly findings: readonly Finding[];
}

/**
 * Lets people sign in through a connection. All required settings must be set, and the diagnosis must find no error. The
 * diagnosis asks the provider, so it runs before the organization is locked. An active connection does not change.
 *
 * @throws CONNECTION_NOT_READY, and VERSION_CONFLICT if the connection changed during the diagnosis
 */
export async function activateConnection(
  services: ConnectionServices,
  caller: Caller,
  id: string,
): Promise<Activation> {
  const found = await readConnectionFor(services, caller, id, "CONNECTIONS_WRITE");
  if (found.state === "ACTIVE") return { connection: found, findings: [] };
  const diagnosis = await diagnoseConnection(services, found);
  const findings = listFindings(diagnosis);
  await keepFindings(services, caller, found, findings);
  requireReady(diagnosis);
  const connection = await services.begin(caller, causeOf(caller), async (unit) => {
    const before = await readForChange(unit, found);
    if (before.state === "ACTIVE") return before;
    requireVersion(found.version, before.version);
    const { type, merged } = diagnosis;
    const changed = findChanged(type, diagnosis.before, merged, Object.keys(before.secrets));
    const sealed =
      changed.length === 0
        ? {}
        : sealSettings(type, services.runtime.keyRing, before.id, { ...merged, before, now: unit.now });
    await forgetFailures(unit, before.id);
    return await storeChange(
      unit,
      before,
      { ...before, ...sealed, state: "ACTIVE", firstActivatedAt: before.firstActivatedAt ?? unit.now },
      { event: CONNECTION_ACTIVATED, settings: { type, changed }, raisesTrust: true },
    );
  });
  return { connection, findings };
}

function requireReady({ findings: found, fields, obstacles }: Diagnosis): void {
  const findings = [...obstacles, ...found];
  if (fields.length > 0 || findings.some(({ level }) => level === "ERROR"))
    throw new Failure(CONNECTION_NOT_READY, { findings, fields });
}

/**
 * Stores the findings in the connection's health, apart from the connection. So this does not raise the connection's
 * version or wait for other changes of the connection.
 */
async function keepFindings(
  { begin }: ConnectionServices,
  caller: Caller,
  { id }: Connection,
  findings: readonly Finding[],
): Promise<void> {
  await begin(caller, causeOf(caller), async (unit) => {
    await noteTest(unit, id, findings);
  });
}
