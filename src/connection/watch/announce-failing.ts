/**
 * Announces that a connection fails, with one event and one mail to each administrator. Does so once in each spell,
 * which is a time of failures without a success.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { appendEvent } from "../../events/append-event.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { writeMail } from "../../platform/mail/template.js";
import type { ConnectionTypeRegistry } from "../registry.js";
import type { Store } from "../../access/store.js";
import { connectionSnapshot } from "../stored/connection.events.js";
import { findConnection } from "../stored/connection.repository.js";
import type { Connection } from "../stored/connection.js";
import { findFailingPart } from "./failing.js";
import { beginFailing, findFailures } from "./failures.repository.js";
import { mailAdministrators } from "./mail-administrators.js";
import { CONNECTION_FAILING_NOTICE } from "./templates.js";
import { CONNECTION_FAILING } from "./watch.events.js";

/** The parts that an announcement needs. */
export interface AnnouncingParts {
  readonly store: Pick<Store, "begin">;
  readonly registry: ConnectionTypeRegistry;
  readonly publicUrl: string;
}

/**
 * Announces that a connection fails, unless it was announced in this spell, works again, or is not active. Runs in a
 * unit of work of its own, because it locks the organization, which the unit that records a failed sign-in does not.
 */
export async function announceFailing(
  { store, registry, publicUrl }: AnnouncingParts,
  { id, organizationId }: Pick<Connection, "id" | "organizationId">,
  code: string,
): Promise<void> {
  await store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit: UnitOfWork) => {
    const organization = await lockOrganization(unit, organizationId);
    const connection = await findConnection(unit, organizationId, id);
    if (organization === null || connection?.state !== "ACTIVE") return;
    const present = await findFailures(unit, id);
    const part = present === null || present.failingSince !== null ? null : findFailingPart(present, unit.now);
    if (part === null) return;
    await beginFailing(unit, id, code);
    await appendEvent(unit, {
      organizationId,
      type: CONNECTION_FAILING,
      subject: { id, version: connection.version },
      data: {
        connection: connectionSnapshot(connection),
        changed: null,
        failing: { part, code, since: unit.now.toISOString() },
      },
    });
    const remedy = registry.find(connection.type)?.refusals[code]?.remedy ?? null;
    const told = { organization, connection, publicUrl, part, code, remedy };
    await mailAdministrators(unit, organization, writeMail(CONNECTION_FAILING_NOTICE, told));
  });
}
