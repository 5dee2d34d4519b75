/** The statuses of accounts and the actions that change them. Pure: values in, values out. */
import type { UserStatus } from "../user.js";

/** The actions that change an account's status. @internal */
export const STATUS_ACTIONS = ["ENABLE", "DISABLE", "ARCHIVE", "RESTORE", "APPROVE", "REJECT", "ACCEPT"] as const;
export type StatusAction = (typeof STATUS_ACTIONS)[number];

/** The effect of an action on an account: a new status, no change, or a refusal. */
export type Transition =
  | { readonly kind: "TO"; readonly status: UserStatus }
  | { readonly kind: "SAME" }
  | {
      readonly kind: "REFUSED";
      /** The action that is possible instead; `null` if there is none. */
      readonly instead: StatusAction | null;
    };

const to = (status: UserStatus): Transition => ({ kind: "TO", status });
const SAME: Transition = { kind: "SAME" };
const refused = (instead: StatusAction | null): Transition => ({ kind: "REFUSED", instead });

/**
 * Repeating an action changes nothing. Only RESTORE takes an account out of the archive; DISABLE and ENABLE do not. A
 * rejected account is archived, so that its person is refused at the next sign-in and does not wait for approval again.
 * Only the invited person can ACCEPT, by signing in.
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

/** The effect of an action on an account with a status. */
export function findTransition(status: UserStatus, action: StatusAction): Transition {
  return TRANSITIONS[action][status];
}
