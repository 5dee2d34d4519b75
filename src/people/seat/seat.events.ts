/** The event types of seats. */
import { z } from "zod";
import { defineEventType } from "../../events/event-type.js";

const seatSchema = z
  .object({
    id: z.string(),
    userId: z.string(),
    seatsInUse: z.number().describe("How many seats are taken after the change."),
    totalSeats: z.number().nullable().describe("How many seats the plan has; null if it has no limit."),
  })
  .describe("The seats after the change.");

export const SEAT_ASSIGNED = defineEventType({
  type: "seat.assigned",
  subject: "seat",
  description: "A user took a seat of the organization's plan.",
  data: z.object({ seat: seatSchema, changed: z.null() }),
});

export const SEAT_RELEASED = defineEventType({
  type: "seat.released",
  subject: "seat",
  description: "A user's seat of the organization's plan is free again.",
  data: z.object({ seat: seatSchema, changed: z.null() }),
});

export const SEAT_LIMIT_REACHED = defineEventType({
  type: "seat.limit_reached",
  subject: "seat",
  description: "The last free seat was taken.",
  data: z.object({ seat: seatSchema, changed: z.null() }),
});

export const SEAT_EVENTS = [SEAT_ASSIGNED, SEAT_RELEASED, SEAT_LIMIT_REACHED] as const;
