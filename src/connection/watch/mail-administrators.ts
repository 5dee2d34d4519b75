/** Mails the administrators of an organization about one of its connections. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { findAdministratorAddresses } from "../../people/notices/administrator-addresses.js";
import type { Organization } from "../../people/organization/organization.js";
import { queueMails } from "../../platform/mail/queue-mail.js";
import type { MailText } from "../../platform/mail/template.js";

/** Queues one mail to each administrator, in the unit of work that appends the event. */
export async function mailAdministrators(
  unit: UnitOfWork,
  { id: organizationId }: Organization,
  text: MailText,
): Promise<void> {
  const recipients = await findAdministratorAddresses(unit, organizationId);
  await queueMails(
    unit,
    recipients.map((recipient) => ({ organizationId, recipient, ...text })),
  );
}
