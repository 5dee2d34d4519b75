/** Informs the administrators of an organization that an account waits for their approval. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { queueMails } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import type { Organization } from "../organization/organization.js";
import type { SeenUser } from "../user/user.js";
import { findAdministratorAddresses } from "./administrator-addresses.js";
import { APPROVAL_REQUESTED } from "./templates.js";

/** Queues the notices, in the unit of work that creates the account. */
export async function noticeApprovalRequested(
  unit: UnitOfWork,
  {
    organization,
    user,
    connectionName,
  }: {
    readonly organization: Organization;
    readonly user: SeenUser;
    readonly connectionName: string;
  },
): Promise<void> {
  const { id: userId, fullName, email } = user;
  const text = writeMail(APPROVAL_REQUESTED, { organization, connectionName, fullName, email, userId });
  const recipients = await findAdministratorAddresses(unit, organization.id);
  await queueMails(
    unit,
    recipients.map((recipient) => ({ organizationId: organization.id, recipient, ...text })),
  );
}
