/** Rate limits of the sign-in routes. */
import type { DefineRateLimit, RateLimit } from "../platform/http/rate-limit.js";

/** Each limit counts for one network address and minute. */
export interface SignInLimits {
  /** Started sign-ins. Each stores a flow, or an attempt if it is refused. */
  readonly starts: RateLimit;
  /** Refused sign-ins. Each stores an attempt. */
  readonly refusals: RateLimit;
  /** Refused logout messages. Accepted ones have no limit: a provider may sign everybody out at once. */
  readonly logoutRefusals: RateLimit;
  /** Look-ups of organizations that do not exist. Guessing short names causes many. */
  readonly lookups: RateLimit;
}

/** Enough for a company whose people sign in from one address within an hour. @internal */
export const STARTS_A_MINUTE = 300;
/** @internal */
export const REFUSALS_A_MINUTE = 300;
/** @internal */
export const LOGOUT_REFUSALS_A_MINUTE = 60;
/** @internal */
export const UNKNOWN_ORGANIZATIONS_A_MINUTE = 60;

export function createSignInLimits(define: DefineRateLimit): SignInLimits {
  const aMinute = (name: string, points: number) => define({ name, points, durationSeconds: 60 });
  return {
    starts: aMinute("sign-in-starts", STARTS_A_MINUTE),
    refusals: aMinute("sign-in-refusals", REFUSALS_A_MINUTE),
    logoutRefusals: aMinute("logout-refusals", LOGOUT_REFUSALS_A_MINUTE),
    lookups: aMinute("organization-lookups", UNKNOWN_ORGANIZATIONS_A_MINUTE),
  };
}
