/**
 * The source of a connection's facts about its provider: fixed settings, or a metadata document. Upkeep reads the
 * document on a schedule and stores the facts in the database, from which every replica reads them. A sign-in reads the
 * document only if no facts are stored, if a signature does not verify, or if upkeep has not read it for a day.
 */
import { ProtocolRefusal } from "../refusal.js";
import type { ProviderCertificate } from "./certificates.js";
import { fetchProvider, type MetadataAddress, type ProviderFacts, type ReadProvider } from "./fetch-metadata.js";
import type { SamlRefusalCode } from "./refusals.js";

export interface ProviderSource {
  /** Returns the known facts. Waits for the provider only if no facts are known yet. */
  readonly current: () => Promise<ProviderFacts>;
  /** Looks for newer facts, for a message that no certificate verifies. Returns `null` if there are none. */
  readonly refresh: () => Promise<ProviderFacts | null>;
  /**
   * The certificates that have just disappeared from the document. Messages that the provider signed with them before
   * may still arrive.
   */
  readonly withdrawn: () => readonly ProviderCertificate[];
}

/** Facts that only an administrator changes. */
export function createFixedSource(facts: ProviderFacts): ProviderSource {
  return { current: () => Promise.resolve(facts), refresh: () => Promise.resolve(null), withdrawn: () => [] };
}

export interface MetadataSourceOptions extends MetadataAddress {
  /** The facts to use if Usher has never read the document and cannot fetch it; `null` if the settings contain none. */
  readonly lastKnown: ProviderFacts | null;
  /** The facts that this or another process had stored before this source was made. */
  readonly recalled?: ReadProvider | null;
  /** Reads the stored facts again. Never rejects. */
  readonly recall?: () => Promise<ReadProvider | null>;
  /** Stores the facts for other replicas and the next start. Never rejects. */
  readonly keep?: (provider: ReadProvider) => Promise<void>;
}

/**
 * Upkeep reads the document once a day or more often. If the facts are older than this, upkeep has failed, and sign-ins
 * read the document.
 */
const STALE_AFTER_SECONDS = 25 * 60 * 60;
/** How often a replica looks for facts that a different replica has stored. */
const LOOK_EVERY_SECONDS = 5 * 60;
/** The shortest time between two fetches that sign-ins make while fetches fail. */
const RETRY_EVERY_SECONDS = 60;
/**
 * Failed signatures cause on average one fetch in this time, but a few may follow each other at once. Otherwise, one
 * forged message could keep Usher from noticing a rotation just afterwards.
 */
const REFRESH_EVERY_SECONDS = 60;
const MOST_REFRESHES_AT_ONCE = 5;
/** How long a message may take from the provider's signature to Usher. */
const WITHDRAWN_FOR_SECONDS = 120;
/** Refusals whose cause can end without a change by the administrator. */
const WAITED_OUT: ReadonlySet<string> = new Set<SamlRefusalCode>([
  "SAML_METADATA_UNREACHABLE",
  "SAML_METADATA_EXPIRED",
]);

