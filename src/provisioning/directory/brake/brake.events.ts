/** The events of paused and released provisioning directories. */
import { z } from "zod";
import { defineEventType } from "../../../events/event-type.js";
import { DIRECTORY_STATES, PAUSE_REASONS, type Directory } from "../stored/directory.js";

const directorySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(DIRECTORY_STATES),
    connectionId: z.string().nullable().describe("The linked connection; null if there is none."),
  })
  .describe("The directory after the change.");

/** The directory as events show it. */
export function directorySnapshot({ id, name, state, connectionId }: Directory): z.infer<typeof directorySchema> {
  return { id, name, state, connectionId };
}

export const DIRECTORY_PAUSED_EVENT = defineEventType({
  type: "directory.paused",
  subject: "directory",
  description:
    "A provisioning directory is paused: its requests get 503 and change nothing. Either it was about to end the access of too many users within an hour, or an administrator paused it.",
  data: z.object({
    directory: directorySchema,
    changed: z.null(),
    paused: z.object({
      reason: z
        .enum(PAUSE_REASONS)
        .describe("MASS_REMOVAL: the mass-removal brake paused it. ADMINISTRATOR: an administrator did."),
      removedUsers: z
        .number()
        .int()
        .describe("How many users lost their access within the last hour. 0 if an administrator paused the directory."),
    }),
  }),
});

export const DIRECTORY_RELEASED_EVENT = defineEventType({
  type: "directory.released",
  subject: "directory",
  description: "An administrator released a paused provisioning directory. Its requests are answered again.",
  data: z.object({
    directory: directorySchema,
    changed: z.null(),
    released: z.object({
      removalsAllowedUntil: z
        .string()
        .nullable()
        .describe("Until when any number of users may be removed: ISO 8601, UTC; null if the brake stays on."),
    }),
  }),
});

export const DIRECTORY_EVENTS = [DIRECTORY_PAUSED_EVENT, DIRECTORY_RELEASED_EVENT] as const;
