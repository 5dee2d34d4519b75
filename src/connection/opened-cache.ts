/** A cache of opened things, such as connections, by id and version. */
import type { Clock } from "../platform/clock.js";

/**
 * How long an opened connection stays in use. After that, Usher runs `open` again, which reads the provider's endpoints
 * anew. The provider's keys are read again more often, independently of this.
 */
const FRESH_MILLISECONDS = 60 * 60 * 1000;
/** How long the old opened connection stays in use when opening it again fails. */
const RETRY_MILLISECONDS = 60 * 1000;

interface Entry<Opened> {
  readonly version: number;
  readonly staleAt: number;
  readonly opening: Promise<Opened>;
}

/**
 * Returns a function that opens something, or returns it from the cache. Concurrent calls open it once. A failure is
 * not cached.
 *
 * @param options `maximum` is the largest number of entries. A further entry replaces the least recently used entry
 */
export function createOpenedCache<Key extends { readonly id: string; readonly version: number }, Opened>(
  openKey: (key: Key) => Promise<Opened>,
  { clock, maximum }: { readonly clock: Clock; readonly maximum: number },
): (key: Key) => Promise<Opened> {
  /** The opened things by id, in the order of their last use. A newer version replaces an older version. */
  const entries = new Map<string, Entry<Opened>>();

  function keep(id: string, entry: Entry<Opened>): void {
    entries.delete(id);
    entries.set(id, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= maximum) break;
      entries.delete(oldest);
    }
  }

  return async (key) => {
    const { id, version } = key;
    const now = clock().getTime();
    const present = entries.get(id);
    if (present?.version === version && now < present.staleAt) {
      keep(id, present);
      return await present.opening;
    }
    // The caller has an older version: open that one without caching it, and keep the newer one in the cache.
    if (present !== undefined && present.version > version) return await openKey(key);
    const entry: Entry<Opened> = { version, staleAt: now + FRESH_MILLISECONDS, opening: openKey(key) };
    keep(id, entry);
    try {
      return await entry.opening;
    } catch (error) {
      if (entries.get(id) === entry) entries.delete(id);
      // If the provider does not answer for a moment, sign-ins go on with what was opened before.
      if (present?.version !== version) throw error;
      const kept = { ...present, staleAt: now + RETRY_MILLISECONDS };
      if (!entries.has(id)) keep(id, kept);
      return await kept.opening;
    }
  };
}