/** Makes a source of facts from a metadata document. */
export function createMetadataSource(options: MetadataSourceOptions): ProviderSource {
  const { recalled = null, lastKnown } = options;
  const secondsSince = (then: Date | null) =>
    then === null ? Number.POSITIVE_INFINITY : (options.now().getTime() - then.getTime()) / 1000;
  const isFresh = ({ readAt }: ReadProvider) => secondsSince(readAt) <= STALE_AFTER_SECONDS;
  const mayRefresh = limitRate(MOST_REFRESHES_AT_ONCE, REFRESH_EVERY_SECONDS, options.now);

  let held: ReadProvider | null = null;
  let withdrawn: readonly { readonly certificate: ProviderCertificate; readonly since: Date }[] = [];
  let lookedAt = options.now();
  let triedAt: Date | null = null;
  let failed: unknown = null;
  let running: Promise<ProviderFacts> | null = null;
  let looking: Promise<void> | null = null;
  if (recalled !== null && isFresh(recalled)) held = recalled;

  function hold(next: ReadProvider): void {
    if (held !== null && next.readAt < held.readAt) return;
    const present = new Set(next.facts.certificates.map(({ pem }) => pem));
    const lost = (held?.facts.certificates ?? []).map((certificate) => ({ certificate, since: options.now() }));
    withdrawn = [...withdrawn, ...lost].filter(
      ({ certificate, since }) => !present.has(certificate.pem) && secondsSince(since) <= WITHDRAWN_FOR_SECONDS,
    );
    held = next;
  }

  async function load(): Promise<ProviderFacts> {
    const entityId = options.entityId ?? (held ?? recalled)?.facts.entityId ?? null;
    const { facts, readAt } = await fetchProvider({ ...options, entityId });
    hold({ facts, readAt });
    await options.keep?.({ facts, readAt });
    return facts;
  }

  /** Fetches the document. Calls during a fetch share that fetch. */
  function fetchOnce(): Promise<ProviderFacts> {
    triedAt = options.now();
    running ??= load()
      .catch((error: unknown) => {
        failed = error;
        throw error;
      })
      .finally(() => (running = null));
    return running;
  }

  /** Takes over the facts that a different replica has stored. */
  function look(): Promise<void> {
    lookedAt = options.now();
    looking ??= Promise.resolve(options.recall?.() ?? null)
      .then((stored) => {
        if (stored !== null) hold(stored);
      })
      .finally(() => (looking = null));
    return looking;
  }

  /** Returns the facts to use at the start if Usher cannot fetch the document. */
  function fallBack(error: unknown): ProviderFacts {
    // A running process keeps its facts even if the address later gives a wrong answer. A starting process therefore
    // uses the stored facts in the same way.
    if (recalled !== null) {
      hold(recalled);
      return recalled.facts;
    }
    // The facts in the settings replace a document that is missing or expired, but not a wrong document.
    const isDown = error instanceof ProtocolRefusal && WAITED_OUT.has(error.code);
    if (isDown && lastKnown !== null) return lastKnown;
    throw error;
  }

  /**
   * Looks for newer facts while the sign-in continues with the known ones. If this fails, the connection's health shows
   * it.
   */
  async function lookInBackground(): Promise<void> {
    await look();
    if (held !== null && !isFresh(held) && secondsSince(triedAt) > RETRY_EVERY_SECONDS) await fetchOnce();
  }

  return {
    current: async () => {
      if (held === null) {
        const wasTriedNow = failed !== null && running === null && secondsSince(triedAt) < RETRY_EVERY_SECONDS;
        return wasTriedNow ? fallBack(failed) : await fetchOnce().catch(fallBack);
      }
      if (secondsSince(lookedAt) > LOOK_EVERY_SECONDS) lookInBackground().catch(() => undefined);
      return held.facts;
    },
    refresh: async () => {
      const before = held?.facts ?? null;
      await look();
      if (held !== null && !hasSameCertificates(before, held.facts)) return held.facts;
      if (running === null && !mayRefresh()) return null;
      const after = await fetchOnce().catch(() => null);
      return after === null || hasSameCertificates(before, after) ? null : after;
    },
    withdrawn: () =>
      withdrawn
        .filter(({ since }) => secondsSince(since) <= WITHDRAWN_FOR_SECONDS)
        .map(({ certificate }) => certificate),
  };
}

/** Returns a function that says whether a call is allowed: `most` calls at once, and one more after each period. */
function limitRate(most: number, periodSeconds: number, now: () => Date): () => boolean {
  let left = most;
  let countedAt = now().getTime();
  return () => {
    const periods = Math.floor((now().getTime() - countedAt) / (periodSeconds * 1000));
    // If the clock was set back, `periods` is negative, and must not take calls away.
    left = Math.min(most, left + Math.max(periods, 0));
    countedAt = left === most ? now().getTime() : countedAt + periods * periodSeconds * 1000;
    if (left === 0) return false;
    left -= 1;
    return true;
  };
}

/** Whether two descriptions of a provider name the same certificates. */
function hasSameCertificates(before: ProviderFacts | null, after: ProviderFacts): boolean {
  const pems = new Set(before?.certificates.map(({ pem }) => pem));
  return pems.size === after.certificates.length && after.certificates.every(({ pem }) => pems.has(pem));
}

/**
 * The facts that the provider publishes now, or that another sign-in fetched meanwhile; `null` if they have the same
 * certificates as `tried`.
 */
export async function findNewer(source: ProviderSource, tried: ProviderFacts): Promise<ProviderFacts | null> {
  const present = (await source.refresh()) ?? (await source.current());
  return hasSameCertificates(tried, present) ? null : present;
}
