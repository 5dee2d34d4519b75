/** Key pairs that a connection has of its own: made with it, encrypted at rest, lent to its type alone. */
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import type { OwnKeys } from "../contract/index.js";
import type { StoredSecret } from "./stored-settings.js";

/** No setting can have this name, so the keys are kept beside the secret settings. */
export const OWN_KEYS = "$keys";

function sealingContext(connectionId: string): string {
  return `connection:${connectionId}:${OWN_KEYS}`;
}

export function sealOwnKeys(keyRing: KeyRing, connectionId: string, keys: OwnKeys, madeAt: Date): StoredSecret {
  return { sealed: keyRing.seal(JSON.stringify(keys), sealingContext(connectionId)), setAt: madeAt.toISOString() };
}

/**
 * The keys of a connection, or `null` when its type makes none.
 *
 * @throws UnsealError when they cannot be opened
 */
export function openOwnKeys(
  keyRing: KeyRing,
  { id, ownKeys }: { readonly id: string; readonly ownKeys: StoredSecret | null },
): OwnKeys | null {
  return ownKeys === null ? null : (JSON.parse(keyRing.open(ownKeys.sealed, sealingContext(id))) as OwnKeys);
}
