/** The payload of a one-time sign-in link, and the rules on which accounts a link or a password opens. Pure. */
import type { RememberedCaller } from "../../people/caller/recall-caller.js";
import type { OrganizationPolicies } from "../../people/organization/policies.js";
import type { User } from "../../people/user/user.js";
import {
  ACCOUNT_ARCHIVED,
  ACCOUNT_BREAK_GLASS,
  ACCOUNT_DISABLED,
  ACCOUNT_PENDING_APPROVAL,
} from "../../provisioning/failures.js";
import { refuse, type Refusal } from "../../provisioning/refusal.js";
import { ACCOUNT_INVITED, ACCOUNT_LOCKED, SSO_REQUIRED } from "../failures.js";
import type { Place } from "./destination.js";

export const SIGN_IN_LINK_LIFETIME_SECONDS = 5 * 60;

export const SIGN_IN_LINK_PREFIX = "usher_link_";

/** Stored with a link. A type and not an interface, so that it can be assigned to a plain JSON object. */
export type LinkPayload = {
  /**
   * Who made the link. Usher checks the author's permissions again when the link is used, so that the link grants no
   * more than the author then holds.
   */
  readonly author: RememberedCaller;
  /** The address passed the allow-list when the link was made. It is checked again when the link is used. */
  readonly returnTo: string | null;
  readonly place: Place | null;
};

/** The facts that decide whether a link or a password can sign in to an account. */
export interface LinkSituation {
  readonly door: "LINK" | "PASSWORD";
  readonly user: User;
  readonly lockedUntil: Date | null;
  readonly ssoEnforcement: OrganizationPolicies["ssoEnforcement"];
  /**
   * Whether the operator made the link. The operator can sign people in while their provider is down, or while a
   * stranger keeps their account locked.
   */
  readonly byOperator: boolean;
}

/**
 * Why a link or a password cannot sign in to an account, or `null`. A link is checked when it is made and when it is used. Only
 * the password opens a break-glass account, also if the organization requires single sign-on.
 */
export function refuseByAccount(situation: LinkSituation): Refusal | null {
  const { door, user, lockedUntil, ssoEnforcement, byOperator } = situation;
  const refused = (failure: Refusal["failure"], detail = `User ${user.id}.`) => refuse(failure, detail, user);
  if (user.breakGlass && door === "LINK") return refused(ACCOUNT_BREAK_GLASS);
  switch (user.status) {
    case "INVITED":
      return refused(ACCOUNT_INVITED);
    case "PENDING_APPROVAL":
      return refused(ACCOUNT_PENDING_APPROVAL);
    case "DISABLED":
      return refused(ACCOUNT_DISABLED);
    case "ARCHIVED":
      return refused(ACCOUNT_ARCHIVED);
    case "ACTIVE":
      if (lockedUntil !== null && !byOperator)
        return refused(ACCOUNT_LOCKED, `Locked until ${lockedUntil.toISOString()}.`);
      if (ssoEnforcement === "REQUIRED" && !byOperator && !user.breakGlass) return refused(SSO_REQUIRED);
      return null;
  }
}
