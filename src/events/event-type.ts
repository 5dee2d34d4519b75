/**
 * Event types, declared once by the room whose facts they tell. The stored form, the webhook body, the schema's list of
 * types and the documentation follow from the declaration.
 */
import { z } from "zod";

/** What an event is about. */
export type SubjectType =
  "user" | "attempt" | "group" | "connection" | "seat" | "result" | "import" | "directory" | "endpoint";

/** A declared event type. `Data` is what lies beside the envelope: snapshots and what else the fact needs. */
export interface EventType<Data extends Record<string, unknown> = Record<string, unknown>> {
  /** `subject.verb`, in the past tense: `user.created`. */
  readonly type: string;
  readonly subject: SubjectType;
  /** What has happened when the event exists, for integrators. */
  readonly description: string;
  readonly data: z.ZodType<Data>;
}

/** What a reader needs to know of a type, whatever its data. */
export type KnownEventType = Pick<EventType, "type" | "subject" | "description"> & { readonly data: z.ZodType };

/** What changed in a subject: before and after, by field name; `null` where the event is not about a change. */
export const changedSchema = z
  .record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
  .nullable()
  .describe("What changed, before and after, by field name; null where the event tells no change.");

export type Changed = z.infer<typeof changedSchema>;

/** Declares an event type. */
export function defineEventType<Data extends Record<string, unknown>>(type: EventType<Data>): EventType<Data> {
  return type;
}

/** The differences of two snapshots, by field; `null` when there are none. */
export function changesBetween(before: Record<string, unknown>, after: Record<string, unknown>): Changed {
  const changed: NonNullable<Changed> = {};
  for (const field of Object.keys(after))
    if (JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      changed[field] = { before: before[field] ?? null, after: after[field] ?? null };
  return Object.keys(changed).length === 0 ? null : changed;
}
