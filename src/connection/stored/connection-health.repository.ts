/** The health of connections: the findings of the last test, and when sign-ins last succeeded and failed. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDateOrNull, toJson } from "../../platform/database/values.js";
import type { Expiration, Fault, Finding, LearnedFacts } from "../contract/index.js";
import { findFailingPart } from "../watch/failing.js";
import { countFailure, END_FAILURES } from "../watch/failures.repository.js";
import { listPresent, type WatchedExpiration } from "../watch/expirations.js";

/**
 * The health of one connection. Stored apart from the connection, so that a sign-in does not raise the connection's
 * version.
 */
export interface ConnectionHealth {
  readonly lastTestedAt: Date | null;
  /** The findings of the last test; empty before the first test. */
  readonly findings: readonly Finding[];
  readonly lastSucceededAt: Date | null;
  readonly lastFailedAt: Date | null;
  /** Catalogue code of the last failed sign-in. */
  readonly lastFailureCode: string | null;
  /**
   * The certificates and secrets that expire, the soonest first. Empty until upkeep has looked for them at the active
   * connection.
   */
  readonly expirations: readonly Expiration[];
  /** Since when the connection counts as failing; `null` if it works. */
  readonly failingSince: Date | null;
  /** Catalogue code of the failure that made the connection count as failing. */
  readonly failingCode: string | null;
  /**
   * When upkeep last read what the provider publishes; `null` if upkeep has never read it, or the settings name no
   * address.
   */
  readonly providerReadAt: Date | null;
  /** `null` while upkeep can read what the provider publishes. */
  readonly providerFailure: ProviderFailure | null;
}

/** Why upkeep cannot read what a provider publishes. */
export interface ProviderFailure {
  /** When the first reading failed after the last successful reading. */
  readonly since: Date;
  /** The code with which the last reading was refused. */
  readonly code: string;
  readonly detail: string | null;
}

export const UNTRIED: ConnectionHealth = {
  lastTestedAt: null,
  findings: [],
  lastSucceededAt: null,
  lastFailedAt: null,
  lastFailureCode: null,
  expirations: [],
  failingSince: null,
  failingCode: null,
  providerReadAt: null,
  providerFailure: null,
};

/** The health of several connections, by connection id. */
export async function findHealthOfConnections(
  reader: Reader,
  connectionIds: readonly string[],
): Promise<Map<string, ConnectionHealth>> {
  if (connectionIds.length === 0) return new Map();
  const raws = await reader.rows<{
    connection_id: string;
    last_tested_at: unknown;
    last_findings: string | null;
    last_succeeded_at: unknown;
    last_failed_at: unknown;
    last_failure_code: string | null;
    expirations: string | null;
    failing_since: unknown;
    failing_code: string | null;
    provider_read_at: unknown;
    provider_failure: string | null;
  }>(
    `SELECT connection_id, last_tested_at, last_findings, last_succeeded_at, last_failed_at, last_failure_code, expirations,
            failing_since, failing_code, provider_read_at, provider_failure
       FROM connection_health WHERE connection_id IN (${placeholders(connectionIds)})`,
    connectionIds,
  );
  return new Map(
    raws.map((raw) => [
      raw.connection_id,
      {
        lastTestedAt: toDateOrNull(raw.last_tested_at),
        findings: raw.last_findings === null ? [] : toJson<Finding[]>(raw.last_findings),
        lastSucceededAt: toDateOrNull(raw.last_succeeded_at),
        lastFailedAt: toDateOrNull(raw.last_failed_at),
        lastFailureCode: raw.last_failure_code,
        expirations: raw.expirations === null ? [] : listPresent(toJson<WatchedExpiration[]>(raw.expirations)),
        failingSince: toDateOrNull(raw.failing_since),
        failingCode: raw.failing_code,
        providerReadAt: toDateOrNull(raw.provider_read_at),
        providerFailure: readFailure(raw.provider_failure),
      },
    ]),
  );
}

export async function noteTest(unit: UnitOfWork, connectionId: string, findings: readonly Finding[]): Promise<void> {
  await unit.execute("UPDATE connection_health SET last_tested_at = ?, last_findings = ? WHERE connection_id = ?", [
    unit.now,
    JSON.stringify(findings),
    connectionId,
  ]);
}

