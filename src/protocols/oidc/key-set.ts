/**
 * A provider's published keys (RFC 7517). Usher fetches them when it first needs them, and again after ten minutes or
 * when a token names an unknown key. Unknown keys cause at most one request in thirty seconds, so that many tokens with
 * unknown keys do not cause many requests. While the provider does not answer, the known keys stay valid for a day,
 * across restarts.
 */
import { createLocalJWKSet, errors, type CryptoKey, type JSONWebKeySet, type JWK } from "jose";
import { ProtocolRefusal, quote } from "../refusal.js";
import { refuse } from "./refusals.js";
import { keepKeys, LONGEST_WITHOUT_NEWS_MILLISECONDS, recallKeys } from "./remembered-keys.js";
import { isObject, requestJson } from "./request-json.js";
import type { Surroundings } from "./surroundings.js";

const FRESH_FOR_MILLISECONDS = 10 * 60_000;
const PAUSE_BETWEEN_REFRESHES_MILLISECONDS = 30_000;
/** The pause before the next try doubles after each failure in a row, up to this length. */
const LONGEST_PAUSE_MILLISECONDS = 15 * 60_000;
const KEEP_EVERY_MILLISECONDS = 60 * 60_000;
const MOST_KEYS = 100;
/** A token without a key id may fit several keys. Usher tries at most this many. */
const MOST_CANDIDATES = 8;
const FEWEST_RSA_BITS = 2_048;

/** What a token's header says about the token's key. It is not verified. */
export interface KeyHint {
  readonly alg: string;
  readonly kid: string | undefined;
}

/** The keys of one provider. The caller keeps one key set for as long as the connection is open. */
export interface KeySet {
  /**
   * Returns the keys that fit the hint, in a list that may be empty. Fetches the keys if the known ones are too old.
   * Throws a `ProtocolRefusal`.
   */
  readonly find: (hint: KeyHint) => Promise<readonly CryptoKey[]>;
  /**
   * Fetches the keys again, unless Usher fetched them just now. Returns whether it fetched. Throws a `ProtocolRefusal`.
   */
  readonly refresh: () => Promise<boolean>;
  /** Why Usher never uses a published key with this id; `null` if there is no such key. */
  readonly whyRefused: (kid: string | undefined) => string | null;
}

type LocalKeys = ReturnType<typeof createLocalJWKSet>;

/** The keys of a document: those that Usher may use, and those that it never accepts. */
export interface SortedKeys {
  readonly usable: readonly JWK[];
  readonly refused: readonly { readonly kid: string | undefined; readonly reason: string }[];
}

/** Makes a key set that fetches its keys from `jwksUri` when they are first needed. */
export function createKeySet(jwksUri: string, surroundings: Surroundings): KeySet {
  const recalled = recallKeys(jwksUri, surroundings);
  let held: Held | null = recalled && hold(sortKeys(recalled.keys), recalled.learnedAt.valueOf());
  let keptAt = held?.fetchedAt ?? Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | null = null;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let failuresInARow = 0;

  async function load(): Promise<void> {
    attemptedAt = surroundings.now().valueOf();
    const sorted = await fetchKeys(jwksUri, surroundings);
    const before = held;
    held = hold(sorted, surroundings.now().valueOf());
    const isNews = JSON.stringify(before?.sorted.usable) !== JSON.stringify(sorted.usable);
    if (!isNews && held.fetchedAt - keptAt < KEEP_EVERY_MILLISECONDS) return;
    keptAt = held.fetchedAt;
    await keepKeys(jwksUri, sorted.usable, surroundings);
  }
  /** Loads the keys. Calls during a request share that request. */
  function loadOnce(): Promise<void> {
    underWay ??= load()
      .then(
        () => void (failuresInARow = 0),
        (error: unknown) => {
          failuresInARow += 1;
          throw error;
        },
      )
      .finally(() => {
        underWay = null;
      });
    return underWay;
  }
  /** The provider's present keys, or the known keys while the provider does not answer. */
  async function current(): Promise<LocalKeys> {
    const now = surroundings.now().valueOf();
    const age = held === null ? Number.POSITIVE_INFINITY : now - held.fetchedAt;
    const stillHold = age <= LONGEST_WITHOUT_NEWS_MILLISECONDS;
    const pauses = failuresInARow > 0 && now - attemptedAt < pauseAfter(failuresInARow);
    if (age > FRESH_FOR_MILLISECONDS && !(stillHold && pauses))
      await loadOnce().catch((error: unknown) => {
        if (!stillHold || !(error instanceof ProtocolRefusal)) throw error;
      });
    return held?.local ?? refuse("OIDC_KEYS_INVALID", `${jwksUri} returned no keys`);
  }

  return {
    find: async (hint) => selectKeys(await current(), hint),
    refresh: async () => {
      const now = surroundings.now().valueOf();
      // The pause counts from the last refresh, not from the last regular fetch: a regular fetch just before a rotation
      // must not keep Usher from the new key.
      const before = failuresInARow > 0 ? attemptedAt : refreshedAt;
      const isTooSoon = now - before < PAUSE_BETWEEN_REFRESHES_MILLISECONDS;
      if (isTooSoon && underWay === null) return false;
      refreshedAt = now;
      await loadOnce();
      return true;
    },
    whyRefused: (kid) =>
      (kid !== undefined && held?.sorted.refused.find((refused) => refused.kid === kid)?.reason) || null,
  };
}

