/** Records that a break-glass account signed in: an event, an audit entry, and mails to the administrators and the operator. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { recordAudit } from "../audit/record-audit.js";
import { appendEvent } from "../events/append-event.js";
import { noticeBreakGlassUsed } from "../people/notices/notice-break-glass.js";
import type { Organization } from "../people/organization/organization.js";
import { describeAccount } from "../people/user/user.changes.js";
import { USER_BREAK_GLASS_USED } from "../people/user/user.events.js";
import type { User } from "../people/user/user.js";
import type { Attempt } from "./attempt/attempt.js";

/** Records the use, in the unit of work that opens the session. */
export async function recordBreakGlassUse(
  unit: UnitOfWork,
  {
    attempt: { reference, client },
    organization,
    user,
    operatorContact,
  }: {
    readonly attempt: Attempt;
    readonly organization: Organization;
    readonly user: User;
    readonly operatorContact: string | null;
  },
): Promise<void> {
  const { address } = client;
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_BREAK_GLASS_USED,
    subject: { id: user.id, version: user.version },
    data: {
      user: (await describeAccount(unit, organization, user)).snapshot,
      changed: null,
      signIn: { reference, address },
    },
  });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "user.break_glass_used",
    subject: { type: "user", id: user.id },
    after: { reference, address },
  });
  await noticeBreakGlassUsed(unit, { organization, user, address, reference, operatorContact });
}
