/** Mails the administrators of an organization that an endpoint was disabled. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { findAdministratorAddresses } from "../../people/notices/administrator-addresses.js";
import type { Organization } from "../../people/organization/organization.js";
import { queueMails } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import { endpointSnapshot } from "../endpoint/endpoint.events.js";
import type { WebhookEndpoint } from "../endpoint/endpoint.js";
import { ENDPOINT_DISABLED_NOTICE, type EndpointDisabled } from "./templates.js";

/** Queues the mails in the unit of work that disables the endpoint. */
export async function noticeEndpointDisabled(
  unit: UnitOfWork,
  organization: Organization,
  endpoint: WebhookEndpoint,
  reason: EndpointDisabled["reason"],
): Promise<void> {
  const { id: endpointId, url } = endpointSnapshot(endpoint);
  const text = writeMail(ENDPOINT_DISABLED_NOTICE, { organization, url, endpointId, reason });
  const recipients = await findAdministratorAddresses(unit, organization.id);
  await queueMails(
    unit,
    recipients.map((recipient) => ({ organizationId: organization.id, recipient, ...text })),
  );
}
