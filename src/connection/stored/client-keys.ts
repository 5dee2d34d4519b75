/** The client keys of a stored connection: made, sealed, rotated and published. */
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import type { AnyConnectionType, ClientKey } from "../contract/index.js";
import { completeSettings, type PlainSettings } from "../settings/stored-settings.js";

/** NEXT is published and not used yet. CURRENT signs. PREVIOUS is still published and not used any more. */
export type ClientKeyState = "NEXT" | "CURRENT" | "PREVIOUS";

/** A client key as it is stored. Its public half is not encrypted, since it is published. */
export interface StoredClientKey {
  readonly id: string;
  readonly state: ClientKeyState;
  readonly publicKey: ClientKey["publicKey"];
  /** The private half, sealed. */
  readonly sealed: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** The keys are stored among the secret settings. No setting can have this name. */
export const CLIENT_KEYS = "$clientKeys";

function sealingContext(connectionId: string, keyId: string): string {
  return `connection:${connectionId}:${CLIENT_KEYS}:${keyId}`;
}

export function sealClientKeys(
  keyRing: KeyRing,
  connectionId: string,
  keys: readonly ClientKey[],
  { state, now }: { readonly state: ClientKeyState; readonly now: Date },
): readonly StoredClientKey[] {
  return keys.map(({ id, publicKey, privateKey }) => ({
    id,
    state,
    publicKey,
    sealed: keyRing.seal(privateKey, sealingContext(connectionId, id)),
    createdAt: now.toISOString(),
  }));
}

/**
 * The keys that sign now, with their private halves.
 *
 * @throws UnsealError if they cannot be decrypted
 */
export function openClientKeys(
  keyRing: KeyRing,
  { id: connectionId, clientKeys }: { readonly id: string; readonly clientKeys: readonly StoredClientKey[] },
): readonly ClientKey[] {
  return clientKeys
    .filter(({ state }) => state === "CURRENT")
    .map(({ id, publicKey, sealed }) => ({
      id,
      publicKey,
      privateKey: keyRing.open(sealed, sealingContext(connectionId, id)),
    }));
}

/** Whether a connection with these settings authenticates at its provider with client keys. */
export function usesClientKeys(type: AnyConnectionType, plain: PlainSettings): boolean {
  return type.clientKeys?.isUsed(completeSettings(type, plain)) === true;
}

/**
 * The steps of a rotation: publish new keys, sign with them, and stop publishing the old ones. USE_PREVIOUS undoes
 * USE_NEXT.
 */
export type RotationStep = "PUBLISH_NEXT" | "USE_NEXT" | "USE_PREVIOUS" | "RETIRE_PREVIOUS";

/**
 * Pure: the keys after a step of a rotation. A repeated step changes nothing or is refused, so that a retry does no harm.
 *
 * @param fresh the next keys, for `PUBLISH_NEXT`
 * @returns `null` if there is no next or previous key to use
 */
export function rotateClientKeys(
  keys: readonly StoredClientKey[],
  step: RotationStep,
  fresh: readonly StoredClientKey[],
): readonly StoredClientKey[] | null {
  const has = (wanted: ClientKeyState) => keys.some(({ state }) => state === wanted);
  switch (step) {
    case "PUBLISH_NEXT":
      return has("NEXT") ? keys : [...fresh, ...keys];
    case "USE_NEXT":
      return has("NEXT") ? shift(keys, { NEXT: "CURRENT", CURRENT: "PREVIOUS", PREVIOUS: null }) : null;
    case "USE_PREVIOUS":
      return has("PREVIOUS") ? shift(keys, { PREVIOUS: "CURRENT", CURRENT: "NEXT", NEXT: null }) : null;
    case "RETIRE_PREVIOUS":
      return keys.filter(({ state }) => state !== "PREVIOUS");
  }
}

/**
 * Moves each key to the state that `following` names for its present state. If `following` names `null`, the key is
 * deleted.
 */
function shift(
  keys: readonly StoredClientKey[],
  following: Readonly<Record<ClientKeyState, ClientKeyState | null>>,
): readonly StoredClientKey[] {
  return keys.flatMap((key) => {
    const state = following[key.state];
    return state === null ? [] : [{ ...key, state }];
  });
}

/** The keys as events and the audit log show them. */
export function describeClientKeys(keys: readonly StoredClientKey[]) {
  return { clientKeys: keys.map(({ id, state }) => ({ keyId: id, state })) };
}
