/** Looks for claims that are gone: one event for each, and one mail to each administrator about all of them. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { NO_MAPPINGS } from "../../connection/mapping/mapping.js";
import { findMappingsOf } from "../../connection/mapping/mapping.repository.js";
import { connectionSnapshot } from "../../connection/stored/connection.events.js";
import type { UpkeepStep } from "../../connection/upkeep/upkeep-step.js";
import { changeWatched } from "../../connection/watch/change-watched.js";
import { mailAdministrators } from "../../connection/watch/mail-administrators.js";
import { CONNECTION_DRIFTED_NOTICE } from "../../connection/watch/templates.js";
import { CONNECTION_DRIFTED } from "../../connection/watch/watch.events.js";
import { appendEvent } from "../../events/append-event.js";
import type { Reader } from "../../platform/database/database.js";
import { toJson } from "../../platform/database/values.js";
import { writeMail } from "../../platform/mail/template.js";
import { findLastSignIns } from "../attempt/evidence.js";
import { LOOKED_AT, watchClaims, type WatchedClaim } from "./claim-drift.js";

const LOOK_EVERY_MILLISECONDS = 60 * 60_000;

export const WATCH_DRIFT: UpkeepStep = {
  name: "watch-drift",
  run: async ({ services, connection, isMine }) => {
    const { reader, runtime } = services;
    const signIns = await findLastSignIns(reader, runtime.keyRing, connection.id, LOOKED_AT);
    const profiles = signIns.flatMap(({ evidence: { profile } }) => (profile === null ? [] : [profile]));
    const mappings = (await findMappingsOf(reader, [connection.id])).get(connection.id) ?? NO_MAPPINGS;
    await changeWatched(services, connection, isMine, async (unit, organization, present) => {
      const { watched, gone } = watchClaims(mappings, profiles, await findWatchedClaims(unit, present.id), unit.now);
      await storeWatchedClaims(unit, present.id, watched);
      if (gone.length === 0) return;
      for (const { kind, name, claim } of gone)
        await appendEvent(unit, {
          organizationId: organization.id,
          type: CONNECTION_DRIFTED,
          subject: { id: present.id, version: present.version },
          data: { connection: connectionSnapshot(present), changed: null, drifted: { kind, name, claim } },
        });
      const told = { organization, connection: present, publicUrl: runtime.publicUrl, gone };
      await mailAdministrators(unit, organization, writeMail(CONNECTION_DRIFTED_NOTICE, told));
    });
    return new Date(runtime.clock().getTime() + LOOK_EVERY_MILLISECONDS);
  },
};

async function findWatchedClaims(reader: Reader, connectionId: string): Promise<readonly WatchedClaim[]> {
  const row = await reader.row<{ claims: string | null }>(
    "SELECT claims FROM connection_health WHERE connection_id = ?",
    [connectionId],
  );
  return row?.claims == null ? [] : toJson<WatchedClaim[]>(row.claims);
}

async function storeWatchedClaims(
  unit: UnitOfWork,
  connectionId: string,
  watched: readonly WatchedClaim[],
): Promise<void> {
  await unit.execute("UPDATE connection_health SET claims = ? WHERE connection_id = ?", [
    JSON.stringify(watched),
    connectionId,
  ]);
}
