/** The operator's key: given by the environment, or made at the first start. */
import { v7 as uuidv7 } from "uuid";
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { hashToken, issueToken } from "../../platform/crypto/tokens.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { ApiKeyRow } from "./api-key.row.js";

/**
 * Sees to it that an operator key is in force. A configured key replaces every other; without one, the key of the first
 * start stays. Replicas that start together agree, because the key's hash is unique.
 *
 * @returns the new key, to be printed once, when one was made
 */
export async function ensureOperatorKey(store: Store, configured: string | null): Promise<string | null> {
  const operatorKeys = await store.reader.rows<{ id: string; token_hash: string }>(
    "SELECT id, token_hash FROM api_key WHERE organization_id IS NULL AND revoked_at IS NULL",
  );
  if (configured === null) {
    if (operatorKeys.length > 0) return null;
    const { token, hash } = issueToken("usher_op_");
    await storeOperatorKey(store, hash, []);
    return token;
  }
  const hash = hashToken(configured);
  const others = operatorKeys.filter((key) => key.token_hash !== hash).map((key) => key.id);
  if (operatorKeys.length > others.length && others.length === 0) return null;
  await storeOperatorKey(store, hash, others);
  return null;
}

async function storeOperatorKey({ begin }: Store, hash: string, replaced: readonly string[]): Promise<void> {
  await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
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
      return;
    }
    const id = uuidv7();
    await unit.manager.insert(ApiKeyRow, {
      id,
      organizationId: null,
      name: "Operator",
      tokenHash: hash,
      scopes: "[]",
      createdAt: unit.now,
      expiresAt: null,
      revokedAt: null,
    });
    await recordAudit(unit, { organizationId: null, action: "operator_key.created", subject: { type: "apiKey", id } });
  }).catch((error: unknown) => {
    // Another replica stored the same configured key between our look and our insert.
    if (!isDuplicateKey(error)) throw error;
  });
}
