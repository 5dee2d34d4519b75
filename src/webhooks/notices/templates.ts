/** What administrators are told by mail about webhook endpoints, in words. */
import { toOneLine } from "../../platform/mail/mail-text.js";
import { defineMailTemplate } from "../../platform/mail/template.js";
import type { DisabledReason } from "../endpoint/endpoint.js";

/** What administrators are told of an endpoint that is of no use. */
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
    "to the administrators of an organization, when a webhook endpoint was disabled because it takes nothing",
  subject: ({ organization }) => `A webhook endpoint of ${organization.name} was disabled`,
  body: ({ organization, url, endpointId, reason }) =>
    `${[
      `The webhook endpoint ${toOneLine(url)} of ${toOneLine(organization.name)} was disabled, because ${explain(reason)}.`,
      "Nothing is delivered to it any more, and nothing is lost: when it is enabled again, it goes on where it stopped, with everything that failed. Its delivery log says what it answered.",
      `The endpoint's id is ${endpointId}.`,
      "You receive this because you are an administrator.",
    ].join("\n\n")}\n`,
});

function explain(reason: EndpointDisabled["reason"]): string {
  switch (reason) {
    case "GONE":
      return "it answered that it is gone (status 410)";
    case "RETRIES_EXHAUSTED":
      return "a delivery to it has failed for the last time";
    default:
      return reason satisfies never;
  }
}

/** Every template of webhooks. */
export const WEBHOOK_TEMPLATES = [ENDPOINT_DISABLED_NOTICE] as const;
