/** Seats: each lets one user use the organization's plan. */

/** @internal */
export const SEAT_MODELS = ["NONE", "TRAINING_START", "ACTIVE_USER"] as const;
/** When a seat is taken: never, at the first start of training in a cycle, or when an account becomes active. */
export type SeatModel = (typeof SEAT_MODELS)[number];

/** @internal */
export const SEATS_FULL_POLICIES = ["BLOCK_TRAINING", "DENY_PROVISIONING"] as const;
/** The effect of a full plan: it stops training only, or new accounts as well. */
export type SeatsFullPolicy = (typeof SEATS_FULL_POLICIES)[number];

/** What decides whether an account that becomes active in an organization takes a seat there. */
export interface SeatSituation {
  readonly seatModel: SeatModel;
  readonly seatsFull: SeatsFullPolicy;
  /** `null` if the plan has no limit. */
  readonly totalSeats: number | null;
  readonly seatsInUse: number;
}

/** Whether every seat is taken. */
function isFull({ totalSeats, seatsInUse }: Pick<SeatSituation, "totalSeats" | "seatsInUse">): boolean {
  return totalSeats !== null && seatsInUse >= totalSeats;
}

/**
 * Decides whether an account that becomes active takes a seat, has none, or is refused.
 *
 * | | `BLOCK_TRAINING` | `DENY_PROVISIONING` |
 * |---|---|---|
 * | `TRAINING_START` | without | full: refused; not full: without |
 * | `ACTIVE_USER` | full: without; not full: taken | full: refused; not full: taken |
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
