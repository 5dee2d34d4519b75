/** Reads an organization's log by cursor. */
import { requirePermission, type Caller, type Cause } from "../access/caller.js";
import type { Store } from "../access/store.js";
import { toDate, toJson } from "../platform/database/values.js";
import { Failure, INVALID_INPUT } from "../platform/errors/failure.js";
import { pageByKeyset, type KeysetColumn } from "../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../platform/graphql/paging.js";
import type { KnownEventType } from "./event-type.js";
import { placeholders } from "../platform/database/statements.js";

/** An event as the log shows it. */
export interface LoggedEvent {
  readonly id: string;
  readonly sequence: number;
  readonly type: string;
  readonly occurredAt: Date;
  readonly subject: { readonly type: string; readonly subjectId: string; readonly version: number };
  readonly data: Readonly<Record<string, unknown>>;
  readonly cause: Cause;
}

export interface RawEvent {
  id: string;
  sequence: number;
  type: string;
  occurred_at: unknown;
  subject_type: string;
  subject_id: string;
  subject_version: number;
  cause_kind: string;
  cause_actor: string | null;
  data: string;
}

/** The columns of `RawEvent`, over the alias `e`. */
export const EVENT_COLUMNS = `e.id, e.sequence, e.type, e.occurred_at, e.subject_type, e.subject_id, e.subject_version,
  e.cause_kind, e.cause_actor, e.data`;

export function eventFromRaw(raw: RawEvent): LoggedEvent {
  return {
    id: raw.id,
    sequence: raw.sequence,
    type: raw.type,
    occurredAt: toDate(raw.occurred_at),
    subject: { type: raw.subject_type, subjectId: raw.subject_id, version: raw.subject_version },
    data: toJson(raw.data),
    cause: { kind: raw.cause_kind as Cause["kind"], actor: raw.cause_actor },
  };
}

/** Within one organization each sequence is unique, so the sequence alone orders the log. */
const BY_SEQUENCE: KeysetColumn<RawEvent> = {
  column: "e.sequence",
  direction: "ASC",
  kind: "number",
  read: (raw) => raw.sequence,
};

export interface EventsQuery {
  readonly organizationId: string;
  /** Only these types; absent or empty means all. */
  readonly types?: readonly string[] | null;
  readonly page: PageArgs;
}

/**
 * Reads one page of an organization's log, oldest first.
 *
 * @param known the event types of all modules
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for an unknown type or a broken cursor
 */
export async function listEvents(
  { reader }: Store,
  caller: Caller,
  known: readonly KnownEventType[],
  query: EventsQuery,
): Promise<Page<LoggedEvent>> {
  requirePermission(caller, query.organizationId, "EVENTS_READ");
  const types = query.types ?? [];
  refuseUnknownTypes(types, known);
  const ofTypes = types.length === 0 ? "" : ` AND e.type IN (${placeholders(types)})`;
  const page = await pageByKeyset<RawEvent>({
    reader,
    select: EVENT_COLUMNS,
    from: "event e",
    where: { sql: `e.organization_id = ?${ofTypes}`, parameters: [query.organizationId, ...types] },
    order: [BY_SEQUENCE],
    args: query.page,
  });
  return toPage(page, eventFromRaw);
}

/** Without this check a misspelt type would return an empty page, as if nothing had happened. */
function refuseUnknownTypes(types: readonly string[], known: readonly KnownEventType[]): void {
  const names = new Set(known.map(({ type }) => type));
  const fields = types.flatMap((type, index) =>
    names.has(type)
      ? []
      : [
          {
            path: `types.${index}`,
            code: "UNKNOWN" as const,
            message: "is not an event type; the query eventTypes lists them",
          },
        ],
  );
  if (fields.length > 0) throw new Failure(INVALID_INPUT, { fields });
}
