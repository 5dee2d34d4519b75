/** Which statuses of an account may follow each other, and what asks for it. Pure: values in, values out. */
import type { UserStatus } from "../user.js";

/** What somebody does about where an account stands. @internal */
export const STATUS_ACTIONS = ["ENABLE", "DISABLE", "ARCHIVE", "RESTORE", "APPROVE", "REJECT", "ACCEPT"] as const;
export type StatusAction = (typeof STATUS_ACTIONS)[number];

/** What an action makes of an account: another status, what is there already, or nothing, because it does not fit. */
export type Transition =
  | { readonly kind: "TO"; readonly status: UserStatus }
  | { readonly kind: "SAME" }
  | {
      readonly kind: "REFUSED";
      /** The action that would fit; `null` where none would. */
      readonly instead: StatusAction | null;
    };

const to = (status: UserStatus): Transition => ({ kind: "TO", status });
const SAME: Transition = { kind: "SAME" };
const refused = (instead: StatusAction | null): Transition => ({ kind: "REFUSED", instead });

/**
 * Every action repeated is the same again. Disabling does not take an account out of the archive, and enabling neither:
 * whoever put it there wanted more than that. A rejected account is archived, so that its person is told at the next
 * sign-in and asks for no second approval. An invitation is accepted by whom it was sent to, who comes in; nobody else can.
 */
const TRANSITIONS: Readonly<Record<StatusAction, Readonly<Record<UserStatus, Transition>>>> = {
  ENABLE: {
    INVITED: refused(null),
    PENDING_APPROVAL: refused("APPROVE"),
    ACTIVE: SAME,
    DISABLED: to("ACTIVE"),
    ARCHIVED: refused("RESTORE"),
  },
  DISABLE: {
    INVITED: to("DISABLED"),
    PENDING_APPROVAL: to("DISABLED"),
    ACTIVE: to("DISABLED"),
    DISABLED: SAME,
    ARCHIVED: refused("RESTORE"),
  },
  ARCHIVE: {
    INVITED: to("ARCHIVED"),
    PENDING_APPROVAL: to("ARCHIVED"),
    ACTIVE: to("ARCHIVED"),
    DISABLED: to("ARCHIVED"),
    ARCHIVED: SAME,
  },
  RESTORE: {
    INVITED: refused(null),
    PENDING_APPROVAL: refused("APPROVE"),
    ACTIVE: SAME,
    DISABLED: refused("ENABLE"),
    ARCHIVED: to("ACTIVE"),
  },
  APPROVE: {
    INVITED: refused(null),
    PENDING_APPROVAL: to("ACTIVE"),
    ACTIVE: SAME,
    DISABLED: refused("ENABLE"),
    ARCHIVED: refused("RESTORE"),
  },
  REJECT: {
    INVITED: refused("ARCHIVE"),
    PENDING_APPROVAL: to("ARCHIVED"),
    ACTIVE: refused("ARCHIVE"),
    DISABLED: refused("ARCHIVE"),
    ARCHIVED: SAME,
  },
  ACCEPT: {
    INVITED: to("ACTIVE"),
    PENDING_APPROVAL: refused("APPROVE"),
    ACTIVE: SAME,
    DISABLED: refused("ENABLE"),
    ARCHIVED: refused("RESTORE"),
  },
};

/** What an action makes of an account in a status. */
export function findTransition(status: UserStatus, action: StatusAction): Transition {
  return TRANSITIONS[action][status];
}
