/** What administrators do with the second factors of accounts. */
import { causeOf, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { endPendingSignInsOf } from "../credential/pending-sign-in.repository.js";
import { noticeFactorsChanged } from "../notices/notice-factors-changed.js";
import { requireHoldingUser } from "../role/require-holding-user.js";
import { endSessionsOfUserExcept } from "../session/session.repository.js";
import { findAccountToChange, lockAccount } from "../user/status/status.operations.js";
import { showMember } from "../user/user.access.js";
import type { Member } from "../user/user.js";
import { deleteFactorsOf, findFactors } from "./factor.repository.js";
import { userHolder } from "./holder.js";

/**
 * Removes all second factors and recovery codes of an account, because the person has lost them. The person's sessions end,
 * except the caller's own, and a mail tells the person. An account without factors stays as it is.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for accounts with permissions that the caller does not hold, and for members whose
 *   home is another organization), NOT_FOUND
 */
export async function resetSecondFactors(store: Store, caller: Caller, userId: string): Promise<Member> {
  const { organizationId } = await findAccountToChange(store, caller, userId);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { organization, user } = await lockAccount(unit, organizationId, userId);
    await requireHoldingUser(unit, caller, userId);
    const factors = await findFactors(unit, userHolder(user));
    if (factors.length > 0) {
      await deleteFactorsOf(unit, userHolder(user));
      await endPendingSignInsOf(unit, userHolder(user));
      const own = caller.kind === "PERSON" ? caller.sessionId : null;
      const endedSessions = await endSessionsOfUserExcept(unit, userId, own);
      await recordAudit(unit, {
        organizationId,
        action: "user.second_factors_reset",
        subject: { type: "user", id: userId },
        before: { secondFactors: factors.map(({ kind, label }) => ({ kind, label })) },
        after: { endedSessions },
      });
      await noticeFactorsChanged(unit, { organization, user, change: { kind: "RESET" } });
    }
    return showMember(caller, user, organizationId);
  });
}
