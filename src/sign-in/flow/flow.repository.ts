/** The flow table (sign-ins under way) and the replay table (messages that were accepted). */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";

/** How long a person may take at the provider. */
export const FLOW_LIFETIME_SECONDS = 15 * 60;

/**
 * Options of the unit of work that consumes a flow or ticket. This commit need not be flushed to disk, because the
 * later commit that stores the session flushes both. So after a power cut, a session exists only if its flow is
 * consumed.
 */
export const DURABLE_WITH_SIGN_IN = { mayBeLost: true };

/** How long consumed and expired rows are kept, so that the error of a late answer can say what happened. */
const SWEEP_AFTER_SECONDS = 60 * 60;

/** A sign-in under way, as stored. */
export interface StoredFlow {
  readonly stateHash: string;
  /** `null` until the operator's app says whose tenant the person belongs to. */
  readonly connectionId: string | null;
  readonly trustVersion: number;
  readonly browserHash: string;
  readonly payload: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly consumedAt: Date | null;
}

/** Stores a new flow. */
export async function insertFlow(
  unit: UnitOfWork,
  flow: Pick<StoredFlow, "stateHash" | "connectionId" | "trustVersion" | "browserHash" | "payload"> & {
    readonly requestId: string | null;
  },
): Promise<void> {
  await unit.execute(
    `INSERT INTO sso_flow (state_hash, connection_id, trust_version, browser_hash, request_id_hash, payload, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      flow.stateHash,
      flow.connectionId,
      flow.trustVersion,
      flow.browserHash,
      flow.requestId === null ? null : sha256Hex(flow.requestId),
      flow.payload,
      unit.now,
      new Date(unit.now.getTime() + FLOW_LIFETIME_SECONDS * 1000),
    ],
  );
}

interface Raw {
  state_hash: string;
  connection_id: string | null;
  trust_version: number;
  browser_hash: string;
  payload: string;
  created_at: unknown;
  expires_at: unknown;
  consumed_at: unknown;
}

const COLUMNS = "state_hash, connection_id, trust_version, browser_hash, payload, created_at, expires_at, consumed_at";

function fromRaw(raw: Raw): StoredFlow {
  return {
    stateHash: raw.state_hash,
    connectionId: raw.connection_id,
    trustVersion: raw.trust_version,
    browserHash: raw.browser_hash,
    payload: raw.payload,
    createdAt: toDate(raw.created_at),
    expiresAt: toDate(raw.expires_at),
    consumedAt: toDateOrNull(raw.consumed_at),
  };
}

/** The flow of a state handle, also if it is consumed or expired. */
export async function findFlowByState(reader: Reader, state: string): Promise<StoredFlow | null> {
  const raw = await reader.row<Raw>(`SELECT ${COLUMNS} FROM sso_flow WHERE state_hash = ?`, [sha256Hex(state)]);
  return raw ? fromRaw(raw) : null;
}

/** The flow whose outgoing request had this id, also if it is consumed or expired. */
export async function findFlowByRequestId(
  reader: Reader,
  connectionId: string,
  requestId: string,
): Promise<StoredFlow | null> {
  const raw = await reader.row<Raw>(`SELECT ${COLUMNS} FROM sso_flow WHERE connection_id = ? AND request_id_hash = ?`, [
    connectionId,
    sha256Hex(requestId),
  ]);
  return raw ? fromRaw(raw) : null;
}

/** Whether a flow of this connection and trust version is still under way. */
export async function existsPendingFlow(
  reader: Reader,
  { id, trustVersion }: { readonly id: string; readonly trustVersion: number },
  now: Date,
): Promise<boolean> {
  const row = await reader.row(
    `SELECT state_hash FROM sso_flow
      WHERE connection_id = ? AND trust_version = ? AND consumed_at IS NULL AND expires_at > ? LIMIT 1`,
    [id, trustVersion, now],
  );
  return row !== undefined;
}

/** Returns those of the given hashes of browser tokens that belong to flows that have not expired. */
export async function findBrowserHashes(
  reader: Reader,
  hashes: readonly string[],
  now: Date,
): Promise<ReadonlySet<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await reader.rows<{ browser_hash: string }>(
    `SELECT browser_hash FROM sso_flow WHERE browser_hash IN (${placeholders(hashes)}) AND expires_at > ?`,
    [...hashes, now],
  );
  return new Set(rows.map(({ browser_hash }) => browser_hash));
}

/** Consumes a flow. Exactly one caller among all replicas gets `true`, because a single statement decides. */
export async function consumeFlow(unit: UnitOfWork, stateHash: string): Promise<boolean> {
  const affected = await unit.execute(
    "UPDATE sso_flow SET consumed_at = ? WHERE state_hash = ? AND consumed_at IS NULL AND expires_at > ?",
    [unit.now, stateHash, unit.now],
  );
  return affected === 1;
}

/**
 * Records that a message was accepted. Returns `false` if it was accepted before.
 *
 * @param connectionId the receiver of the message: a connection, or a passkey
 */
export async function noteReplay(
  unit: UnitOfWork,
  connectionId: string,
  note: { readonly kind: string; readonly id: string; readonly expiresAt: Date },
): Promise<boolean> {
  try {
    await unit.execute("INSERT INTO sso_replay (connection_id, kind, id_hash, expires_at) VALUES (?, ?, ?, ?)", [
      connectionId,
      note.kind,
      sha256Hex(note.id),
      note.expiresAt,
    ]);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Deletes flows and replay records that are no longer needed. */
export async function sweepFlows(unit: UnitOfWork): Promise<void> {
  const horizon = new Date(unit.now.getTime() - SWEEP_AFTER_SECONDS * 1000);
  await unit.execute("DELETE FROM sso_flow WHERE expires_at < ?", [horizon]);
  await unit.execute("DELETE FROM sso_replay WHERE expires_at < ?", [unit.now]);
}
