/**
 * Stores the counters of rate-limiter-flexible in our own table, through our transactions. The library's SQL stores create
 * tables over their own connections. Our migrations would not know these tables, and SQLite would have a second writer.
 */
import { RateLimiterRes } from "rate-limiter-flexible";
import RateLimiterStoreAbstract from "rate-limiter-flexible/lib/RateLimiterStoreAbstract.js";
import type { Clock } from "../clock.js";
import { sha256Hex } from "../crypto/tokens.js";
import type { Database, Reader } from "../database/database.js";
import { onDuplicateKey } from "../database/statements.js";
import { toDate } from "../database/values.js";

interface Window {
  readonly points: number;
  readonly expiresAt: Date;
}

export interface RateLimitStoreOptions {
  readonly database: Pick<Database, "reader" | "transact">;
  readonly clock: Clock;
  /** Separates the limits. */
  readonly name: string;
  readonly points: number;
  readonly durationSeconds: number;
}

/** A power cut may reset a counter. That is acceptable, because callers cannot cause one. */
const COUNTED = { mayBeLost: true };

/** Counts in the database. A client over its limit is refused from memory, without a write. */
export class RateLimitStore extends RateLimiterStoreAbstract {
  readonly #database: RateLimitStoreOptions["database"];
  readonly #clock: Clock;

  constructor({ database, clock, name, points, durationSeconds }: RateLimitStoreOptions) {
    super({
      storeClient: undefined,
      keyPrefix: name,
      points,
      duration: durationSeconds,
      inMemoryBlockOnConsumed: points,
    });
    this.#database = database;
    this.#clock = clock;
  }

  /** Called by the library: adds to the window of a key, or begins a new one. */
  async _upsert(key: string, points: number, durationMilliseconds: number, isSet: boolean): Promise<Window> {
    const keyHash = sha256Hex(key);
    const now = this.#clock();
    const expiresAt = new Date(now.getTime() + durationMilliseconds);
    return await this.#database.transact(async (transaction) => {
      // MySQL assigns from left to right: the time comes last, because the points depend on its old value.
      await transaction.execute(
        `INSERT INTO rate_limit (key_hash, points, expires_at) VALUES (?, ?, ?) ${onDuplicateKey(transaction.dialect, "key_hash")}
           points = CASE WHEN ? = 1 OR rate_limit.expires_at <= ? THEN ? ELSE rate_limit.points + ? END,
           expires_at = CASE WHEN ? = 1 OR rate_limit.expires_at <= ? THEN ? ELSE rate_limit.expires_at END`,
        [keyHash, points, expiresAt, isSet, now, points, points, isSet, now, expiresAt],
      );
      const window = await readWindow(transaction, keyHash);
      if (window === null) throw new Error("A rate limit was counted, but its row is missing.");
      return window;
    }, COUNTED);
  }

  async _get(key: string): Promise<Window | null> {
    const window = await readWindow(this.#database.reader, sha256Hex(key));
    return window !== null && window.expiresAt > this.#clock() ? window : null;
  }

  async _delete(key: string): Promise<boolean> {
    const deleted = await this.#database.transact(({ execute }) =>
      execute("DELETE FROM rate_limit WHERE key_hash = ?", [sha256Hex(key)]),
    );
    return deleted > 0;
  }

  /** Called by the library. */
  _getRateLimiterRes(_key: string, changedPoints: number, { points, expiresAt }: Window): RateLimiterRes {
    return new RateLimiterRes(
      Math.max(this.points - points, 0),
      Math.max(expiresAt.getTime() - this.#clock().getTime(), 0),
      points,
      points === changedPoints,
    );
  }
}

async function readWindow(reader: Reader, keyHash: string): Promise<Window | null> {
  const raw = await reader.row<{ points: number; expires_at: unknown }>(
    "SELECT points, expires_at FROM rate_limit WHERE key_hash = ?",
    [keyHash],
  );
  return raw === undefined ? null : { points: Number(raw.points), expiresAt: toDate(raw.expires_at) };
}
