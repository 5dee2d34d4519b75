/** Before anybody is let into an account that was there: what others could still enter it by goes first. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { wipeUnverifiedCredential } from "./credential.changes.js";

/**
 * Takes from an account all by which whoever had it before could still enter, unless the account's password proves whose it
 * is (pre-hijacking): a password that waits on an address that nobody has proved, with sessions and pending links; and of
 * an account without a password, every pending link and the sessions that links gave. Sessions that a provider gave stay:
 * the provider said whose they are.
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
  await wipeUnverifiedCredential(unit, userId);
  return true;
}
