/** Whether an account is locked out after failed attempts to enter its password. */
import type { Reader } from "../../platform/database/database.js";
import { toDateOrNull } from "../../platform/database/values.js";

/** Until when an account is locked out; `null` when it is not. */
export async function findLock(reader: Reader, userId: string, now: Date): Promise<Date | null> {
  const row = await reader.row<{ locked_until: unknown }>(
    "SELECT locked_until FROM user_credential WHERE user_id = ?",
    [userId],
  );
  const until = toDateOrNull(row?.locked_until ?? null);
  return until !== null && until > now ? until : null;
}
