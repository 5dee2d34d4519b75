/** The event types of users. */
import { z } from "zod";
import { changedSchema, defineEventType } from "../../events/event-type.js";

/** A user in the data of an event, also for the events of other modules. */
export const userSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    username: z.string().nullable(),
    firstName: z.string(),
    lastName: z.string(),
    fullName: z.string(),
    employeeId: z.string().nullable(),
    profile: z
      .record(z.string(), z.string())
      .describe("Further fields that have a value, such as department, or `custom.NAME` for the organization's own."),
    status: z.enum(["INVITED", "PENDING_APPROVAL", "ACTIVE", "DISABLED", "ARCHIVED"]).nullable(),
    authMethod: z.enum(["SSO", "PASSWORD"]).nullable(),
    breakGlass: z.boolean().nullable().describe("Whether the account keeps its way in by password."),
    roles: z.array(z.string()).describe("Keys of the user's roles in the organization, the highest first."),
    groups: z.array(z.string()).describe("Ids of the user's groups in the organization."),
  })
  .describe(
    "The user after the change. For a guest, whose home is another organization, the event has id, address, names, roles and groups; `profile` is empty, and the other fields are null.",
  );

export const USER_CREATED = defineEventType({
  type: "user.created",
  subject: "user",
  description: "An account was created: at a first sign-in, by an administrator or through the API.",
  data: z.object({ user: userSchema, changed: z.null() }),
});

export const USER_INVITED = defineEventType({
  type: "user.invited",
  subject: "user",
  description:
    "A person was invited, or invited again. The first invitation comes in addition to `user.created`. The event does not contain the link.",
  data: z.object({
    user: userSchema,
    changed: z.null(),
    invitation: z.object({
      expiresAt: z.string().describe("ISO 8601."),
      mailed: z.boolean().describe("Whether Usher mailed the link to the person."),
    }),
  }),
});

export const USER_UPDATED = defineEventType({
  type: "user.updated",
  subject: "user",
  description: "A field of the account changed. A sign-in that changes no field has no such event.",
  data: z.object({ user: userSchema, changed: changedSchema }),
});

export const USER_ROLE_CHANGED = defineEventType({
  type: "user.role_changed",
  subject: "user",
  description: "The user's roles in the organization changed; `changed.roles` has the roles before and after.",
  data: z.object({ user: userSchema, changed: changedSchema }),
});

export const USER_EMAIL_CHANGED = defineEventType({
  type: "user.email_changed",
  subject: "user",
  description:
    "The user's e-mail address changed; `changed.email` has the addresses before and after. It comes in addition to `user.updated`, and not if only the case of letters differs.",
  data: z.object({ user: userSchema, changed: changedSchema }),
});

export const USER_MERGED = defineEventType({
  type: "user.merged",
  subject: "user",
  description: "A sign-in joined a person of a provider to this account by its e-mail address.",
  data: z.object({ user: userSchema, changed: z.null(), connectionId: z.string() }),
});

export const USER_APPROVAL_REQUESTED = defineEventType({
  type: "user.approval_requested",
  subject: "user",
  description: "An account was created and waits for an administrator's approval.",
  data: z.object({ user: userSchema, changed: z.null() }),
});

const stood = (verb: string, description: string) =>
  defineEventType({
    type: `user.${verb}`,
    subject: "user",
    description,
    data: z.object({ user: userSchema, changed: changedSchema }),
  });

export const USER_ENABLED = stood(
  "enabled",
  "A disabled account may sign in again, or an invited person signed in: `changed.status` has the status before.",
);

export const USER_DISABLED = stood("disabled", "The account may not sign in until it is enabled; its sessions ended.");

export const USER_ARCHIVED = stood("archived", "The account was archived and may not sign in; its sessions ended.");

export const USER_RESTORED = stood("restored", "An archived account may sign in again.");

export const USER_APPROVED = stood("approved", "An administrator approved an account that waited for approval.");

export const USER_REJECTED = stood(
  "rejected",
  "An administrator rejected an account that waited for approval; it is archived.",
);

