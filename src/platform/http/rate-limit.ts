/** Rate limits by address or by another key, shared by all replicas. */
import type { Request } from "express";
import ipaddr from "ipaddr.js";
import { RateLimiterRes } from "rate-limiter-flexible";
import type { Clock } from "../clock.js";
import type { Database, Transaction } from "../database/database.js";
import { Failure, RATE_LIMITED } from "../errors/failure.js";
import { clientKey } from "./client-address.js";
import { RateLimitStore } from "./rate-limit-store.js";

interface RateLimitRule {
  /** Unique in the installation. */
  readonly name: string;
  readonly points: number;
  readonly durationSeconds: number;
}

export interface RateLimit {
  /** Uses one point. @throws RATE_LIMITED when none is left */
  readonly use: (request: Request) => Promise<void>;
  /** Only checks. @throws RATE_LIMITED when no point is left */
  readonly require: (request: Request) => Promise<void>;
  /** Uses one point and never refuses, because the caller's action has happened already. */
  readonly note: (request: Request) => Promise<void>;
  /** Uses one point of a key that is not an address, such as an account. @throws RATE_LIMITED when none is left */
  readonly useOf: (key: string) => Promise<void>;
}

export type DefineRateLimit = (rule: RateLimitRule) => RateLimit;

export interface RateLimitParts {
  readonly database: Pick<Database, "reader" | "transact">;
  readonly clock: Clock;
  /** `USHER_RATE_LIMITS`. When off, nothing is counted. */
  readonly enabled: boolean;
}

const UNLIMITED: RateLimit = {
  use: async () => {},
  require: async () => {},
  note: async () => {},
  useOf: async () => {},
};

/** Returns the function that defines the limits of this installation. */
export function createRateLimits({ database, clock, enabled }: RateLimitParts): DefineRateLimit {
  if (!enabled) return () => UNLIMITED;
  return (rule) => {
    const store = new RateLimitStore({ database, clock, ...rule });
    const useOf = async (key: string) => {
      try {
        await store.consume(key);
      } catch (error) {
        throw error instanceof RateLimiterRes ? tooMany(error) : error;
      }
    };
    return {
      useOf,
      use: async (request) => await useOf(addressGroup(clientKey(request))),
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

/** The failure of a request above a limit. */
export function tooMany({ msBeforeNext }: RateLimiterRes): Failure<{ readonly retryAfterSeconds: number }> {
  return new Failure(RATE_LIMITED, { retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) });
}

const IPV6_NETWORK_BITS = 64;

/**
 * The address, or the /64 network of an IPv6 address, because a subscriber chooses addresses from a whole /64 (RFC 6177).
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

/** Deletes windows that have ended. */
export async function sweepRateLimits({ execute }: Pick<Transaction, "execute">, now: Date): Promise<void> {
  await execute("DELETE FROM rate_limit WHERE expires_at < ?", [now]);
}
