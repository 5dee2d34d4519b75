/** Reads the delivery log. */
import type { Caller } from "../../access/caller.js";
import type { SqlValue } from "../../platform/database/database.js";
import { toBoolean, toDate } from "../../platform/database/values.js";
import { pageByKeyset, type KeysetColumn } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { readEndpoint } from "../endpoint/change-endpoint.js";
import type { WebhookServices } from "../services.js";
import type { AttemptKind } from "./attempt.js";

/** An attempt as the log shows it. */
export interface ShownAttempt {
  readonly id: string;
  readonly eventId: string;
  readonly sequence: number;
  readonly eventType: string;
  readonly kind: AttemptKind;
  readonly number: number;
  readonly succeeded: boolean;
  readonly status: number | null;
  readonly failure: string | null;
  readonly answer: string | null;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** Fields that are absent do not filter. `from` is inclusive, `to` exclusive. */
export interface AttemptFilter {
  readonly eventId?: string | null;
  readonly succeeded?: boolean | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

interface Raw {
  id: string;
  event_id: string;
  sequence: number;
  event_type: string;
  kind: string;
  number: number;
  succeeded: unknown;
  status: number | null;
  failure: string | null;
  answer: string | null;
  started_at: unknown;
  duration_ms: number;
}

function fromRaw(raw: Raw): ShownAttempt {
  return {
    id: raw.id,
    eventId: raw.event_id,
    sequence: raw.sequence,
    eventType: raw.event_type,
    kind: raw.kind as AttemptKind,
    number: raw.number,
    succeeded: toBoolean(raw.succeeded),
    status: raw.status,
    failure: raw.failure,
    answer: raw.answer,
    startedAt: toDate(raw.started_at),
    durationMs: raw.duration_ms,
  };
}

const NEWEST_FIRST: readonly [KeysetColumn<Raw>, KeysetColumn<Raw>] = [
  { column: "a.started_at", direction: "DESC", kind: "time", read: (raw) => toDate(raw.started_at) },
  { column: "a.id", direction: "DESC", kind: "text", read: (raw) => raw.id },
];

/**
 * Reads one page of the attempts at an endpoint, newest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listDeliveries(
  services: WebhookServices,
  caller: Caller,
  query: { readonly endpointId: string; readonly filter?: AttemptFilter | null; readonly page: PageArgs },
): Promise<Page<ShownAttempt>> {
  const endpoint = await readEndpoint(services, caller, query.endpointId);
  const page = await pageByKeyset<Raw>({
    reader: services.reader,
    select: `a.id, a.event_id, a.sequence, a.event_type, a.kind, a.number, a.succeeded, a.status, a.failure, a.answer,
      a.started_at, a.duration_ms`,
    from: "webhook_attempt a",
    where: writeConditions(endpoint.id, query.filter ?? {}),
    order: NEWEST_FIRST,
    args: query.page,
  });
  return toPage(page, fromRaw);
}

function writeConditions(endpointId: string, filter: AttemptFilter) {
  const terms = ["a.endpoint_id = ?"];
  const parameters: SqlValue[] = [endpointId];
  const demand = (sql: string, value: SqlValue) => {
    terms.push(sql);
    parameters.push(value);
  };
  if (filter.eventId != null) demand("a.event_id = ?", filter.eventId);
  if (filter.succeeded != null) demand("a.succeeded = ?", filter.succeeded);
  if (filter.from != null) demand("a.started_at >= ?", filter.from);
  if (filter.to != null) demand("a.started_at < ?", filter.to);
  return { sql: terms.join(" AND "), parameters };
}