export const USER_DELETED = defineEventType({
  type: "user.deleted",
  subject: "user",
  description:
    "The account was deleted. Personal data is erased from this event and from all earlier ones; only the id remains.",
  data: z.object({ user: userSchema, changed: z.null() }),
});

export const USER_SIGNED_IN = defineEventType({
  type: "user.signed_in",
  subject: "user",
  description: "A person signed in and has a session.",
  data: z.object({
    user: userSchema,
    changed: z.null(),
    signIn: z.object({
      connectionId: z.string().nullable().describe("Null for a one-time link or a password."),
      reference: z.string(),
      acr: z.string().nullable().describe("The provider's authentication context class; null if it named none."),
      amr: z.array(z.string()).describe("The provider's authentication methods; empty if it named none."),
      authTime: z
        .string()
        .nullable()
        .describe("When the person authenticated at the provider, in ISO 8601; null if it did not say."),
    }),
  }),
});

export const USER_BREAK_GLASS_USED = defineEventType({
  type: "user.break_glass_used",
  subject: "user",
  description:
    "A break-glass account signed in with its password. It comes in addition to `user.signed_in`; check that it was meant.",
  data: z.object({
    user: userSchema,
    changed: z.null(),
    signIn: z.object({ reference: z.string(), address: z.string().nullable().describe("The IP address.") }),
  }),
});

export const USER_SIGNED_OUT = defineEventType({
  type: "user.signed_out",
  subject: "user",
  description:
    "A person signed out, the provider signed them out, or the person or an administrator revoked sessions. The event is in the log of the home organization, even if the session was in another one. Sessions that expire have no event, nor those that end with the account or the connection.",
  data: z.object({
    user: userSchema,
    changed: z.null(),
    signOut: z.object({
      connectionId: z
        .string()
        .nullable()
        .describe(
          "The connection that started the session; null for a one-time link or a password, and if all sessions were revoked together.",
        ),
    }),
  }),
});

export const USER_SIGN_IN_FAILED = defineEventType({
  type: "user.sign_in_failed",
  subject: "user",
  description:
    "The sign-in of a verified person was refused. The subject is the user if one is known, and the sign-in attempt if not. Messages that could not be verified have a sign-in attempt but no event.",
  data: z.object({
    user: userSchema.nullable(),
    changed: z.null(),
    signIn: z.object({
      connectionId: z.string().nullable(),
      reference: z.string(),
      code: z.string().describe("The reason: a code of the error catalogue."),
      email: z.string().nullable(),
    }),
  }),
});

export const USER_LOCKED = defineEventType({
  type: "user.locked",
  subject: "user",
  description:
    "Too many wrong passwords were entered, so nobody can sign in to the account by password for now. The lock ends by itself at `lockedUntil`, without an event.",
  data: z.object({ user: userSchema, changed: z.null(), lockedUntil: z.string().describe("ISO 8601.") }),
});

export const USER_UNLOCKED = defineEventType({
  type: "user.unlocked",
  subject: "user",
  description: "An administrator ended the lock of an account before its time, or the account got a new password.",
  data: z.object({
    user: userSchema,
    changed: z.null(),
    lockedUntil: z.string().describe("When the lock would have ended, in ISO 8601."),
  }),
});

export const USER_EVENTS = [
  USER_CREATED,
  USER_INVITED,
  USER_UPDATED,
  USER_ROLE_CHANGED,
  USER_EMAIL_CHANGED,
  USER_MERGED,
  USER_APPROVAL_REQUESTED,
  USER_APPROVED,
  USER_REJECTED,
  USER_ENABLED,
  USER_DISABLED,
  USER_ARCHIVED,
  USER_RESTORED,
  USER_DELETED,
  USER_SIGNED_IN,
  USER_BREAK_GLASS_USED,
  USER_SIGNED_OUT,
  USER_SIGN_IN_FAILED,
  USER_LOCKED,
  USER_UNLOCKED,
] as const;
