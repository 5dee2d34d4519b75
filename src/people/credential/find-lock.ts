/** Reads the lockout of an account after failed password attempts. */
import type { Reader } from "../../platform/database/database.js";
import { toDateOrNull } from "../../platform/database/values.js";

/** When the lockout of an account ends; `null` if it is not locked out. */
export async function findLock(reader: Reader, userId: string, now: Date): Promise<Date | null> {
  const row = await reader.row<{ locked_until: unknown }>(
    "SELECT locked_until FROM user_credential WHERE user_id = ?",
    [userId],
  );
  const until = toDateOrNull(row?.locked_until ?? null);
  return until !== null && until > now ? until : null;
}