/** Notes a successful sign-in, which ends a spell of failing sign-ins. */
export async function noteSignInSucceeded(unit: UnitOfWork, connectionId: string): Promise<void> {
  await unit.execute(`UPDATE connection_health SET last_succeeded_at = ?, ${END_FAILURES} WHERE connection_id = ?`, [
    unit.now,
    connectionId,
  ]);
}

/** Notes that Usher refused a verified person. The connection works, so a spell of failing sign-ins ends. */
export async function notePersonRefused(unit: UnitOfWork, connectionId: string, code: string): Promise<void> {
  await unit.execute(
    `UPDATE connection_health SET last_failed_at = ?, last_failure_code = ?, ${END_FAILURES} WHERE connection_id = ?`,
    [unit.now, code, connectionId],
  );
}

/**
 * Notes a failed sign-in.
 *
 * @param code the catalogue code of the refusal
 * @param fault whose fault the failure is; `null` if the failure says nothing about the connection
 * @returns whether the connection now counts as failing, which `announceFailing` must announce
 */
export async function noteSignInFailed(
  unit: UnitOfWork,
  connectionId: string,
  code: string,
  fault: Fault | null,
): Promise<boolean> {
  await unit.execute("UPDATE connection_health SET last_failed_at = ?, last_failure_code = ? WHERE connection_id = ?", [
    unit.now,
    code,
    connectionId,
  ]);
  const state = fault === null ? null : await countFailure(unit, connectionId, fault);
  return state?.failingSince === null && findFailingPart(state, unit.now) !== null;
}

function readFailure(text: string | null): ProviderFailure | null {
  if (text === null) return null;
  const { since, code, detail } = toJson<Omit<ProviderFailure, "since"> & { readonly since: string }>(text);
  return { since: new Date(since), code, detail };
}

/**
 * Stores the outcome of a reading of what the provider publishes.
 *
 * @param refusal why the reading failed; `null` if it succeeded
 * @returns the failure that is stored now, and the one that was stored before
 */
export async function noteReading(
  unit: UnitOfWork,
  connectionId: string,
  refusal: Pick<ProviderFailure, "code" | "detail"> | null,
): Promise<{ readonly before: ProviderFailure | null; readonly after: ProviderFailure | null }> {
  const { providerFailure: before } =
    (await findHealthOfConnections(unit, [connectionId])).get(connectionId) ?? UNTRIED;
  const after = refusal === null ? null : { ...refusal, since: before?.since ?? unit.now };
  await unit.execute(
    `UPDATE connection_health SET provider_failure = ?${after === null ? ", provider_read_at = ?" : ""} WHERE connection_id = ?`,
    after === null ? [null, unit.now, connectionId] : [JSON.stringify(after), connectionId],
  );
  return { before, after };
}

/** Forgets the readings, because the connection may have a different provider now. */
export async function forgetReadings(unit: UnitOfWork, connectionId: string): Promise<void> {
  await unit.execute(
    "UPDATE connection_health SET provider_failure = NULL, provider_read_at = NULL WHERE connection_id = ?",
    [connectionId],
  );
}

/** Facts about the provider that a connection's type has kept (see `Memory`). */
export interface StoredFacts {
  /** The connection's trust version when the facts were kept. */
  readonly trustVersion: number;
  /** The facts, by the name that the type gave them. */
  readonly entries: Readonly<Record<string, { readonly learnedAt: string; readonly facts: LearnedFacts }>>;
}

/** The facts of a connection; `null` if it has none. */
export async function findStoredFacts(reader: Reader, connectionId: string): Promise<StoredFacts | null> {
  const [row] = await reader.rows<{ learned: string | null }>(
    "SELECT learned FROM connection_health WHERE connection_id = ?",
    [connectionId],
  );
  return row?.learned == null ? null : toJson<StoredFacts>(row.learned);
}

/** Stores the facts, unless they are longer than `longest` characters of JSON. */
export async function storeFacts(
  unit: UnitOfWork,
  connectionId: string,
  learned: StoredFacts,
  longest: number,
): Promise<void> {
  const text = JSON.stringify(learned);
  if (text.length > longest) return;
  await unit.execute("UPDATE connection_health SET learned = ? WHERE connection_id = ?", [text, connectionId]);
}
