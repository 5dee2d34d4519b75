/** Stores a change of a connection with its consequences: version, trust version, ended sessions, event, audit entry. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import { changesBetween } from "../../events/event-type.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { endSignInLinksOf } from "../../people/credential/one-time-token.repository.js";
import { endSessionsOfConnection } from "../../people/session/session.repository.js";
import type { AnyConnectionType } from "../contract/index.js";
import { auditSetting } from "../settings/compare-settings.js";
import { settingsOf } from "../settings/stored-settings.js";
import { scheduleUpkeep } from "../upkeep/upkeep.repository.js";
import { forgetReadings } from "./connection-health.repository.js";
import { connectionSnapshot, type ConnectionEvent } from "./connection.events.js";
import type { Connection } from "./connection.js";
import { findConnection, updateConnectionRow } from "./connection.repository.js";

/**
 * Reads a connection for a change. Locks the organization's row first, so that changes run one after the other.
 *
 * @throws NOT_FOUND if the connection was deleted meanwhile
 */
export async function readForChange(unit: UnitOfWork, { id, organizationId }: Connection): Promise<Connection> {
  await lockOrganization(unit, organizationId);
  const connection = await findConnection(unit, organizationId, id);
  if (connection === null) throw new Failure(NOT_FOUND, { type: "connection" });
  return connection;
}

/** The part of a change that the event and the audit entry show. */
export interface ConnectionChange {
  readonly event: ConnectionEvent;
  /** The connection's type and the names of the changed settings; absent if no setting changed. */
  readonly settings?: { readonly type: AnyConnectionType; readonly changed: readonly string[] };
  /** Changed lists of mappings or client keys, by their names in the schema. */
  readonly lists?: {
    readonly before: Readonly<Record<string, unknown>>;
    readonly after: Readonly<Record<string, unknown>>;
  };
  /**
   * The number of sessions that the caller has ended for this change. `storeChange` adds those that a change of trust
   * ends.
   */
  readonly endedSessions?: number;
}

/**
 * Stores `after` as the next version of `before`.
 *
 * @param change if `raisesTrust` is true, the trust version rises, which ends the connection's flows (sign-ins under
 *   way). The connection's sessions and the unused sign-in links of its organization end, too.
 */
export async function storeChange(
  unit: UnitOfWork,
  before: Connection,
  after: Connection,
  change: ConnectionChange & { readonly raisesTrust: boolean },
): Promise<Connection> {
  const stored: Connection = {
    ...after,
    version: before.version + 1,
    trustVersion: before.trustVersion + (change.raisesTrust ? 1 : 0),
    updatedAt: unit.now,
  };
  await updateConnectionRow(unit, stored);
  await scheduleUpkeep(unit, before.id, stored.state === "ACTIVE" ? unit.now : null);
  if (change.raisesTrust) await forgetReadings(unit, before.id);
  const endedByTrust = change.raisesTrust ? await endSessionsOfConnection(unit, before.id) : 0;
  if (change.raisesTrust) await endSignInLinksOf(unit, before.organizationId);
  const endedSessions = endedByTrust + (change.endedSessions ?? 0);
  await recordChange(unit, { before, after: stored, endedSessions }, change);
  return stored;
}

/** Appends the event and the audit entry of a stored change: a creation without `before`, a deletion without `after`. */
export async function recordChange(
  unit: UnitOfWork,
  states: { readonly before?: Connection; readonly after?: Connection; readonly endedSessions: number },
  { event, settings, lists }: ConnectionChange,
): Promise<void> {
  const { before, after, endedSessions } = states;
  const subject = after ?? before;
  if (subject === undefined) return;
  const snapshot = connectionSnapshot(subject);
  await appendEvent(unit, {
    organizationId: subject.organizationId,
    type: event,
    subject: { id: subject.id, version: subject.version },
    data: {
      connection: snapshot,
      changed:
        before && after
          ? changesBetween({ ...connectionSnapshot(before), ...lists?.before }, { ...snapshot, ...lists?.after })
          : null,
      changedSettings: [...(settings?.changed ?? [])],
    },
  });
  await recordAudit(unit, {
    organizationId: subject.organizationId,
    action: event.type,
    subject: { type: "connection", id: subject.id },
    before: before ? { ...auditView(before, settings), ...lists?.before } : null,
    after: after
      ? { ...auditView(after, settings), ...lists?.after, ...(endedSessions > 0 && { endedSessions }) }
      : null,
  });
}

/** A connection as the audit log shows it, with the settings that changed. */
function auditView(connection: Connection, settings: ConnectionChange["settings"]) {
  const shown =
    settings &&
    settingsOf(settings.type)
      .filter(([name]) => settings.changed.includes(name))
      .map(([name, setting]) => [name, auditSetting(setting, connection.secrets[name] ?? connection.settings[name])]);
  return {
    ...connectionSnapshot(connection),
    version: connection.version,
    trustVersion: connection.trustVersion,
    ...(shown && { settings: Object.fromEntries(shown) as Record<string, unknown> }),
  };
}
