/** Reads, deletes and redacts sign-in attempts. */
import type { OrganizationScope } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader, SqlValue } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate } from "../../platform/database/values.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import type { PageArgs, RowPage } from "../../platform/graphql/paging.js";
import type { AttemptKind, AttemptStep } from "./attempt.js";
import { eraseEvidence } from "./evidence.js";

/** An attempt as it was recorded. */
export interface RecordedAttempt {
  readonly id: string;
  readonly kind: AttemptKind;
  readonly organization_id: string;
  readonly reference: string;
  readonly connection_id: string | null;
  readonly user_id: string | null;
  readonly outcome: string;
  readonly detail: string | null;
  readonly steps: string;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly email: string | null;
  readonly authentication_methods: string | null;
  readonly acr: string | null;
  readonly amr: string | null;
  readonly auth_time: unknown;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly occurred_at: unknown;
}

const ATTEMPT_COLUMNS = `id, kind, organization_id, reference, connection_id, user_id, outcome, detail, steps, issuer, subject,
  email, authentication_methods, acr, amr, auth_time, address, user_agent, occurred_at`;

export interface AttemptFilter {
  readonly kind?: AttemptKind | null;
  readonly reference?: string | null;
  readonly connectionId?: string | null;
  readonly userId?: string | null;
  readonly outcomes?: readonly string[] | null;
}

/** The attempts of an organization, latest first. */
export async function pageAttempts(
  reader: Reader,
  organizationId: string,
  filter: AttemptFilter,
  args: PageArgs,
): Promise<RowPage<RecordedAttempt>> {
  const conditions = ["organization_id = ?"];
  const parameters: SqlValue[] = [organizationId];
  const equals = (column: string, value: string | null | undefined) => {
    if (value == null) return;
    conditions.push(`${column} = ?`);
    parameters.push(value);
  };
  equals("reference", filter.reference == null ? null : referenceOf(filter.reference));
  equals("kind", filter.kind);
  equals("connection_id", filter.connectionId);
  equals("user_id", filter.userId);
  if (filter.outcomes) {
    conditions.push(filter.outcomes.length === 0 ? "1 = 0" : `outcome IN (${placeholders(filter.outcomes)})`);
    parameters.push(...filter.outcomes);
  }
  return await pageByKeyset<RecordedAttempt>({
    reader,
    select: ATTEMPT_COLUMNS,
    from: "sign_in_attempt",
    where: { sql: conditions.join(" AND "), parameters },
    order: [
      { column: "occurred_at", direction: "DESC", kind: "time", read: (row) => toDate(row.occurred_at) },
      { column: "id", direction: "DESC", kind: "text", read: (row) => row.id },
    ],
    args,
  });
}

/** The id of the attempt with this reference at a connection; `null` if there is none. */
export async function findAttemptIdOf(reader: Reader, connectionId: string, reference: string): Promise<string | null> {
  const row = await reader.row<{ id: string }>(
    "SELECT id FROM sign_in_attempt WHERE reference = ? AND connection_id = ?",
    [referenceOf(reference), connectionId],
  );
  return row?.id ?? null;
}

/** The attempt with this reference in the organizations of a scope; `null` if there is none. */
export async function findAttempt(
  reader: Reader,
  scope: OrganizationScope,
  reference: string,
): Promise<RecordedAttempt | null> {
  const row = await reader.row<RecordedAttempt>(
    `SELECT ${ATTEMPT_COLUMNS} FROM sign_in_attempt WHERE reference = ?${scope === null ? "" : " AND organization_id = ?"}`,
    [referenceOf(reference), ...(scope === null ? [] : [scope])],
  );
  return row ?? null;
}

/** Accepts a reference as a person may type it: with spaces around it, in lower case. */
function referenceOf(text: string): string {
  return text.trim().toUpperCase();
}

/** Whether an attempt with this reference has ended. */
export async function hasAttempt(reader: Reader, reference: string): Promise<boolean> {
  return (await reader.row("SELECT id FROM sign_in_attempt WHERE reference = ?", [reference])) !== undefined;
}

/** The most attempts that one statement deletes, few enough not to delay sign-ins. */
const SWEPT_AT_ONCE = 5_000;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Deletes the oldest attempts that are past the retention time. The next sweep deletes the rest. */
export async function sweepAttempts(unit: UnitOfWork, retentionDays: number): Promise<void> {
  const horizon = new Date(unit.now.getTime() - retentionDays * DAY_MILLISECONDS);
  // MySQL does not delete from a table that the statement also reads, unless it reads a derived table.
  await unit.execute(
    `DELETE FROM sign_in_attempt WHERE id IN (SELECT id FROM
       (SELECT id FROM sign_in_attempt WHERE occurred_at < ? ORDER BY occurred_at LIMIT ${SWEPT_AT_ONCE}) AS swept)`,
    [horizon],
  );
}

/** The steps of a recorded attempt. */
export function readSteps(row: RecordedAttempt): readonly AttemptStep[] {
  return JSON.parse(row.steps) as AttemptStep[];
}

/** Removes the person and their browser from the attempts of an erased user. Time, connection and outcome stay. */
export async function eraseAttempts(unit: UnitOfWork, { id }: { readonly id: string }): Promise<void> {
  const tests = await eraseEvidence(unit, id);
  const erase = (condition: string, values: readonly string[]) =>
    unit.execute(
      `UPDATE sign_in_attempt SET detail = NULL, issuer = NULL, subject = NULL, email = NULL, address = NULL,
              user_agent = NULL WHERE ${condition}`,
      values,
    );
  if (tests.length > 0) await erase(`id IN (${placeholders(tests)})`, tests);
  await erase("user_id = ?", [id]);
}
