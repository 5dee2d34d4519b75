/** The connection's own key pairs: created with it, encrypted at rest, readable only by its type. */
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import type { OwnKeys } from "../contract/index.js";
import type { StoredSecret } from "./stored-settings.js";

/** The keys are stored among the secret settings. No setting can have this name. */
export const OWN_KEYS = "$keys";

function sealingContext(connectionId: string): string {
  return `connection:${connectionId}:${OWN_KEYS}`;
}

export function sealOwnKeys(keyRing: KeyRing, connectionId: string, keys: OwnKeys, madeAt: Date): StoredSecret {
  return { sealed: keyRing.seal(JSON.stringify(keys), sealingContext(connectionId)), setAt: madeAt.toISOString() };
}

/**
 * The keys of a connection; `null` if its type makes none.
 *
 * @throws UnsealError if they cannot be decrypted
 */
export function openOwnKeys(
  keyRing: KeyRing,
  { id, ownKeys }: { readonly id: string; readonly ownKeys: StoredSecret | null },
): OwnKeys | null {
  return ownKeys === null ? null : (JSON.parse(keyRing.open(ownKeys.sealed, sealingContext(id))) as OwnKeys);
}
