/** Keeps the keys of directories' providers in memory, so that an assertion costs no request to the provider. */
import type { AssertionTrust } from "../../provisioning/directory/assertion/assertion-trust.js";
import { createFixedKeySet, createKeySet, type KeySet, type Surroundings } from "../../protocols/oidc/index.js";

/** The directories whose keys are kept. Beyond that, the keys that were made first are made again when they are needed. */
const MOST_KEPT = 1_000;

/** Returns a function that finds the keys of a trust. A changed trust has an id of its own, so it never gets old keys. */
export function createKeySets(surroundings: Surroundings): (trust: AssertionTrust) => KeySet {
  const kept = new Map<string, KeySet>();
  return ({ id, keys }) => {
    const known = kept.get(id);
    if (known !== undefined) return known;
    const made = "jwksUrl" in keys ? createKeySet(keys.jwksUrl, surroundings) : createFixedKeySet(keys.jwks);
    const [first] = kept.keys();
    if (kept.size >= MOST_KEPT && first !== undefined) kept.delete(first);
    kept.set(id, made);
    return made;
  };
}
