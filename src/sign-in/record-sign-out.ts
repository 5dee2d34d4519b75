/** Records that a person's sessions ended: the event `user.signed_out` and an audit entry. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { recordAudit } from "../audit/record-audit.js";
import { appendEvent } from "../events/append-event.js";
import type { Organization } from "../people/organization/organization.js";
import type { Session } from "../people/session/session.js";
import { describeAccount } from "../people/user/user.changes.js";
import { USER_SIGNED_OUT } from "../people/user/user.events.js";
import { findUser } from "../people/user/user.repository.js";

/** @param home the person's home organization, locked */
export async function recordSignOut(
  unit: UnitOfWork,
  home: Organization,
  { userId, connectionId }: Pick<Session, "userId" | "connectionId">,
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
  await recordAudit(unit, {
    organizationId: home.id,
    action: "user.signed_out",
    subject: { type: "user", id: userId },
    after: { connectionId },
  });
}
