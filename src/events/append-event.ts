/** Appends events to an organization's log, in the unit of work of the change that they describe. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../access/unit-of-work.js";
import { insertRows } from "../platform/database/statements.js";
import type { EventType, SubjectType } from "./event-type.js";

/** An event to record. */
export interface NewEvent<Data extends Record<string, unknown>> {
  readonly organizationId: string;
  readonly type: EventType<Data>;
  readonly subject: {
    /**
     * Given only if the subject's type differs from the declared one. For example, a refused sign-in of an unknown person
     * has the attempt as its subject.
     */
    readonly type?: SubjectType;
    readonly id: string;
    /** The subject's version after the change. */
    readonly version: number;
  };
  readonly data: Data;
}

/** Starts the log of a new organization. */
export async function startEventLog(unit: UnitOfWork, organizationId: string): Promise<void> {
  await unit.execute("INSERT INTO event_counter (organization_id, last_sequence) VALUES (?, 0)", [organizationId]);
}

/**
 * Appends one event. The counter's row stays locked until the unit of work ends. So readers see an organization's
 * sequences in order, and a rollback leaves no gap.
 */
export async function appendEvent<Data extends Record<string, unknown>>(
  unit: UnitOfWork,
  event: NewEvent<Data>,
): Promise<void> {
  await appendEvents(unit, event.organizationId, [event]);
}

/** Appends events of one organization in order. Three statements are enough for any number of events. */
export async function appendEvents<Data extends Record<string, unknown>>(
  unit: UnitOfWork,
  organizationId: string,
  events: readonly Omit<NewEvent<Data>, "organizationId">[],
): Promise<void> {
  if (events.length === 0) return;
  await unit.execute("UPDATE event_counter SET last_sequence = last_sequence + ? WHERE organization_id = ?", [
    events.length,
    organizationId,
  ]);
  const counter = await unit.row<{ last_sequence: number }>(
    "SELECT last_sequence FROM event_counter WHERE organization_id = ?",
    [organizationId],
  );
  if (counter === undefined) throw new Error(`organization ${organizationId} has no event log`);
  const before = counter.last_sequence - events.length;
  await insertRows(
    unit,
    "event",
    COLUMNS,
    events.map(({ type, subject, data }, index) => [
      uuidv7(),
      organizationId,
      before + index + 1,
      type.type,
      unit.now,
      subject.type ?? type.subject,
      subject.id,
      subject.version,
      unit.cause.kind,
      unit.cause.actor,
      JSON.stringify(data),
    ]),
  );
}

const COLUMNS = [
  "id",
  "organization_id",
  "sequence",
  "type",
  "occurred_at",
  "subject_type",
  "subject_id",
  "subject_version",
  "cause_kind",
  "cause_actor",
  "data",
];
