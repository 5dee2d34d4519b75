/** Rate limits of `/scim/v2`. */
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { tooMany, type DefineRateLimit, type RateLimit } from "../platform/http/rate-limit.js";

export interface ScimLimits {
  /** Refused requests for access tokens, by network address. */
  readonly tokenRefusals: RateLimit;
  /**
   * Requests without a valid token, by network address. A request with a valid token always passes, because tenants of a
   * provider share addresses.
   */
  readonly bearerRefusals: RateLimit;
  /**
   * Counts one request of a directory. Each replica counts by itself, because a shared count would cost every request a
   * commit.
   *
   * @throws RATE_LIMITED
   */
  readonly useRequest: (directoryId: string) => Promise<void>;
}

/** Successful requests for access tokens do not count. @internal */
export const TOKEN_REFUSALS_A_MINUTE = 60;
/** @internal */
export const BEARER_REFUSALS_A_MINUTE = 300;
/** Four times the rate of Entra ID. The limit keeps one directory from taking the time of the others. @internal */
export const DIRECTORY_REQUESTS_A_MINUTE = 6_000;

interface ScimLimitOptions {
  /** `USHER_RATE_LIMITS`. */
  readonly enabled: boolean;
  /** `DIRECTORY_REQUESTS_A_MINUTE` when left out. */
  readonly requestsAMinute?: number;
}

export function createScimLimits(
  define: DefineRateLimit,
  { enabled, requestsAMinute = DIRECTORY_REQUESTS_A_MINUTE }: ScimLimitOptions,
): ScimLimits {
  const aMinute = (name: string, points: number) => define({ name, points, durationSeconds: 60 });
  const requests = new RateLimiterMemory({ points: requestsAMinute, duration: 60 });
  return {
    tokenRefusals: aMinute("scim-token-refusals", TOKEN_REFUSALS_A_MINUTE),
    bearerRefusals: aMinute("scim-bearer-refusals", BEARER_REFUSALS_A_MINUTE),
    useRequest: async (directoryId) => {
      if (!enabled) return;
      try {
        await requests.consume(directoryId);
      } catch (error) {
        throw error instanceof RateLimiterRes ? tooMany(error) : error;
      }
    },
  };
}
