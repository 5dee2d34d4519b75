/**
 * The specimen's protocol. The provider redirects the person back with a ticket: JSON in base64url, a dot, and its HMAC-SHA256
 * under a shared secret. The ticket has the nonce of the sign-in, its audience and its expiry.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { defineRefusals, defineStrategy, type Refuse } from "../../../src/connection/contract/index.js";
import type { SpecimenSettings } from "./settings.js";

const defined = defineRefusals("SPECIMEN_", {
  SPECIMEN_UNREACHABLE: {
    message: "Your company's sign-in service cannot be reached at the moment. Please try again in a few minutes.",
    remedy: "The provider does not answer, or not with its description. Check the address.",
  },
  SPECIMEN_TICKET_INVALID: {
    message: "The answer of your company's sign-in service could not be trusted. Please tell your administrator.",
    remedy: "The ticket is not signed with the shared secret, or is for another audience. Compare both.",
  },
  SPECIMEN_TICKET_EXPIRED: {
    message: "The sign-in took too long. Please start again.",
    remedy: "The ticket had expired. Compare the clocks.",
  },
  SPECIMEN_TICKET_OF_ANOTHER: {
    message: "The answer does not belong to this sign-in. Please start again.",
    remedy: "The ticket was made for another sign-in, or was used before. Several in a row may be an attack.",
  },
});

export const SPECIMEN_REFUSALS = defined.texts;
export const refuse: Refuse<keyof typeof SPECIMEN_REFUSALS> = defined.refuse;

/** A verified ticket. */
export type Ticket = Readonly<Record<string, unknown>>;

/** A provider whose description has been read. */
export interface OpenedSpecimen {
  readonly settings: SpecimenSettings;
  readonly issuer: string;
}

export interface VerifiedTicket {
  readonly issuer: string;
  readonly ticket: Ticket;
}

export function createSpecimenStrategy({ settings, issuer }: OpenedSpecimen, callbackUrl: string, now: () => Date) {
  return defineStrategy<VerifiedTicket>({
    start: async ({ keep, chooseAccount }) => {
      const nonce = randomBytes(32).toString("base64url");
      const state = await keep({ requestId: null, secrets: { nonce } });
      // The provider does not know the state, so the return address contains it.
      const back = `${callbackUrl}?${new URLSearchParams({ state })}`;
      const parameters = new URLSearchParams({ audience: settings.audience, nonce, back });
      if (chooseAccount) parameters.set("account", "choose");
      return `${settings.address}/sign-in?${parameters}`;
    },
    return: async ({ parameters, flow }) => {
      const ticket = verifyTicket(parameters["ticket"] ?? "", settings, now());
      if (ticket["nonce"] !== flow.secrets["nonce"] || !(await flow.consume())) refuse("SPECIMEN_TICKET_OF_ANOTHER");
      return { issuer, ticket };
    },
    post: () => refuse("SPECIMEN_TICKET_INVALID", "the ticket was posted"),
  });
}

function verifyTicket(text: string, { sharedSecret, audience }: SpecimenSettings, now: Date): Ticket {
  const [payload = "", signature = ""] = text.split(".");
  const expected = signPayload(payload, sharedSecret);
  const received = Buffer.from(signature, "base64url");
  if (received.length !== expected.length || !timingSafeEqual(received, expected)) refuse("SPECIMEN_TICKET_INVALID");
  const ticket = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Ticket;
  if (ticket["audience"] !== audience) refuse("SPECIMEN_TICKET_INVALID", "audience");
  if (typeof ticket["subject"] !== "string" || ticket["subject"] === "") refuse("SPECIMEN_TICKET_INVALID", "subject");
  if (!(Number(ticket["until"]) > now.valueOf())) refuse("SPECIMEN_TICKET_EXPIRED");
  return ticket;
}

export function signPayload(payload: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(payload).digest();
}
