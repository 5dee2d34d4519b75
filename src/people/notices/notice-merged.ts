/** Informs a person that a sign-in has joined their account. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { queueMail } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import type { Organization } from "../organization/organization.js";
import type { SeenUser } from "../user/user.js";
import { ACCOUNT_MERGED } from "./templates.js";

/**
 * Queues the notice, in the unit of work that merges.
 *
 * @param user the account before the merge, because the mail must go to the account's earlier address
 */
export async function noticeMerged(
  unit: UnitOfWork,
  {
    organization,
    user,
    ...told
  }: {
    readonly organization: Organization;
    readonly user: SeenUser;
    readonly connectionName: string;
    readonly droppedPassword: boolean;
  },
): Promise<void> {
  const { fullName, email } = user;
  await queueMail(unit, {
    organizationId: organization.id,
    recipient: email,
    ...writeMail(ACCOUNT_MERGED, { organization, fullName, email, mergedAt: unit.now, ...told }),
  });
}
