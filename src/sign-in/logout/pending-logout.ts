/** Remembers a sign-out at a provider until the provider answers it, once. */
import { randomBytes } from "node:crypto";
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Connection } from "../../connection/stored/connection.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import type { SignInServices } from "../services.js";

/** How long a person may take at the provider. */
const LIFETIME_SECONDS = 15 * 60;
/**
 * The form of a handle. It has 160 random bits, and its form is allowed in SAML's ids and in OpenID Connect's `state`.
 */
const HANDLE = /^[0-9a-f]{40}$/;

/** The contents of a pending sign-out. */
export interface PendingLogout {
  /** Where the person goes afterwards. The address passed the allow-list. `null` for the organization's page. */
  readonly returnTo: string | null;
}

const sealContext = (handleHash: string) => `sso_logout:${handleHash}`;

/** Makes the handle that the provider's answer will name. */
export function makeHandle(): string {
  return randomBytes(20).toString("hex");
}

/** Stores a pending sign-out. */
export async function keepPendingLogout(
  { store, keyRing }: SignInServices,
  { id: connectionId }: Connection,
  handle: string,
  contents: PendingLogout,
): Promise<void> {
  const handleHash = sha256Hex(handle);
  const payload = keyRing.seal(JSON.stringify(contents), sealContext(handleHash));
  await store.begin(SYSTEM, { kind: "SIGN_IN", actor: connectionId }, async (unit) => {
    const expiresAt = new Date(unit.now.getTime() + LIFETIME_SECONDS * 1000);
    await unit.execute("INSERT INTO sso_logout (handle_hash, connection_id, payload, expires_at) VALUES (?, ?, ?, ?)", [
      handleHash,
      connectionId,
      payload,
      expiresAt,
    ]);
  });
}

/** Uses a pending sign-out up. Exactly one caller among all replicas gets it; the others get `null`. */
export async function takePendingLogout(
  { store, keyRing }: SignInServices,
  { id: connectionId }: Connection,
  handle: string,
): Promise<PendingLogout | null> {
  if (!HANDLE.test(handle)) return null;
  const handleHash = sha256Hex(handle);
  const row = await store.reader.row<{ payload: string }>(
    "SELECT payload FROM sso_logout WHERE handle_hash = ? AND connection_id = ?",
    [handleHash, connectionId],
  );
  if (row === undefined) return null;
  const taken = await store.begin(SYSTEM, { kind: "SIGN_IN", actor: connectionId }, (unit) =>
    unit.execute("DELETE FROM sso_logout WHERE handle_hash = ? AND expires_at > ?", [handleHash, unit.now]),
  );
  return taken === 1 ? (JSON.parse(keyRing.open(row.payload, sealContext(handleHash))) as PendingLogout) : null;
}

/** Deletes the sign-outs that the provider did not answer. */
export async function sweepPendingLogouts(unit: UnitOfWork): Promise<void> {
  await unit.execute("DELETE FROM sso_logout WHERE expires_at <= ?", [unit.now]);
}
