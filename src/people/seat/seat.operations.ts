/** Reads the seats of an organization for a caller. */
import { holds, requirePermission, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";

/** The seats in an organization's plan. */
export interface Seats {
  readonly organizationId: string;
  readonly seatsInUse: number;
  /** `null` if the plan has no limit. */
  readonly totalSeats: number | null;
}

/** A seat that a user holds. */
export interface SeatHolder {
  readonly organizationId: string;
  readonly userId: string;
  readonly assignedAt: Date;
  readonly usedAt: Date | null;
  readonly cycleEndsAt: Date | null;
}

/**
 * How many seats an organization has and uses. For callers who may see its users or its training, because accounts and
 * training depend on free seats.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function readSeats({ reader }: Store, caller: Caller, organizationId: string): Promise<Seats> {
  if (!holds(caller, organizationId, "TRAINING_READ")) requirePermission(caller, organizationId, "USERS_READ");
  const row = await reader.row<{ seats_in_use: number; total_seats: number | null }>(
    "SELECT seats_in_use, total_seats FROM organization WHERE id = ?",
    [organizationId],
  );
  if (row === undefined) throw new Failure(NOT_FOUND, { type: "organization" });
  return { organizationId, seatsInUse: row.seats_in_use, totalSeats: row.total_seats };
}

interface Raw {
  id: string;
  user_id: string;
  assigned_at: unknown;
  used_at: unknown;
  cycle_ends_at: unknown;
}

/**
 * One page of the users who hold a seat, in the order in which they took it.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listSeatHolders(
  { reader }: Store,
  caller: Caller,
  query: { readonly organizationId: string; readonly page: PageArgs },
): Promise<Page<SeatHolder>> {
  const { organizationId, page } = query;
  requirePermission(caller, organizationId, "USERS_READ");
  const found = await pageByKeyset<Raw>({
    reader,
    select: "s.id, s.user_id, s.assigned_at, s.used_at, s.cycle_ends_at",
    from: "seat s",
    where: { sql: "s.organization_id = ? AND s.released_at IS NULL", parameters: [organizationId] },
    // Ids rise with the time of creation.
    order: [{ column: "s.id", direction: "ASC", kind: "text", read: (raw) => raw.id }],
    args: page,
  });
  return toPage(found, (raw) => ({
    organizationId,
    userId: raw.user_id,
    assignedAt: toDate(raw.assigned_at),
    usedAt: toDateOrNull(raw.used_at),
    cycleEndsAt: toDateOrNull(raw.cycle_ends_at),
  }));
}
