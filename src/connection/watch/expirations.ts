/** Decides when to warn of a certificate or client secret that expires. Pure. */
import type { Expiration } from "../contract/index.js";

/** How many days before the end Usher sends the warnings. */
export const WARNING_DAYS = [60, 30, 7, 1] as const;
type WarningDays = (typeof WARNING_DAYS)[number];

const DAY_MILLISECONDS = 86_400_000;
/**
 * The most entries that are kept for a connection, so that a provider with a new certificate every day cannot fill the
 * row.
 */
const MOST_KEPT = 100;

/** A certificate or secret that expires, and the last warning that the administrators got about it. */
export interface WatchedExpiration {
  readonly kind: Expiration["kind"];
  /** A certificate's fingerprint, or the name of the setting that holds the secret. */
  readonly name: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** When the secret was set (ISO 8601); `null` for a certificate. A replaced secret gets warnings of its own. */
  readonly setAt: string | null;
  /**
   * How many days before the end the last warning was sent; `null` before the first warning. 0: the certificate or
   * secret had already expired when Usher first saw it, so no warning is sent.
   */
  readonly warnedDays: WarningDays | 0 | null;
  /**
   * Whether the connection no longer has the certificate or secret. The entry is kept, so that no warning is repeated
   * if the certificate or secret comes back.
   */
  readonly gone: boolean;
}

export interface ExpiryWarning {
  readonly expiration: WatchedExpiration;
  readonly daysBefore: WarningDays;
}

/** @param setAt returns when the secret of a setting was set */
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

/** The certificates and secrets that the connection has now, the soonest to expire first. */
export function listPresent(watched: readonly WatchedExpiration[]): readonly Expiration[] {
  return watched
    .filter(({ gone }) => !gone)
    .map(({ kind, name, expiresAt }) => ({ kind, name, expiresAt: new Date(expiresAt) }))
    .toSorted((left, right) => left.expiresAt.getTime() - right.expiresAt.getTime());
}

/** The next moment at which a warning becomes due; `null` if no further warning will be due. */
export function nextWarning(watched: readonly WatchedExpiration[], now: Date): Date | null {
  const moments = watched
    .filter(({ gone }) => !gone)
    .flatMap(({ expiresAt }) => WARNING_DAYS.map((days) => Date.parse(expiresAt) - days * DAY_MILLISECONDS))
    .filter((moment) => moment > now.getTime());
  return moments.length === 0 ? null : new Date(Math.min(...moments));
}

/** The smallest number of warning days that the time left has reached; `null` if it has reached none. */
function nearestReached(expiresAt: Date, now: Date): WarningDays | null {
  const left = expiresAt.getTime() - now.getTime();
  return WARNING_DAYS.findLast((days) => left <= days * DAY_MILLISECONDS) ?? null;
}

function keyOf({ kind, name, expiresAt, setAt }: Omit<WatchedExpiration, "warnedDays" | "gone">): string {
  return JSON.stringify([kind, name, expiresAt, setAt]);
}
