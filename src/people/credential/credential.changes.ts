/** Removes what gives access to an account: passwords, sessions, and links that were sent. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { endSessionsOfUser } from "../session/session.repository.js";

/** Ends every session of a user and revokes every one-time link. The password stays for the case that the account is enabled again. */
export async function endAccess(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("DELETE FROM one_time_token WHERE user_id = ?", [userId]);
  await endSessionsOfUser(unit, userId);
}

/**
 * Before a sign-in joins an existing account, locks out everybody who used it earlier, because an attacker may have created it
 * (pre-hijacking). An account that has a password and a proved address stays unchanged. An account with an unproved address
 * loses its password, its sessions and its links. An account without a password loses its links and the sessions that links
 * started; sessions that a provider started stay, because the provider identified the person.
 *
 * @returns whether a password was taken
 */
export async function dropUnverifiedCredential(unit: UnitOfWork, userId: string): Promise<boolean> {
  const row = await unit.row<{ email_verified_at: unknown }>(
    "SELECT email_verified_at FROM user_credential WHERE user_id = ?",
    [userId],
  );
  if (row === undefined) {
    await unit.execute("DELETE FROM one_time_token WHERE user_id = ?", [userId]);
    await unit.execute("DELETE FROM user_session WHERE user_id = ? AND connection_id IS NULL", [userId]);
    return false;
  }
  if (row.email_verified_at !== null) return false;
  await unit.execute("DELETE FROM user_credential WHERE user_id = ?", [userId]);
  await endAccess(unit, userId);
  return true;
}

/** Revokes the invitations of an account that its person has entered. */
export async function dropInvitations(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("DELETE FROM one_time_token WHERE user_id = ? AND kind = 'INVITATION'", [userId]);
}

/** Marks the address of an account as unproved after it changed. */
export async function unproveAddress(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("UPDATE user_credential SET email_verified_at = NULL WHERE user_id = ?", [userId]);
}
