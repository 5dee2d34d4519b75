/** Records that sessions of a person ended: the event `user.signed_out` and an audit entry. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit, type AuditEntry } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import type { Organization } from "../organization/organization.js";
import { describeAccount } from "../user/user.changes.js";
import { USER_SIGNED_OUT } from "../user/user.events.js";
import { findUser } from "../user/user.repository.js";
import type { Session } from "./session.js";

/**
 * @param home the person's home organization, locked
 * @param entry the audit entry; by default that of a person who signed out
 */
export async function recordSignOut(
  unit: UnitOfWork,
  home: Organization,
  { userId, connectionId }: Pick<Session, "userId" | "connectionId">,
  entry: Pick<AuditEntry, "action" | "after"> = { action: "user.signed_out", after: { connectionId } },
): Promise<void> {
  const user = await findUser(unit, home.id, userId);
  if (user === null) return;
  await appendEvent(unit, {
    organizationId: home.id,
    type: USER_SIGNED_OUT,
    subject: { id: userId, version: user.version },
    data: {
      user: (await describeAccount(unit, home, user)).snapshot,
      changed: null,
      signOut: { connectionId },
    },
  });
  await recordAudit(unit, { organizationId: home.id, subject: { type: "user", id: userId }, ...entry });
}
