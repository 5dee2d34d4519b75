/** The facts about connections that the log tells. */
import { z } from "zod";
import { changedSchema, defineEventType } from "../../events/event-type.js";
import { CONNECTION_STATES, type Connection } from "./connection.js";

const connectionSchema = z
  .object({
    id: z.string(),
    displayName: z.string(),
    type: z.string().describe("The connection type's id, such as entra-id."),
    state: z.enum(CONNECTION_STATES),
    policies: z.record(z.string(), z.union([z.string(), z.boolean()])),
  })
  .describe("The connection after the change, without its settings; before the deletion for connection.deleted.");

const data = z.object({
  connection: connectionSchema,
  changed: changedSchema,
  changedSettings: z.array(z.string()).describe("Names of the settings that changed. Their values are not told."),
});

export const CONNECTION_CREATED = defineEventType({
  type: "connection.created",
  subject: "connection",
  description: "A connection exists, as a draft that nobody can sign in through yet.",
  data,
});

export const CONNECTION_UPDATED = defineEventType({
  type: "connection.updated",
  subject: "connection",
  description:
    "The label, the policies, the mappings or settings of a connection changed; `changed` has before and after, but for settings.",
  data,
});

export const CONNECTION_ACTIVATED = defineEventType({
  type: "connection.activated",
  subject: "connection",
  description: "People can sign in through the connection from now on.",
  data,
});

export const CONNECTION_DISABLED = defineEventType({
  type: "connection.disabled",
  subject: "connection",
  description: "Nobody can sign in through the connection any more, and the sessions that it gave have ended.",
  data,
});

export const CONNECTION_DELETED = defineEventType({
  type: "connection.deleted",
  subject: "connection",
  description: "The connection, its identities and the sessions that it gave are gone. The users stay.",
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
export function connectionSnapshot({ id, displayName, type, state, policies }: Connection) {
  return { id, displayName, type, state, policies: { ...policies } };
}
