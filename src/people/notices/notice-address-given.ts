/** Informs a person who signs in with a password that another organization has an account with their address. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { queueMail, wasQueuedSince } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import { findOrganization } from "../organization/organization.repository.js";
import type { User } from "../user/user.js";
import { ADDRESS_GIVEN } from "./templates.js";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Queues the notice, at most one per person and day, so that an administrator of another organization cannot flood a mailbox. */
export async function noticeAddressGiven(
  unit: UnitOfWork,
  { holder, organizationName }: { readonly holder: User; readonly organizationName: string },
): Promise<void> {
  const { fullName, email: recipient, homeOrganizationId } = holder;
  const since = new Date(unit.now.getTime() - DAY_MILLISECONDS);
  const organization = await findOrganization(unit, null, homeOrganizationId);
  if (organization === null || (await wasQueuedSince(unit, since, { recipient, template: ADDRESS_GIVEN.name }))) return;
  const told = { organization, fullName, email: recipient, givenBy: organizationName };
  await queueMail(unit, { organizationId: organization.id, recipient, ...writeMail(ADDRESS_GIVEN, told) });
}
