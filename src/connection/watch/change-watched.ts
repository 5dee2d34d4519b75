/** Changes what Usher has stored about a connection that upkeep watches, so that each event and mail is sent once. */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import type { ConnectionServices } from "../services.js";
import { findConnection } from "../stored/connection.repository.js";
import type { Connection } from "../stored/connection.js";

/**
 * Runs `change` with the organization locked. Does nothing if the connection was deleted, is no longer active, was changed since
 * it was read, or belongs to a different worker now.
 */
export async function changeWatched(
  { begin }: Pick<ConnectionServices, "begin">,
  { id, organizationId, version }: Connection,
  isMine: (unit: UnitOfWork) => Promise<boolean>,
  change: (unit: UnitOfWork, organization: Organization, present: Connection) => Promise<void>,
): Promise<void> {
  await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    const present = await findConnection(unit, organizationId, id);
    if (organization === null || present === null) return;
    if (present.state !== "ACTIVE" || present.version !== version || !(await isMine(unit))) return;
    await change(unit, organization, present);
  });
}
