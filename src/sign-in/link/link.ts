/** A one-time sign-in link: what it carries, and whom it lets in. Pure: values in, values out. */
import type { RememberedCaller } from "../../people/caller/recall-caller.js";
import type { OrganizationPolicies } from "../../people/organization/policies.js";
import type { User } from "../../people/user/user.js";
import { ACCOUNT_ARCHIVED, ACCOUNT_DISABLED, ACCOUNT_PENDING_APPROVAL } from "../../provisioning/failures.js";
import { refuse, type Refusal } from "../../provisioning/refusal.js";
import { ACCOUNT_INVITED, ACCOUNT_LOCKED, SSO_REQUIRED } from "../failures.js";
import type { Place } from "./destination.js";

export const SIGN_IN_LINK_LIFETIME_SECONDS = 5 * 60;

export const SIGN_IN_LINK_PREFIX = "usher_link_";

/** What is kept with a link. A type, not an interface: it is stored as a plain object. */
export type LinkPayload = {
  /** Asked again when the link is used: it is worth no more than its author. */
  readonly author: RememberedCaller;
  /** As it was allowed when the link was made; asked again when it is used. */
  readonly returnTo: string | null;
  readonly place: Place | null;
};

/** What decides about somebody who comes by a link. */
export interface LinkSituation {
  readonly user: User;
  readonly lockedUntil: Date | null;
  readonly ssoEnforcement: OrganizationPolicies["ssoEnforcement"];
  /** Who runs the installation gets people in whose provider is out of order. */
  readonly byOperator: boolean;
}

/** Why nobody signs in to an account by a link; `null` where they do. Asked when a link is made, and when it is used. */
export function refuseByAccount({ user, lockedUntil, ssoEnforcement, byOperator }: LinkSituation): Refusal | null {
  const refused = (failure: Refusal["failure"], detail = `User ${user.id}.`) => refuse(failure, detail, user);
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
      if (lockedUntil !== null) return refused(ACCOUNT_LOCKED, `Locked until ${lockedUntil.toISOString()}.`);
      if (ssoEnforcement === "REQUIRED" && !byOperator) return refused(SSO_REQUIRED);
      return null;
  }
}
