/** The event types of groups. */
import { z } from "zod";
import { changedSchema, defineEventType } from "../../events/event-type.js";

const groupSchema = z
  .object({ id: z.string(), name: z.string(), description: z.string().nullable() })
  .describe("The group after the change; before it, if the group was deleted.");

const memberSchema = z.object({ id: z.string() }).describe("The user who was added or removed.");

export const GROUP_CREATED = defineEventType({
  type: "group.created",
  subject: "group",
  description: "A group was created, without members.",
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
  description: "A group was deleted with its memberships. There are no `group.member_removed` events for its members.",
  data: z.object({ group: groupSchema, changed: z.null() }),
});

export const GROUP_MEMBER_ADDED = defineEventType({
  type: "group.member_added",
  subject: "group",
  description:
    "A user became a member of a group: by hand, by a mapping at a sign-in, or by a directory. A second reason for the same membership has no event.",
  data: z.object({ group: groupSchema, user: memberSchema, changed: z.null() }),
});

export const GROUP_MEMBER_REMOVED = defineEventType({
  type: "group.member_removed",
  subject: "group",
  description: "A user is no longer a member of a group: the last reason for the membership was removed.",
  data: z.object({ group: groupSchema, user: memberSchema, changed: z.null() }),
});

export const GROUP_EVENTS = [
  GROUP_CREATED,
  GROUP_UPDATED,
  GROUP_DELETED,
  GROUP_MEMBER_ADDED,
  GROUP_MEMBER_REMOVED,
] as const;
