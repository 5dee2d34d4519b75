/** The events that Usher appends by itself about connections that it watches. */
import { z } from "zod";
import { defineEventType } from "../../events/event-type.js";
import { connectionSchema } from "../stored/connection.events.js";
import { WARNING_DAYS } from "./expirations.js";

const watched = { connection: connectionSchema, changed: z.null() };

export const CONNECTION_EXPIRING = defineEventType({
  type: "connection.expiring",
  subject: "connection",
  description:
    "A signing certificate of the provider, or a client secret whose clientSecretExpiresAt is set, expires soon. Sent 60, 30, 7 and 1 days before, each once.",
  data: z.object({
    ...watched,
    expiring: z.object({
      kind: z.enum(["CERTIFICATE", "CLIENT_SECRET"]),
      name: z
        .string()
        .describe("The SHA-256 fingerprint of the certificate, or the name of the setting that holds the secret."),
      expiresAt: z.string().describe("ISO 8601, UTC."),
      daysBefore: z
        .literal([...WARNING_DAYS])
        .describe("The warning. If Usher was down at an earlier one, only the nearest is sent."),
    }),
  }),
});

export const CONNECTION_FAILING = defineEventType({
  type: "connection.failing",
  subject: "connection",
  description:
    "Sign-ins fail in a row because of the provider or the settings, or Usher cannot read what the provider publishes. Sent once; the next success ends the spell.",
  data: z.object({
    ...watched,
    failing: z.object({
      part: z
        .enum(["SIGN_INS", "UPKEEP"])
        .describe(
          "SIGN_INS: nobody can sign in. UPKEEP: Usher cannot read what the provider publishes, such as metadata; sign-ins go on with the last copy.",
        ),
      code: z.string().describe("The error code of the last failure."),
      since: z.string().describe("When the connection began to count as failing: ISO 8601, UTC."),
    }),
  }),
});

export const CONNECTION_DRIFTED = defineEventType({
  type: "connection.drifted",
  subject: "connection",
  description:
    "A claim that the connection uses no longer arrives: the provider used to send it, and did not send it for the last people. Sent once for each claim until it comes back.",
  data: z.object({
    ...watched,
    drifted: z.object({
      kind: z
        .enum(["GROUPS", "CLAIM", "FIELD"])
        .describe("GROUPS: the groups, which rules use. CLAIM: a claim that a mapping names. FIELD: a profile field."),
      name: z.string().describe("The name of the claim in the mappings, or of the field."),
      claim: z.string().nullable().describe("The claim that it came from; null if that is not known."),
    }),
  }),
});

export const WATCH_EVENTS = [CONNECTION_EXPIRING, CONNECTION_FAILING, CONNECTION_DRIFTED] as const;
