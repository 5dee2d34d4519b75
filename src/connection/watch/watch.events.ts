/** The events about connections that Usher watches. Nobody changed the connection. */
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

export const WATCH_EVENTS = [CONNECTION_EXPIRING] as const;
