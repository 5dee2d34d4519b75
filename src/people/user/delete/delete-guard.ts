/**
 * Reasons against the deletion of an account, and the data to erase with it. The modules that use `people` add their own
 * reasons and data.
 */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import type { Reader } from "../../../platform/database/database.js";
import { toDateOrNull } from "../../../platform/database/values.js";
import type { User } from "../user.js";

/** Why an account cannot be deleted now. */
export interface DeletionReason {
  /** Upper case with underscores: `SEAT_USED`. */
  readonly code: string;
  /** A sentence for the caller. */
  readonly message: string;
  /** When the reason ends, ISO 8601; `null` if it does not end by itself. */
  readonly until: string | null;
}

/**
 * Finds the reasons of one module against the deletion of an account. The caller locks the home organization,
 * in the unit of work that deletes.
 */
type DeleteGuard = (unit: UnitOfWork, user: User) => Promise<readonly DeletionReason[]>;

/**
 * Erases a person from the rows of one module, in the unit of work that deletes, before the account's row is deleted.
 * Rows that stay for the record must not identify the person.
 */
export type ErasePart = (unit: UnitOfWork, user: User) => Promise<void>;

/** What the modules that use `people` add to each deletion. */
export interface DeletionParts {
  readonly guards: readonly DeleteGuard[];
  readonly erasers: readonly ErasePart[];
}

/**
 * The reason against a deletion that the used seats of a person are, in any organization; empty without one. A used seat
 * counts until its billing cycle ends.
 */
export async function findUsedSeat(reader: Reader, userId: string, now: Date): Promise<readonly DeletionReason[]> {
  const rows = await reader.rows<{ cycle_ends_at: unknown }>(
    `SELECT cycle_ends_at FROM seat
      WHERE user_id = ? AND active_key IS NOT NULL AND used_at IS NOT NULL
        AND (cycle_ends_at IS NULL OR cycle_ends_at > ?)`,
    [userId, now],
  );
  const ends = rows.map((row) => toDateOrNull(row.cycle_ends_at));
  if (ends.length === 0) return [];
  // If one seat has no end, the reason has no known end.
  const until = ends.includes(null) ? null : new Date(Math.max(...ends.map((end) => end?.getTime() ?? 0)));
  return [
    {
      code: "SEAT_USED",
      message: "The person holds a seat that was used in this billing cycle.",
      until: until?.toISOString() ?? null,
    },
  ];
}
