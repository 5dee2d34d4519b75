/** Before anybody is let into an account that was there: what waits on an address that nobody has proved goes first. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { wipeUnverifiedCredential } from "./credential.changes.js";

/**
 * Takes password, sessions and pending links from an account whose password waits on an address that nobody has proved
 * (pre-hijacking). An account without a password, or with a proved address, is left alone.
 *
 * @returns whether something was taken
 */
export async function dropUnverifiedCredential(unit: UnitOfWork, userId: string): Promise<boolean> {
  const row = await unit.row("SELECT user_id FROM user_credential WHERE user_id = ? AND email_verified_at IS NULL", [
    userId,
  ]);
  if (row === undefined) return false;
  await wipeUnverifiedCredential(unit, userId);
  return true;
}
