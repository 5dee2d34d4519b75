/** What speaks against deleting an account, and what else of a person goes with it: rooms above hand their own in. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import type { Reader } from "../../../platform/database/database.js";
import { toDateOrNull } from "../../../platform/database/values.js";
import type { User } from "../user.js";

/** Why an account cannot be deleted now. */
export interface DeletionReason {
  /** Upper case with underscores: `SEAT_USED`. */
  readonly code: string;
  /** A sentence for whoever wanted to delete. */
  readonly message: string;
  /** From when on it no longer speaks against it, ISO 8601; `null` where time does not mend it. */
  readonly until: string | null;
}

/**
 * What of a room speaks against deleting an account; empty when nothing does. Asked in the unit of work that deletes,
 * with the home organization locked.
 */
type DeleteGuard = (unit: UnitOfWork, user: User) => Promise<readonly DeletionReason[]>;

/**
 * What a room does about its rows of a person who is deleted, in the same unit of work, before the account goes. Rows that
 * stay for the record must no longer say who it was.
 */
export type ErasePart = (unit: UnitOfWork, user: User) => Promise<void>;

/** What the rooms above know of a person. */
export interface DeletionParts {
  readonly guards: readonly DeleteGuard[];
  readonly erasers: readonly ErasePart[];
}

/** A seat that training was started on counts until its billing cycle ends, in every organization of the person. */
export async function findUsedSeat(reader: Reader, userId: string, now: Date): Promise<readonly DeletionReason[]> {
  const rows = await reader.rows<{ cycle_ends_at: unknown }>(
    `SELECT cycle_ends_at FROM seat
      WHERE user_id = ? AND active_key IS NOT NULL AND used_at IS NOT NULL
        AND (cycle_ends_at IS NULL OR cycle_ends_at > ?)`,
    [userId, now],
  );
  const ends = rows.map((row) => toDateOrNull(row.cycle_ends_at));
  if (ends.length === 0) return [];
  // One seat without an end is enough for nobody to know when.
  const until = ends.includes(null) ? null : new Date(Math.max(...ends.map((end) => end?.getTime() ?? 0)));
  return [
    {
      code: "SEAT_USED",
      message: "The person holds a seat that was used in this billing cycle.",
      until: until?.toISOString() ?? null,
    },
  ];
}
