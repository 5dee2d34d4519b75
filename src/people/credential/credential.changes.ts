/** Changes of passwords and one-time tokens that other rooms need. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { endSessionsOfUser } from "../session/session.repository.js";

/**
 * Takes away everything by which whoever made an account, without ever proving its address, could still enter it once its
 * rightful owner was joined to it: password, sessions, and every link that was sent or is pending (pre-hijacking).
 */
export async function wipeUnverifiedCredential(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("DELETE FROM user_credential WHERE user_id = ?", [userId]);
  await unit.execute("DELETE FROM one_time_token WHERE user_id = ?", [userId]);
  await endSessionsOfUser(unit, userId);
}
