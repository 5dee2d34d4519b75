/** Removes the passwords, sessions and sent links that give access to an account. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { userHolder } from "../factor/holder.js";
import { endPendingSignInsOf } from "./pending-sign-in.repository.js";
import { endSessionsOfUser } from "../session/session.repository.js";

/**
 * Ends every session of a user and revokes every one-time link. The password stays, because an administrator may enable the account
 * again. Invitations stay too, so that their page can say what happened: an invitation works only while its account is INVITED.
 */
export async function endAccess(unit: UnitOfWork, userId: string): Promise<void> {
  await endLinks(unit, userId);
  await endPendingSignInsOf(unit, userHolder({ id: userId }));
  await endSessionsOfUser(unit, userId);
}

/**
 * Runs before a sign-in joins an existing account. Locks out earlier users of the account, because an attacker may have
 * created it (pre-hijacking). An account that has a password and a proved address stays unchanged. An account with an unproved address
 * loses its password, its sessions and its links. An account without a password loses its links and the sessions that links
 * started. Sessions that a provider started stay, because the provider identified the person.
 *
 * @returns whether a password was removed
 */
export async function dropUnverifiedCredential(unit: UnitOfWork, userId: string): Promise<boolean> {
  const row = await unit.row<{ email_verified_at: unknown }>(
    "SELECT email_verified_at FROM user_credential WHERE user_id = ?",
    [userId],
  );
  if (row === undefined) {
    await endLinks(unit, userId);
    await unit.execute("DELETE FROM user_session WHERE user_id = ? AND connection_id IS NULL", [userId]);
    return false;
  }
  if (row.email_verified_at !== null) return false;
  await unit.execute("DELETE FROM user_credential WHERE user_id = ?", [userId]);
  await endAccess(unit, userId);
  return true;
}

async function endLinks(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("DELETE FROM one_time_token WHERE user_id = ? AND kind <> 'INVITATION'", [userId]);
}

/** Marks the invitations of an account as used after its person has signed in. */
export async function consumeInvitations(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute(
    "UPDATE one_time_token SET consumed_at = ? WHERE user_id = ? AND kind = 'INVITATION' AND consumed_at IS NULL",
    [unit.now, userId],
  );
}

/** Marks the address of an account as unproved after it changed. */
export async function unproveAddress(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("UPDATE user_credential SET email_verified_at = NULL WHERE user_id = ?", [userId]);
}
