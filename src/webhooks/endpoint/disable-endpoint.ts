/** Putting an endpoint out of force, by hand or because it is of no use any more. */
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { noticeEndpointDisabled } from "../notices/notice-endpoint-disabled.js";
import type { EndpointDisabled } from "../notices/templates.js";
import { ENDPOINT_DISABLED, endpointSnapshot } from "./endpoint.events.js";
import type { DisabledReason, WebhookEndpoint } from "./endpoint.js";
import { findEndpoint, updateEndpointRow } from "./endpoint.repository.js";
import { auditView } from "./audit-view.js";

/** Disables an endpoint, and says so in the log. The organization is locked already. */
export async function disableInUnit(
  unit: UnitOfWork,
  before: WebhookEndpoint,
  reason: DisabledReason,
): Promise<WebhookEndpoint> {
  if (before.state === "DISABLED") return before;
  const after: WebhookEndpoint = {
    ...before,
    state: "DISABLED",
    disabledReason: reason,
    disabledAt: unit.now,
    version: before.version + 1,
    updatedAt: unit.now,
  };
  await updateEndpointRow(unit, before, after);
  await appendEvent(unit, {
    organizationId: after.organizationId,
    type: ENDPOINT_DISABLED,
    subject: { id: after.id, version: after.version },
    data: { endpoint: endpointSnapshot(after), changed: null, reason },
  });
  await recordAudit(unit, {
    organizationId: after.organizationId,
    action: "webhook_endpoint.disabled",
    subject: { type: "webhookEndpoint", id: after.id },
    before: auditView(before),
    after: auditView(after),
  });
  return after;
}

/** Disables an endpoint that a worker found to be of no use, and tells the administrators by mail. */
export async function disableFailingEndpoint(
  { begin }: Store,
  organizationId: string,
  endpointId: string,
  reason: EndpointDisabled["reason"],
): Promise<void> {
  await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    const endpoint = await findEndpoint(unit, organizationId, endpointId);
    // Another worker, or an administrator, may have been faster: nobody is told twice.
    if (organization === null || endpoint === null || endpoint.state === "DISABLED") return;
    await noticeEndpointDisabled(unit, organization, await disableInUnit(unit, endpoint, reason), reason);
  });
}
