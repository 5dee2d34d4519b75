/** Informs a person that the second factors of their account changed. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { queueMail } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import type { Organization } from "../organization/organization.js";
import type { User } from "../user/user.js";
import { FACTORS_CHANGED, type FactorsChanged } from "./templates.js";

/** Queues the notice, in the unit of work of the change. */
export async function noticeFactorsChanged(
  unit: UnitOfWork,
  {
    organization,
    user: { fullName, email },
    change,
  }: {
    /** `null` for an operator. */
    readonly organization: Organization | null;
    readonly user: Pick<User, "fullName" | "email">;
    readonly change: FactorsChanged["change"];
  },
): Promise<void> {
  const text = writeMail(FACTORS_CHANGED, { organization, fullName, email, change, changedAt: unit.now });
  await queueMail(unit, { organizationId: organization?.id ?? null, recipient: email, ...text });
}
