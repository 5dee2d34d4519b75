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

/** Takes back the invitations of an account: whoever has come in needs none. */
export async function dropInvitations(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("DELETE FROM one_time_token WHERE user_id = ? AND kind = 'INVITATION'", [userId]);
}

/** Notes that nobody has proved an account's address: it is another one than the one that was proved. */
export async function unproveAddress(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("UPDATE user_credential SET email_verified_at = NULL WHERE user_id = ?", [userId]);
}
