/** The facts about groups that the log tells. */
import { z } from "zod";
import { changedSchema, defineEventType } from "../../events/event-type.js";

const groupSchema = z
  .object({ id: z.string(), name: z.string(), description: z.string().nullable() })
  .describe("The group after the change; as it was, where it is gone.");

const memberSchema = z.object({ id: z.string() }).describe("Who came or went.");

export const GROUP_CREATED = defineEventType({
  type: "group.created",
  subject: "group",
  description: "A group exists. It has no members yet.",
  data: z.object({ group: groupSchema, changed: z.null() }),
});

export const GROUP_UPDATED = defineEventType({
  type: "group.updated",
  subject: "group",
  description: "The name or the description of a group changed.",
  data: z.object({ group: groupSchema, changed: changedSchema }),
});

export const GROUP_DELETED = defineEventType({
  type: "group.deleted",
  subject: "group",
  description: "A group is gone, and nobody is in it any more: there is no `group.member_removed` for its members.",
  data: z.object({ group: groupSchema, changed: z.null() }),
});

export const GROUP_MEMBER_ADDED = defineEventType({
  type: "group.member_added",
  subject: "group",
  description:
    "A user is in a group who was not: added by hand, by a mapping at a sign-in, or by a directory. A second reason for which somebody is in a group tells nothing.",
  data: z.object({ group: groupSchema, user: memberSchema, changed: z.null() }),
});

export const GROUP_MEMBER_REMOVED = defineEventType({
  type: "group.member_removed",
  subject: "group",
  description: "A user is no longer in a group: the last reason for it is gone.",
  data: z.object({ group: groupSchema, user: memberSchema, changed: z.null() }),
});

export const GROUP_EVENTS = [
  GROUP_CREATED,
  GROUP_UPDATED,
  GROUP_DELETED,
  GROUP_MEMBER_ADDED,
  GROUP_MEMBER_REMOVED,
] as const;
