/**
 * Tells the administrators of an organization that requires single sign-on, and the operator, when no break-glass
 * account can sign in. Tells them once. Tells them again only if such an account existed in the meantime.
 */
import { findOrganization } from "../../people/organization/organization.repository.js";
import { noticeBreakGlassMissing } from "../../people/notices/notice-break-glass.js";
import { lacksBreakGlass } from "../../people/user/break-glass/break-glass.rules.js";
import type { Reader } from "../../platform/database/database.js";
import type { UpkeepStep } from "../upkeep/upkeep-step.js";
import { changeWatched } from "../watch/change-watched.js";

const LOOK_EVERY_MILLISECONDS = 6 * 60 * 60_000;

export const WARN_OF_MISSING_BREAK_GLASS: UpkeepStep = {
  name: "warn of a missing break-glass account",
  run: async ({ services, connection, isMine }) => {
    const { reader, operatorContact, runtime } = services;
    const { organizationId } = connection;
    const look = new Date(runtime.clock().getTime() + LOOK_EVERY_MILLISECONDS);
    const seen = await findOrganization(reader, null, organizationId);
    if (seen === null || (await lacksBreakGlass(reader, seen)) === (await isKnown(reader, organizationId))) return look;
    await changeWatched(services, connection, isMine, async (unit, organization) => {
      const lacks = await lacksBreakGlass(unit, organization);
      if (lacks === (await isKnown(unit, organizationId))) return;
      await unit.execute("UPDATE organization SET break_glass_missing_since = ? WHERE id = ?", [
        lacks ? unit.now : null,
        organizationId,
      ]);
      if (lacks) await noticeBreakGlassMissing(unit, { organization, operatorContact });
    });
    return look;
  },
};

/** Whether the organization's administrators were told already. */
async function isKnown(reader: Reader, organizationId: string): Promise<boolean> {
  const row = await reader.row<{ since: unknown }>(
    "SELECT break_glass_missing_since AS since FROM organization WHERE id = ?",
    [organizationId],
  );
  return row !== undefined && row.since !== null;
}
