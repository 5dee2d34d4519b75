/** Ends everything by which a person could still come in, when an account stops being active. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { endSessionsOfUser } from "../session/session.repository.js";

/**
 * Ends every session of a user and takes back every one-time link that was sent. The password stays: whoever is enabled
 * again signs in as before.
 */
export async function endAccess(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("DELETE FROM one_time_token WHERE user_id = ?", [userId]);
  await endSessionsOfUser(unit, userId);
}