interface Held {
  readonly local: LocalKeys;
  readonly sorted: SortedKeys;
  readonly fetchedAt: number;
}

function hold(sorted: SortedKeys, fetchedAt: number): Held {
  return { local: createLocalJWKSet({ keys: [...sorted.usable] } as JSONWebKeySet), sorted, fetchedAt };
}

function pauseAfter(failuresInARow: number): number {
  return Math.min(PAUSE_BETWEEN_REFRESHES_MILLISECONDS * 2 ** (failuresInARow - 1), LONGEST_PAUSE_MILLISECONDS);
}

/** Fetches and sorts a provider's keys. Throws what `requestJson` throws, and `OIDC_KEYS_INVALID`. */
export async function fetchKeys(jwksUri: string, surroundings: Surroundings): Promise<SortedKeys> {
  const { status, body } = await requestJson(surroundings, "the key document", jwksUri);
  if (status !== 200) return refuse("OIDC_KEYS_INVALID", `${jwksUri} answered status ${status}`);
  return readKeyDocument(body, jwksUri);
}

/**
 * Sorts the keys of a document (RFC 7517, section 5).
 *
 * @param source where the document comes from, for the refusal
 * @throws ProtocolRefusal `OIDC_KEYS_INVALID`
 */
export function readKeyDocument(document: unknown, source: string): SortedKeys {
  const keys = isObject(document) ? document["keys"] : undefined;
  if (!Array.isArray(keys) || (keys.length > 0 && !keys.some(isObject)))
    return refuse("OIDC_KEYS_INVALID", `${source} does not contain a list of keys`);
  if (keys.length > MOST_KEYS) return refuse("OIDC_KEYS_INVALID", `${source} holds ${keys.length} keys`);
  return sortKeys(keys);
}

/** A key set that never changes, of keys that an administrator entered. */
export function createFixedKeySet(usable: readonly JWK[]): KeySet {
  const { local } = hold({ usable, refused: [] }, 0);
  return { find: (hint) => selectKeys(local, hint), refresh: async () => false, whyRefused: () => null };
}

function sortKeys(keys: readonly unknown[]): SortedKeys {
  const usable: JWK[] = [];
  const refused: { kid: string | undefined; reason: string }[] = [];
  for (const key of keys) {
    const reason = isObject(key) ? whyKeyIsRefused(key as JWK) : "it is not an object";
    if (reason === null) usable.push(key as JWK);
    else refused.push({ kid: isObject(key) && typeof key["kid"] === "string" ? key["kid"] : undefined, reason });
  }
  return { usable, refused };
}

/**
 * Why Usher must not use a published key; `null` if it may. Everybody can read the document, so with a symmetric or a
 * private key from it, everybody could sign tokens.
 */
function whyKeyIsRefused(key: JWK): string | null {
  if (key.kty !== "RSA" && key.kty !== "EC" && key.kty !== "OKP") return "it is not a public signature key";
  if (key.d !== undefined) return "its private part is published with it";
  if (key.kty === "RSA" && rsaBits(key) < FEWEST_RSA_BITS)
    return `it has ${rsaBits(key)} bits, and ${FEWEST_RSA_BITS} are needed`;
  return null;
}

function rsaBits(key: JWK): number {
  const modulus = Buffer.from(typeof key.n === "string" ? key.n : "", "base64url");
  const first = modulus.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (modulus.length - first) * 8 - (Math.clz32(modulus[first] ?? 0) - 24);
}

async function selectKeys(local: LocalKeys, hint: KeyHint): Promise<readonly CryptoKey[]> {
  try {
    return [await local(hint.kid === undefined ? { alg: hint.alg } : { alg: hint.alg, kid: hint.kid })];
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return [];
    if (!(error instanceof errors.JWKSMultipleMatchingKeys))
      return refuse(
        "OIDC_KEYS_INVALID",
        `a published key cannot be read${hint.kid ? ` (key id ${quote(hint.kid)})` : ""}`,
      );
    const candidates: CryptoKey[] = [];
    for await (const key of error) if (candidates.push(key) === MOST_CANDIDATES) break;
    return candidates;
  }
}
