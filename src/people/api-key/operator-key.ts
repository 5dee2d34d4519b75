/** The operator's key. The environment sets it, or the first start creates it. */
import { v5 as uuidv5, v7 as uuidv7 } from "uuid";
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { hashToken, issueToken } from "../../platform/crypto/tokens.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { ApiKeyRow } from "./api-key.row.js";

/** The namespace of the ids of created keys, UUID version 5 (RFC 9562, section 5.5). */
const MADE_KEYS = "1b0f9f5e-6f0c-5d0e-9a51-6b9a0d6a7c11";

/**
 * Ensures that there is a valid operator key. A configured key replaces all others. Without one, the key of the first start
 * stays valid. If several replicas start together, only the first stores and shows its key. The hash of a configured key
 * is unique, and the id of a created key is derived from the number of keys.
 *
 * @returns the new key, to be printed once, if one was created
 */
export async function ensureOperatorKey(store: Store, configured: string | null): Promise<string | null> {
  // One query, because another replica could store a key between a query for keys and a query for their number.
  const keysSoFar = await store.reader.rows<{ id: string; token_hash: string; revoked_at: unknown }>(
    "SELECT id, token_hash, revoked_at FROM api_key WHERE organization_id IS NULL",
  );
  const operatorKeys = keysSoFar.filter((key) => key.revoked_at === null);
  if (configured === null) {
    if (operatorKeys.length > 0) return null;
    const { token, hash } = issueToken("usher_op_");
    return (await storeOperatorKey(store, hash, [], nextMadeKeyId(keysSoFar.length))) ? token : null;
  }
  const hash = hashToken(configured);
  const others = operatorKeys.filter((key) => key.token_hash !== hash).map((key) => key.id);
  if (operatorKeys.length > others.length && others.length === 0) return null;
  await storeOperatorKey(store, hash, others, uuidv7());
  return null;
}

/** The id of the next created key, the same for all replicas that see the same keys. */
function nextMadeKeyId(keysSoFar: number): string {
  return uuidv5(String(keysSoFar), MADE_KEYS);
}

/** Returns whether the key was stored; `false` if another replica was first. */
async function storeOperatorKey(
  { begin }: Store,
  hash: string,
  replaced: readonly string[],
  newId: string,
): Promise<boolean> {
  return await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    for (const id of replaced) {
      await unit.execute("UPDATE api_key SET revoked_at = ? WHERE id = ?", [unit.now, id]);
      await recordAudit(unit, {
        organizationId: null,
        action: "operator_key.revoked",
        subject: { type: "apiKey", id },
      });
    }
    const present = await unit.row<{ id: string }>("SELECT id FROM api_key WHERE token_hash = ?", [hash]);
    if (present !== undefined) {
      await unit.execute("UPDATE api_key SET revoked_at = NULL WHERE id = ?", [present.id]);
      return true;
    }
    await unit.manager.insert(ApiKeyRow, {
      id: newId,
      organizationId: null,
      name: "Operator",
      tokenHash: hash,
      scopes: "[]",
      limitedMaker: null,
      makerId: null,
      createdAt: unit.now,
      expiresAt: null,
      revokedAt: null,
    });
    await recordAudit(unit, {
      organizationId: null,
      action: "operator_key.created",
      subject: { type: "apiKey", id: newId },
    });
    return true;
  }).catch((error: unknown) => {
    // Another replica stored the same configured key, or created its own, after our query.
    if (!isDuplicateKey(error)) throw error;
    return false;
  });
}
