/** Stores a provider's last published keys, for the time when the provider does not answer. */
import type { JWK } from "jose";
import { isObject } from "./request-json.js";
import type { Surroundings } from "./surroundings.js";

/**
 * How long stored keys are valid. The time is short, because the provider may have withdrawn a stolen key meanwhile.
 */
export const LONGEST_WITHOUT_NEWS_MILLISECONDS = 24 * 60 * 60_000;

const NAME = "keys";
/** The members of a public key that verification needs (RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2). */
const MEMBERS = ["kty", "kid", "use", "alg", "key_ops", "n", "e", "crv", "x", "y"] as const;

export async function keepKeys(jwksUri: string, keys: readonly JWK[], { memory }: Surroundings): Promise<void> {
  const texts = keys.map((key) => JSON.stringify(Object.fromEntries(MEMBERS.map((name) => [name, key[name]]))));
  await memory?.keep(NAME, { jwksUri, keys: texts });
}

/** The last published keys of an address, and when Usher read them; `null` if none are stored or they are too old. */
export function recallKeys(
  jwksUri: string,
  { memory, now }: Surroundings,
): { readonly keys: readonly unknown[]; readonly learnedAt: Date } | null {
  const recollection = memory?.recall(NAME) ?? null;
  if (recollection === null) return null;
  const { facts, learnedAt } = recollection;
  const isOver = now().valueOf() - learnedAt.valueOf() > LONGEST_WITHOUT_NEWS_MILLISECONDS;
  if (isOver || facts["jwksUri"] !== jwksUri || !Array.isArray(facts["keys"])) return null;
  const keys = (facts["keys"] as readonly string[]).map(parse).filter(isObject);
  return keys.length === 0 ? null : { keys, learnedAt };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
