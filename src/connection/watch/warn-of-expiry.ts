/** Looks at what expires at a connection, and warns of it: one event for each warning, and one mail to each administrator. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { appendEvent } from "../../events/append-event.js";
import type { Organization } from "../../people/organization/organization.js";
import { writeMail } from "../../platform/mail/template.js";
import type { Expiration } from "../contract/index.js";
import { createRuntime } from "../runtime.js";
import type { ConnectionServices } from "../services.js";
import { openSettings } from "../settings/stored-settings.js";
import { connectionSnapshot } from "../stored/connection.events.js";
import type { Connection } from "../stored/connection.js";
import { loadOpeningContext } from "../stored/opening-context.js";
import type { UpkeepStep } from "../upkeep/upkeep-step.js";
import { changeWatched } from "./change-watched.js";
import { nextWarning, watchExpirations, type ExpiryWarning } from "./expirations.js";
import { mailAdministrators } from "./mail-administrators.js";
import { CONNECTION_EXPIRING_NOTICE } from "./templates.js";
import { findExpirations, storeExpirations } from "./watch.repository.js";
import { CONNECTION_EXPIRING } from "./watch.events.js";

/** Usher looks regularly, because a provider replaces certificates without a change of the connection. */
const LOOK_EVERY_MILLISECONDS = 6 * 60 * 60_000;

export const WARN_OF_EXPIRY: UpkeepStep = {
  name: "warn of expiry",
  run: async ({ services, connection, isMine }) => {
    const found = await listExpirations(services, connection);
    const now = services.runtime.clock();
    let due: Date | null = null;
    await changeWatched(services, connection, isMine, async (unit, organization, present) => {
      const known = await findExpirations(unit, present.id);
      const setAt = (setting: string) => present.secrets[setting]?.setAt ?? null;
      const { watched, warnings } = watchExpirations(found, known, setAt, unit.now);
      await storeExpirations(unit, present.id, watched);
      for (const warning of warnings) await warn(unit, services, organization, present, warning);
      due = nextWarning(watched, unit.now);
    });
    const look = now.getTime() + LOOK_EVERY_MILLISECONDS;
    return new Date(Math.min(look, (due as Date | null)?.getTime() ?? look));
  },
};

/**
 * Lists the certificates and secrets of a connection that expire. They come from its settings and from the facts that
 * its type has kept; the provider is not asked.
 */
async function listExpirations(services: ConnectionServices, connection: Connection): Promise<readonly Expiration[]> {
  const { registry, runtime } = services;
  const type = registry.find(connection.type);
  if (type?.expirations === undefined) return [];
  const context = await loadOpeningContext(services, connection);
  return type.expirations(openSettings(type, runtime.keyRing, connection), createRuntime(runtime, connection, context));
}

async function warn(
  unit: UnitOfWork,
  { runtime: { publicUrl } }: ConnectionServices,
  organization: Organization,
  connection: Connection,
  { expiration: { kind, name, expiresAt }, daysBefore }: ExpiryWarning,
): Promise<void> {
  await appendEvent(unit, {
    organizationId: organization.id,
    type: CONNECTION_EXPIRING,
    subject: { id: connection.id, version: connection.version },
    data: {
      connection: connectionSnapshot(connection),
      changed: null,
      expiring: { kind, name, expiresAt, daysBefore },
    },
  });
  const told = { organization, connection, publicUrl, kind, name, expiresAt: new Date(expiresAt), now: unit.now };
  await mailAdministrators(unit, organization, writeMail(CONNECTION_EXPIRING_NOTICE, told));
}
