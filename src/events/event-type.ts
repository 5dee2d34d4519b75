/**
 * Event types. Each module declares the types of its own events. The stored form, the webhook body, the query `eventTypes` and
 * the guide follow from the declaration.
 */
import { z } from "zod";

/** The kinds of subjects that events are about. */
export type SubjectType =
  "user" | "attempt" | "group" | "connection" | "seat" | "result" | "import" | "directory" | "endpoint";

/** A declared event type. `Data` are the fields in addition to the envelope, such as a snapshot of the subject. */
export interface EventType<Data extends Record<string, unknown> = Record<string, unknown>> {
  /** `subject.verb`, in the past tense: `user.created`. */
  readonly type: string;
  readonly subject: SubjectType;
  /** What has happened, for integrators. */
  readonly description: string;
  readonly data: z.ZodType<Data>;
}

/** An event type with any data. */
export type KnownEventType = Pick<EventType, "type" | "subject" | "description"> & { readonly data: z.ZodType };

export const changedSchema = z
  .record(z.string(), z.object({ before: z.unknown(), after: z.unknown() }))
  .nullable()
  .describe(
    "The fields that changed, with their values before and after; null for an event that is not about a change of fields.",
  );

export type Changed = z.infer<typeof changedSchema>;

/** Declares an event type. */
export function defineEventType<Data extends Record<string, unknown>>(type: EventType<Data>): EventType<Data> {
  return type;
}

/** The fields in which two snapshots differ; `null` when there are none. */
export function changesBetween(before: Record<string, unknown>, after: Record<string, unknown>): Changed {
  const changed: NonNullable<Changed> = {};
  for (const field of Object.keys(after))
    if (JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      changed[field] = { before: before[field] ?? null, after: after[field] ?? null };
  return Object.keys(changed).length === 0 ? null : changed;
}
