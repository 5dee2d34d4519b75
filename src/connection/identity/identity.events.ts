/** The events about links between people at providers and accounts. A sign-in that merges appends `user.merged`. */
import { z } from "zod";
import { defineEventType } from "../../events/event-type.js";
import { userSchema } from "../../people/user/user.events.js";

const link = {
  user: userSchema,
  changed: z.null(),
  connectionId: z.string(),
  identity: z
    .object({ id: z.string(), issuer: z.string(), subject: z.string() })
    .describe("How the provider knows the person."),
};

export const USER_LINKED = defineEventType({
  type: "user.linked",
  subject: "user",
  description:
    "An administrator linked a person at a provider to this account: by approving a request, by relinking, or by moving the person to another connection.",
  data: z.object({
    ...link,
    previousUserIds: z.array(z.string()).describe("The accounts that the person was linked to before; often none."),
  }),
});

export const USER_UNMERGED = defineEventType({
  type: "user.unmerged",
  subject: "user",
  description:
    "A merge ended: the person at the provider no longer signs in to this account. `reason`: an administrator undid the merge, the address changed at the provider, or a different account is now the meeting account of the address.",
  data: z.object({ ...link, reason: z.enum(["UNDONE", "ADDRESS_CHANGED", "MEETING_ACCOUNT_CHANGED"]) }),
});

export const IDENTITY_EVENTS = [USER_LINKED, USER_UNMERGED] as const;
