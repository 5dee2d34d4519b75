/** Rate limits of the sign-in routes. */
import type { DefineRateLimit, RateLimit } from "../platform/http/rate-limit.js";

/** Each limit counts for one minute and, if it does not say otherwise, for one network address. */
export interface SignInLimits {
  /** Started sign-ins. Each stores a flow, or an attempt if it is refused. */
  readonly starts: RateLimit;
  /** Refused sign-ins. Each of them stores an attempt. */
  readonly refusals: RateLimit;
  /**
   * Refused logout messages. Accepted logout messages have no limit, because a provider may sign everybody out at once.
   */
  readonly logoutRefusals: RateLimit;
  /** Look-ups of organizations that do not exist. Somebody who guesses short names causes many of them. */
  readonly lookups: RateLimit;
  /** Sign-ins by password, right or wrong. Each costs the verification of a password, which is slow on purpose. */
  readonly passwords: RateLimit;
  /** Requests for a link to set a new password. */
  readonly passwordLinks: RateLimit;
  /** Sign-ins by password to one account, from all addresses. The lock of an account is much stricter. */
  readonly passwordsOfAccount: RateLimit;
}

/** The limit of `starts`, enough for a company whose people all sign in from one address within an hour. @internal */
export const STARTS_A_MINUTE = 300;
/** @internal */
export const REFUSALS_A_MINUTE = 300;
/** @internal */
export const LOGOUT_REFUSALS_A_MINUTE = 60;
/** @internal */
export const UNKNOWN_ORGANIZATIONS_A_MINUTE = 60;
/** @internal */
export const PASSWORDS_A_MINUTE = 120;
const PASSWORD_LINKS_A_MINUTE = 30;
/** @internal */
export const PASSWORDS_OF_ACCOUNT_A_MINUTE = 200;

export function createSignInLimits(define: DefineRateLimit): SignInLimits {
  const aMinute = (name: string, points: number) => define({ name, points, durationSeconds: 60 });
  return {
    starts: aMinute("sign-in-starts", STARTS_A_MINUTE),
    refusals: aMinute("sign-in-refusals", REFUSALS_A_MINUTE),
    logoutRefusals: aMinute("logout-refusals", LOGOUT_REFUSALS_A_MINUTE),
    lookups: aMinute("organization-lookups", UNKNOWN_ORGANIZATIONS_A_MINUTE),
    passwords: aMinute("password-sign-ins", PASSWORDS_A_MINUTE),
    passwordLinks: aMinute("password-links", PASSWORD_LINKS_A_MINUTE),
    passwordsOfAccount: aMinute("password-sign-ins-of-account", PASSWORDS_OF_ACCOUNT_A_MINUTE),
  };
}
