/**
 * The source of a connection's facts about its provider: fixed settings, or a metadata document that Usher fetches
 * again.
 */
import { requestText, type Fetch } from "../http/index.js";
import { ProtocolRefusal, quote } from "../refusal.js";
import type { ProviderCertificate } from "./certificates.js";
import { parseProviderMetadata, type AddressRule } from "./provider-metadata.js";
import { refuse, type SamlRefusalCode } from "./refusals.js";

export interface ProviderFacts {
  readonly entityId: string;
  readonly signOnUrl: string;
  readonly certificates: readonly ProviderCertificate[];
}

export interface ProviderSource {
  /** The known facts. Waits for the provider only before its first answer. */
  readonly current: () => Promise<ProviderFacts>;
  /** Fetches the document again, unless Usher fetched it just now. Returns `null` if there are no newer facts. */
  readonly refresh: () => Promise<ProviderFacts | null>;
}

/** Facts that only an administrator changes. */
export function createFixedSource(facts: ProviderFacts): ProviderSource {
  return { current: () => Promise.resolve(facts), refresh: () => Promise.resolve(null) };
}

/** The address of a document, and the provider that it must describe. */
export interface MetadataAddress {
  readonly metadataUrl: string;
  readonly fetch: Fetch;
  readonly judgeAddress: AddressRule;
  readonly now: () => Date;
  /** The entity ID that the document must have; `null` for the entity ID of the first document. */
  readonly entityId: string | null;
}

export interface MetadataSourceOptions extends MetadataAddress {
  /** The facts to use if Usher never read the document and cannot fetch it; `null` without any. */
  readonly lastKnown: ProviderFacts | null;
  /** The facts that this or another process last read from the document, before this source was made. */
  readonly recalled?: { readonly facts: ProviderFacts; readonly learnedAt: Date } | null;
  /** Stores the facts for the next start; never rejects. */
  readonly keep?: (facts: ProviderFacts) => Promise<void>;
}

/** A sign-in after this time fetches the document again, without waiting for it. */
const STALE_AFTER_MINUTES = 60;
/** Failed signatures cause a fetch at most this often. */
const REFRESH_EVERY_SECONDS = 60;
const LONGEST_DOCUMENT_BYTES = 1_000_000;
/** Refusals whose cause can end without a change by the administrator. */
const WAITED_OUT: ReadonlySet<string> = new Set<SamlRefusalCode>([
  "SAML_METADATA_UNREACHABLE",
  "SAML_METADATA_EXPIRED",
]);

/**
 * Makes a source of facts from a metadata document. It fetches the document when first needed, and again during use.
 */
export function createMetadataSource(options: MetadataSourceOptions): ProviderSource {
  const { recalled = null, lastKnown } = options;
  const secondsSince = (then: Date | null) =>
    then === null ? Number.POSITIVE_INFINITY : (options.now().getTime() - then.getTime()) / 1000;
  const isFresh = (then: Date | null) => secondsSince(then) <= STALE_AFTER_MINUTES * 60;

  let known: ProviderFacts | null = null;
  let fetchedAt: Date | null = null;
  let triedAt: Date | null = null;
  let failed: unknown = null;
  let running: Promise<ProviderFacts> | null = null;
  if (recalled !== null && isFresh(recalled.learnedAt)) {
    known = recalled.facts;
    fetchedAt = recalled.learnedAt;
  }

  async function load(): Promise<ProviderFacts> {
    known = await fetchProvider({
      ...options,
      entityId: options.entityId ?? known?.entityId ?? recalled?.facts.entityId ?? null,
    });
    fetchedAt = options.now();
    await options.keep?.(known);
    return known;
  }

  /** One fetch at a time, for all callers. */
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

  /** Returns the facts to use at the start if Usher cannot fetch the document. */
  function fallBack(error: unknown): ProviderFacts {
    // A running process keeps its facts even if the address later gives a wrong answer. A starting process does the
    // same.
    if (recalled !== null) return recalled.facts;
    // The settings replace a missing or expired document, but not a wrong one.
    const isDown = error instanceof ProtocolRefusal && WAITED_OUT.has(error.code);
    if (isDown && lastKnown !== null) return lastKnown;
    throw error;
  }

  return {
    current: async () => {
      if (known === null) {
        const wasTriedNow = failed !== null && running === null && secondsSince(triedAt) < REFRESH_EVERY_SECONDS;
        return wasTriedNow ? fallBack(failed) : await fetchOnce().catch(fallBack);
      }
      // The diagnosis reports a failure; the sign-in continues with the known facts.
      if (!isFresh(fetchedAt) && secondsSince(triedAt) > REFRESH_EVERY_SECONDS) fetchOnce().catch(() => undefined);
      return known;
    },
    refresh: async () => {
      if (running === null && secondsSince(triedAt) < REFRESH_EVERY_SECONDS) return null;
      const before = known;
      const after = await fetchOnce().catch(() => null);
      return after === null || hasSameCertificates(before, after) ? null : after;
    },
  };
}

/**
 * Fetches a document and returns the facts about the provider.
 *
 * @throws ProtocolRefusal what `fetchMetadata` throws, and `SAML_PROVIDER_CHANGED` if the document has a different entity ID
 */
export async function fetchProvider(address: MetadataAddress): Promise<ProviderFacts> {
  const { metadataUrl, fetch, judgeAddress, now, entityId: expected } = address;
  const { entityId, signOnUrl, certificates } = (await fetchMetadata(metadataUrl, fetch, judgeAddress, now())).value;
  if (expected !== null && entityId !== expected)
    refuse("SAML_PROVIDER_CHANGED", `expected ${expected}, found ${quote(entityId)}`);
  return { entityId, signOnUrl, certificates };
}

/**
 * Fetches and reads a metadata document.
 *
 * @throws ProtocolRefusal `SAML_METADATA_UNREACHABLE`, `SAML_METADATA_INVALID`, or `SAML_METADATA_EXPIRED` for a valid
 *   document that is too old
 */
export async function fetchMetadata(url: string, fetch: Fetch, judgeAddress: AddressRule, now: Date) {
  const { status, text } = await requestText(fetch, {
    what: "the metadata",
    address: url,
    init: { headers: { accept: "application/samlmetadata+xml, application/xml, text/xml" } },
    codeOf: (failure) => (failure === "too-large" ? "SAML_METADATA_INVALID" : "SAML_METADATA_UNREACHABLE"),
    longestAnswerBytes: LONGEST_DOCUMENT_BYTES,
  });
  if (status < 200 || status >= 300) return refuse("SAML_METADATA_UNREACHABLE", `${url} answers with status ${status}`);
  const parsed = parseProviderMetadata(text, judgeAddress, now);
  if ("value" in parsed) return parsed;
  const isSound = "value" in parseProviderMetadata(text, judgeAddress, new Date(0));
  return refuse(isSound ? "SAML_METADATA_EXPIRED" : "SAML_METADATA_INVALID", `the document ${parsed.issue}`);
}

/** Whether two descriptions of a provider name the same certificates. */
export function hasSameCertificates(before: ProviderFacts | null, after: ProviderFacts): boolean {
  const pems = new Set(before?.certificates.map(({ pem }) => pem));
  return pems.size === after.certificates.length && after.certificates.every(({ pem }) => pems.has(pem));
}

/** The certificates that the provider publishes now, or that another sign-in fetched meanwhile; `null` if they are the tried ones. */
export async function findNewer(source: ProviderSource, tried: ProviderFacts): Promise<ProviderFacts | null> {
  const present = (await source.refresh()) ?? (await source.current());
  return hasSameCertificates(tried, present) ? null : present;
}
