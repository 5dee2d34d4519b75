/** The events of connections. */
import { z } from "zod";
import { changedSchema, defineEventType } from "../../events/event-type.js";
import { CONNECTION_STATES, type Connection } from "./connection.js";

export const connectionSchema = z
  .object({
    id: z.string(),
    displayName: z.string(),
    buttonLabel: z.string().nullable().describe('The text of the button; null for "Sign in to NAME".'),
    type: z.string().describe("The connection type's id, such as entra-id."),
    state: z.enum(CONNECTION_STATES),
    policies: z.record(z.string(), z.union([z.string(), z.boolean()])),
  })
  .describe(
    "The connection after the change, without its settings. For connection.deleted, the connection before the deletion.",
  );

const data = z.object({
  connection: connectionSchema,
  changed: changedSchema,
  changedSettings: z.array(z.string()).describe("Names of the changed settings, without their values."),
});

export const CONNECTION_CREATED = defineEventType({
  type: "connection.created",
  subject: "connection",
  description: "A connection was created, as a draft. Nobody can sign in through it yet.",
  data,
});

export const CONNECTION_UPDATED = defineEventType({
  type: "connection.updated",
  subject: "connection",
  description:
    "The display name, button label, policies, mappings or settings of a connection changed. `changed` has the values before and after, except those of settings.",
  data,
});

export const CONNECTION_ACTIVATED = defineEventType({
  type: "connection.activated",
  subject: "connection",
  description: "The connection is active: people can sign in through it.",
  data,
});

export const CONNECTION_DISABLED = defineEventType({
  type: "connection.disabled",
  subject: "connection",
  description: "The connection was disabled: nobody can sign in through it, and its sessions have ended.",
  data,
});

export const CONNECTION_DELETED = defineEventType({
  type: "connection.deleted",
  subject: "connection",
  description: "The connection was deleted with its identities and sessions. The users stay.",
  data,
});

export const CONNECTION_EVENTS = [
  CONNECTION_CREATED,
  CONNECTION_UPDATED,
  CONNECTION_ACTIVATED,
  CONNECTION_DISABLED,
  CONNECTION_DELETED,
] as const;

export type ConnectionEvent = (typeof CONNECTION_EVENTS)[number];

/** The connection as events show it. */
export function connectionSnapshot({ id, displayName, buttonLabel, type, state, policies }: Connection) {
  return { id, displayName, buttonLabel, type, state, policies: { ...policies } };
}
