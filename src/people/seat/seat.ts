/** Seats: the right of one user to use a paid place in the organization's plan. */

/** @internal */
export const SEAT_MODELS = ["NONE", "TRAINING_START", "ACTIVE_USER"] as const;
/** When a seat is taken: never, at the first start of training in a cycle, or when an account becomes active. */
export type SeatModel = (typeof SEAT_MODELS)[number];

/** @internal */
export const SEATS_FULL_POLICIES = ["BLOCK_TRAINING", "DENY_PROVISIONING"] as const;
/** What a full plan stops: training alone, or accounts as well. */
export type SeatsFullPolicy = (typeof SEATS_FULL_POLICIES)[number];

/** What a full plan means for an account that is about to become active. */
export interface SeatSituation {
  readonly seatModel: SeatModel;
  readonly seatsFull: SeatsFullPolicy;
  /** `null` sets no limit. */
  readonly totalSeats: number | null;
  readonly seatsInUse: number;
}

/** Whether there is no free seat. */
function isFull({ totalSeats, seatsInUse }: Pick<SeatSituation, "totalSeats" | "seatsInUse">): boolean {
  return totalSeats !== null && seatsInUse >= totalSeats;
}

/**
 * What to do about a seat when an account becomes active: take one, go without, or refuse the account.
 *
 * | | `BLOCK_TRAINING` | `DENY_PROVISIONING` |
 * |---|---|---|
 * | `TRAINING_START` | without | full: refused, else without |
 * | `ACTIVE_USER` | full: without, else taken | full: refused, else taken |
 */
export function decideSeat(situation: SeatSituation): "TAKE" | "WITHOUT" | "REFUSE" {
  const full = isFull(situation);
  switch (situation.seatModel) {
    case "NONE":
      return "WITHOUT";
    case "TRAINING_START":
      return full && situation.seatsFull === "DENY_PROVISIONING" ? "REFUSE" : "WITHOUT";
    case "ACTIVE_USER":
      if (!full) return "TAKE";
      return situation.seatsFull === "DENY_PROVISIONING" ? "REFUSE" : "WITHOUT";
  }
}
