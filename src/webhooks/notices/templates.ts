/** The mails about webhook endpoints. */
import { toOneLine } from "../../platform/mail/mail-text.js";
import { defineMailTemplate } from "../../platform/mail/template.js";
import type { DisabledReason } from "../endpoint/endpoint.js";

/** The data of the mail about a disabled endpoint. */
export interface EndpointDisabled {
  readonly organization: { readonly name: string };
  /** Without its query, which may hold a secret of the receiver. */
  readonly url: string;
  readonly endpointId: string;
  readonly reason: Exclude<DisabledReason, "ADMINISTRATOR">;
}

export const ENDPOINT_DISABLED_NOTICE = defineMailTemplate<EndpointDisabled>({
  name: "webhook-endpoint-disabled",
  description:
    "to the administrators of an organization, when a webhook endpoint was disabled because deliveries to it failed",
  subject: ({ organization }) => `A webhook endpoint of ${organization.name} was disabled`,
  body: ({ organization, url, endpointId, reason }) =>
    `${[
      `The webhook endpoint ${toOneLine(url)} of ${toOneLine(organization.name)} was disabled, because ${explain(reason)}.`,
      "Usher no longer delivers events to it. No event is lost: when you enable the endpoint again, Usher delivers the events that failed and all later ones. The endpoint's delivery log shows what it answered.",
      `The endpoint's id is ${endpointId}.`,
      "You receive this because you are an administrator.",
    ].join("\n\n")}\n`,
});

function explain(reason: EndpointDisabled["reason"]): string {
  switch (reason) {
    case "GONE":
      return "it answered that it is gone (status 410)";
    case "RETRIES_EXHAUSTED":
      return "the last retry of a delivery to it has failed";
    default:
      return reason satisfies never;
  }
}

export const WEBHOOK_TEMPLATES = [ENDPOINT_DISABLED_NOTICE] as const;
