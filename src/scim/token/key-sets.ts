/** Keeps the keys of directories' providers in memory, so that an assertion costs no request to the provider. */
import type { AssertionTrust } from "../../provisioning/directory/assertion/assertion-trust.js";
import { createFixedKeySet, createKeySet, type KeySet, type Surroundings } from "../../protocols/oidc/index.js";

/** The largest number of directories whose keys are kept. A further one replaces the oldest. */
const MOST_KEPT = 1_000;

/** Returns a function that finds the keys of a trust. A changed trust has a new id, so it never gets old keys. */
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
