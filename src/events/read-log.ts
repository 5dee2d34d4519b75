/** Reads an organization's log in sequence for delivery: as stored, and many events at a time. */
import type { Reader, SqlValue } from "../platform/database/database.js";
import { placeholders } from "../platform/database/statements.js";
import { toDate } from "../platform/database/values.js";

/** An event as it is stored. `data` is the text of a JSON object. */
export interface StoredEvent {
  readonly id: string;
  readonly organizationId: string;
  readonly sequence: number;
  readonly type: string;
  readonly occurredAt: Date;
  readonly subject: { readonly type: string; readonly id: string; readonly version: number };
  readonly cause: { readonly kind: string; readonly actor: string | null };
  readonly data: string;
}

export interface LogRange {
  readonly organizationId: string;
  /** Exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly upTo: number;
  /** Only these types; `null` for all. */
  readonly types?: readonly string[] | null;
  /** Only these events; `null` for all. */
  readonly ids?: readonly string[] | null;
}

interface Raw {
  id: string;
  organization_id: string;
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

const COLUMNS = `id, organization_id, sequence, type, occurred_at, subject_type, subject_id, subject_version, cause_kind,
  cause_actor, data`;

function fromRaw(raw: Raw): StoredEvent {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    sequence: raw.sequence,
    type: raw.type,
    occurredAt: toDate(raw.occurred_at),
    subject: { type: raw.subject_type, id: raw.subject_id, version: raw.subject_version },
    cause: { kind: raw.cause_kind, actor: raw.cause_actor },
    data: raw.data,
  };
}

/** Reads the first events of a range in sequence, at most `limit`. */
export async function readLog(reader: Reader, range: LogRange, limit: number): Promise<StoredEvent[]> {
  const { sql, parameters } = writeConditions(range);
  const raws = await reader.rows<Raw>(
    `SELECT ${COLUMNS} FROM event WHERE ${sql} ORDER BY sequence LIMIT ${Math.trunc(limit)}`,
    parameters,
  );
  return raws.map(fromRaw);
}

/** Counts the events of a range. */
export async function countLog(reader: Reader, range: LogRange): Promise<number> {
  const { sql, parameters } = writeConditions(range);
  const row = await reader.row<{ total: number | string }>(
    `SELECT COUNT(*) AS total FROM event WHERE ${sql}`,
    parameters,
  );
  return Number(row?.total ?? 0);
}

function writeConditions({ organizationId, after, upTo, types = null, ids = null }: LogRange) {
  const parameters: SqlValue[] = [organizationId, after, upTo];
  let sql = "organization_id = ? AND sequence > ? AND sequence <= ?";
  for (const [column, values] of [
    ["type", types],
    ["id", ids],
  ] as const) {
    if (values === null) continue;
    // An empty list matches nothing, and `IN ()` is not valid SQL.
    sql += values.length === 0 ? " AND 1 = 0" : ` AND ${column} IN (${placeholders(values)})`;
    parameters.push(...values);
  }
  return { sql, parameters };
}

/** The sequence of the last event of a log; 0 if the log is empty or the organization unknown. */
export async function findLastSequence(reader: Reader, organizationId: string): Promise<number> {
  const row = await reader.row<{ last_sequence: number }>(
    "SELECT last_sequence FROM event_counter WHERE organization_id = ?",
    [organizationId],
  );
  return row?.last_sequence ?? 0;
}

/** The sequence before the first event at or after a time; the last sequence when there is no such event. */
export async function findSequenceBefore(reader: Reader, organizationId: string, moment: Date): Promise<number> {
  const row = await reader.row<{ sequence: number | null }>(
    "SELECT MIN(sequence) AS sequence FROM event WHERE organization_id = ? AND occurred_at >= ?",
    [organizationId, moment],
  );
  return row?.sequence == null ? await findLastSequence(reader, organizationId) : row.sequence - 1;
}
