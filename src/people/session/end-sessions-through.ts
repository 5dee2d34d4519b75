/** Ends the sessions of several users through one connection. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { placeholders } from "../../platform/database/statements.js";

/** The largest number of users in one statement. */
const USERS_AT_ONCE = 500;

/** Ends every session that a connection started for these users. Their other sessions stay. Returns how many ended. */
export async function endSessionsThrough(
  unit: UnitOfWork,
  connectionId: string,
  userIds: readonly string[],
): Promise<number> {
  let ended = 0;
  for (let start = 0; start < userIds.length; start += USERS_AT_ONCE) {
    const some = userIds.slice(start, start + USERS_AT_ONCE);
    ended += await unit.execute(
      `DELETE FROM user_session WHERE connection_id = ? AND user_id IN (${placeholders(some)})`,
      [connectionId, ...some],
    );
  }
  return ended;
}
