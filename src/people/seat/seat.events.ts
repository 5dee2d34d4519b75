/** The facts about seats that the log tells. */
import { z } from "zod";
import { defineEventType } from "../../events/event-type.js";

const seatSchema = z
  .object({
    id: z.string(),
    userId: z.string(),
    seatsInUse: z.number().describe("How many seats are held after the change."),
    totalSeats: z.number().nullable().describe("How many there are; null where nothing limits them."),
  })
  .describe("The seat after the change.");

export const SEAT_ASSIGNED = defineEventType({
  type: "seat.assigned",
  subject: "seat",
  description: "A user took a place in the organization's plan.",
  data: z.object({ seat: seatSchema, changed: z.null() }),
});

export const SEAT_RELEASED = defineEventType({
  type: "seat.released",
  subject: "seat",
  description: "A user's place in the organization's plan is free again.",
  data: z.object({ seat: seatSchema, changed: z.null() }),
});

export const SEAT_LIMIT_REACHED = defineEventType({
  type: "seat.limit_reached",
  subject: "seat",
  description: "The last free place was just taken.",
  data: z.object({ seat: seatSchema, changed: z.null() }),
});

export const SEAT_EVENTS = [SEAT_ASSIGNED, SEAT_RELEASED, SEAT_LIMIT_REACHED] as const;
