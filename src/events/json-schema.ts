/**
 * The JSON Schema (2020-12) of an event's webhook body, made from the declaration of the event type. Schemas allow unknown
 * fields, because a later version may add some.
 */
import { z } from "zod";
import type { KnownEventType } from "./event-type.js";

/** A JSON Schema, as JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const CAUSE_KINDS = ["SIGN_IN", "SCIM", "IMPORT", "API_KEY", "ADMINISTRATOR", "OPERATOR", "PERSON", "SYSTEM"];

/** The file name of a type's schema. It is also the `$id`, and the end of the published address. */
export function schemaFileName(type: string): string {
  return `${type}.json`;
}

/** The schema of one type as the text of a file. */
export function writeSchema(type: KnownEventType): string {
  return `${JSON.stringify(describeEventType(type), null, 2)}\n`;
}

/** The schema of one type. */
export function describeEventType({ type, subject, description, data }: KnownEventType): JsonSchema {
  const own = toSchema(data) as { properties?: Record<string, unknown>; required?: string[] };
  const envelope = {
    id: { type: "string", description: "Unique in the installation. A redelivered event keeps it." },
    sequence: {
      type: "integer",
      minimum: 0,
      description: "The position in the organization's log, without gaps; 0 for a test message.",
    },
    organizationId: { type: "string", description: "The organization whose log has the event." },
    subject: {
      type: "object",
      description: "The object that the event is about.",
      properties: {
        // When the person is unknown, a refused sign-in is about the attempt.
        type: type === "user.sign_in_failed" ? { enum: [subject, "attempt"] } : { const: subject },
        id: { type: "string" },
        version: {
          type: "integer",
          description:
            "The object's version after the change. Skip the event if you know the same version or a higher one.",
        },
      },
      required: ["type", "id", "version"],
    },
    cause: {
      type: "object",
      description: "What caused the event.",
      properties: { kind: { enum: CAUSE_KINDS }, actor: { type: ["string", "null"] } },
      required: ["kind", "actor"],
    },
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    // A relative address is right both in the repository and where an installation publishes the schema.
    $id: schemaFileName(type),
    title: type,
    description,
    type: "object",
    properties: {
      type: { const: type },
      timestamp: { type: "string", format: "date-time", description: "When it happened." },
      data: {
        type: "object",
        properties: { ...envelope, ...own.properties },
        required: [...Object.keys(envelope), ...(own.required ?? [])],
      },
    },
    required: ["type", "timestamp", "data"],
  };
}

function toSchema(data: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(data, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return schema;
}
