/** Decides when to warn of a certificate or client secret that expires. Pure. */
import type { Expiration } from "../contract/index.js";

/** Warnings are sent this many days before. */
export const WARNING_DAYS = [60, 30, 7, 1] as const;
type WarningDays = (typeof WARNING_DAYS)[number];

const DAY_MILLISECONDS = 86_400_000;
/** The most entries kept, so that a provider with a new certificate every day cannot fill the row. */
const MOST_KEPT = 100;

/** Something that expires, and how far the administrators were warned of it. */
export interface WatchedExpiration {
  readonly kind: Expiration["kind"];
  /** A certificate's fingerprint, or the name of the setting that holds the secret. */
  readonly name: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** When the secret was set (ISO 8601); `null` for a certificate. A replaced secret gets warnings of its own. */
  readonly setAt: string | null;
  /** The last warning. 0: it had already expired when it was first seen. `null`: none yet. */
  readonly warnedDays: WarningDays | 0 | null;
  /**
   * Whether the connection no longer has the certificate or secret. The entry is kept, so that no warning is repeated if it
   * comes back.
   */
  readonly gone: boolean;
}

export interface ExpiryWarning {
  readonly expiration: WatchedExpiration;
  readonly daysBefore: WarningDays;
}

/** @param setAt the time when each secret was set, by setting */
export function watchExpirations(
  found: readonly Expiration[],
  known: readonly WatchedExpiration[],
  setAt: (setting: string) => string | null,
  now: Date,
): { readonly watched: readonly WatchedExpiration[]; readonly warnings: readonly ExpiryWarning[] } {
  const before = new Map(known.map((each) => [keyOf(each), each]));
  const warnings: ExpiryWarning[] = [];
  const present = new Map<string, WatchedExpiration>();
  for (const { kind, name, expiresAt } of found) {
    const secret = kind === "CLIENT_SECRET" ? setAt(name) : null;
    const thing = { kind, name, expiresAt: expiresAt.toISOString(), setAt: secret, gone: false };
    const warned = before.get(keyOf(thing))?.warnedDays;
    const isExpired = expiresAt <= now;
    if (warned === undefined && isExpired) {
      present.set(keyOf(thing), { ...thing, warnedDays: 0 });
      continue;
    }
    const due = nearestReached(expiresAt, now);
    const isNews = due !== null && (warned == null || due < warned);
    const watched: WatchedExpiration = { ...thing, warnedDays: isNews ? due : (warned ?? null) };
    present.set(keyOf(thing), watched);
    if (isNews) warnings.push({ expiration: watched, daysBefore: due });
  }
  const gone = known.filter((each) => !present.has(keyOf(each)) && new Date(each.expiresAt) > now);
  const watched = [...present.values(), ...gone.map((each) => ({ ...each, gone: true }))].slice(0, MOST_KEPT);
  return { watched, warnings };
}

/** What the connection has now, the soonest first. */
export function listPresent(watched: readonly WatchedExpiration[]): readonly Expiration[] {
  return watched
    .filter(({ gone }) => !gone)
    .map(({ kind, name, expiresAt }) => ({ kind, name, expiresAt: new Date(expiresAt) }))
    .toSorted((left, right) => left.expiresAt.getTime() - right.expiresAt.getTime());
}

/** The next moment at which a warning becomes due; `null` without one. */
export function nextWarning(watched: readonly WatchedExpiration[], now: Date): Date | null {
  const moments = watched
    .filter(({ gone }) => !gone)
    .flatMap(({ expiresAt }) => WARNING_DAYS.map((days) => Date.parse(expiresAt) - days * DAY_MILLISECONDS))
    .filter((moment) => moment > now.getTime());
  return moments.length === 0 ? null : new Date(Math.min(...moments));
}

/** The nearest of the warnings whose time has come, in days; `null` if none has. */
function nearestReached(expiresAt: Date, now: Date): WarningDays | null {
  const left = expiresAt.getTime() - now.getTime();
  return WARNING_DAYS.findLast((days) => left <= days * DAY_MILLISECONDS) ?? null;
}

function keyOf({ kind, name, expiresAt, setAt }: Omit<WatchedExpiration, "warnedDays" | "gone">): string {
  return JSON.stringify([kind, name, expiresAt, setAt]);
}
