/** How often one address may begin sign-ins, have them refused, and ask for organizations that do not exist. */
import type { DefineRateLimit, RateLimit } from "../platform/http/rate-limit.js";

/** Limits of the browser's door, each for one address and minute. */
export interface SignInLimits {
  /** Sign-ins begun; each leaves a flow, or an attempt where it is refused. */
  readonly starts: RateLimit;
  /** Answers of providers that were refused; each leaves an attempt. */
  readonly refusals: RateLimit;
  /** Organizations that were asked for and do not exist: whoever guesses short names makes many. */
  readonly lookups: RateLimit;
}

/** Enough for a company whose people come from one address at the same hour. @internal */
export const STARTS_A_MINUTE = 300;
/** @internal */
export const REFUSALS_A_MINUTE = 300;
/** @internal */
export const UNKNOWN_ORGANIZATIONS_A_MINUTE = 60;

export function createSignInLimits(define: DefineRateLimit): SignInLimits {
  const aMinute = (name: string, points: number) => define({ name, points, durationSeconds: 60 });
  return {
    starts: aMinute("sign-in-starts", STARTS_A_MINUTE),
    refusals: aMinute("sign-in-refusals", REFUSALS_A_MINUTE),
    lookups: aMinute("organization-lookups", UNKNOWN_ORGANIZATIONS_A_MINUTE),
  };
}
