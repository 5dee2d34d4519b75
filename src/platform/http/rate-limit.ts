/** Limits on what one address may do within a time, shared by all replicas. */
import type { Request } from "express";
import ipaddr from "ipaddr.js";
import { RateLimiterRes } from "rate-limiter-flexible";
import type { Clock } from "../clock.js";
import type { Database, Transaction } from "../database/database.js";
import { Failure, RATE_LIMITED } from "../errors/failure.js";
import { clientKey } from "./client-address.js";
import { RateLimitStore } from "./rate-limit-store.js";

/** How much one address may use. */
interface RateLimitRule {
  /** Unique in the installation. */
  readonly name: string;
  readonly points: number;
  readonly durationSeconds: number;
}

/** One limit. */
export interface RateLimit {
  /** Uses one. @throws RATE_LIMITED when everything is used up */
  readonly use: (request: Request) => Promise<void>;
  /** Uses nothing, and writes nothing. @throws RATE_LIMITED when everything is used up */
  readonly require: (request: Request) => Promise<void>;
  /** Uses one of what is left, for something that happened already. */
  readonly note: (request: Request) => Promise<void>;
}

/** Makes a limit of a rule. */
export type DefineRateLimit = (rule: RateLimitRule) => RateLimit;

/** What limits are kept with. */
export interface RateLimitParts {
  readonly database: Pick<Database, "reader" | "transact">;
  readonly clock: Clock;
  /** `USHER_RATE_LIMITS`; when off, nothing is counted. */
  readonly enabled: boolean;
}

const UNLIMITED: RateLimit = { use: async () => {}, require: async () => {}, note: async () => {} };

/** How limits are made in this installation. */
export function createRateLimits({ database, clock, enabled }: RateLimitParts): DefineRateLimit {
  if (!enabled) return () => UNLIMITED;
  return (rule) => {
    const store = new RateLimitStore({ database, clock, ...rule });
    return {
      use: async (request) => {
        try {
          await store.consume(addressGroup(clientKey(request)));
        } catch (error) {
          throw error instanceof RateLimiterRes ? tooMany(error) : error;
        }
      },
      require: async (request) => {
        const used = await store.get(addressGroup(clientKey(request)));
        if (used !== null && used.consumedPoints >= rule.points) throw tooMany(used);
      },
      note: async (request) => {
        await store.penalty(addressGroup(clientKey(request)));
      },
    };
  };
}

function tooMany({ msBeforeNext }: RateLimiterRes): Failure<{ readonly retryAfterSeconds: number }> {
  return new Failure(RATE_LIMITED, { retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) });
}

const IPV6_NETWORK_BITS = 64;

/**
 * What counts as one address. A subscriber has a whole /64 of IPv6 to choose addresses from (RFC 6177), so the network
 * counts, not the address.
 * @internal
 */
export function addressGroup(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const { parts } = ipaddr.IPv6.parse(address);
  return `${parts
    .slice(0, IPV6_NETWORK_BITS / 16)
    .map((part) => part.toString(16))
    .join(":")}::/${IPV6_NETWORK_BITS}`;
}

/** Forgets windows that are over. */
export async function sweepRateLimits({ execute }: Pick<Transaction, "execute">, now: Date): Promise<void> {
  await execute("DELETE FROM rate_limit WHERE expires_at < ?", [now]);
}
