/** The link with which the first operator makes their account. A start without any operator prints it. */
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { issueToken } from "../../platform/crypto/tokens.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { OPERATOR_LINK_PREFIX, operatorLinkUrl } from "./operator.js";
import { insertOperatorLink, sweepOperators } from "./operator.repository.js";

/** One id for all replicas, so that only the first of them stores and prints a link. */
const FIRST_LINK_ID = "first-operator";

/**
 * Makes the link if there is no operator and no earlier link that still works.
 *
 * @returns the address, to be printed once, if a link was made
 */
export async function ensureFirstOperatorLink({ begin }: Store, publicUrl: string): Promise<string | null> {
  const { token, hash: tokenHash } = issueToken(OPERATOR_LINK_PREFIX);
  return await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    if ((await unit.row("SELECT id FROM operator_account LIMIT 1")) !== undefined) return null;
    await sweepOperators(unit);
    if ((await unit.row("SELECT id FROM operator_link WHERE id = ?", [FIRST_LINK_ID])) !== undefined) return null;
    const expiresAt = await insertOperatorLink(unit, { id: FIRST_LINK_ID, operatorId: null, tokenHash });
    await recordAudit(unit, {
      organizationId: null,
      action: "operator.link_created",
      subject: { type: "operator", id: FIRST_LINK_ID },
      after: { expiresAt },
    });
    return operatorLinkUrl(publicUrl, token);
  }).catch((error: unknown) => {
    // Another replica was first.
    if (!isDuplicateKey(error)) throw error;
    return null;
  });
}
