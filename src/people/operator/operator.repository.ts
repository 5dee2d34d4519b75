/** Reads and writes operators, their sessions and their one-time links. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { endPendingSignInsOf } from "../credential/pending-sign-in.repository.js";
import { operatorHolder } from "../factor/holder.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { foldCase } from "../../platform/text.js";
import type { ClientDescription } from "../session/session.js";
import { OperatorLinkRow, OperatorRow, OperatorSessionRow } from "./operator.row.js";
import { OPERATOR_LINK_SECONDS, OPERATOR_SESSION_SECONDS, type Operator } from "./operator.js";

/** An operator as a query returns it. */
export interface RawOperator {
  id: string;
  email: string;
  full_name: string;
  password_hash: string | null;
  failed_attempts: number;
  locked_until: unknown;
  last_signed_in_at: unknown;
  created_at: unknown;
}

/** The columns of `RawOperator`, of the table alias `o`. */
export const OPERATOR_COLUMNS =
  "o.id, o.email, o.full_name, o.password_hash, o.failed_attempts, o.locked_until, o.last_signed_in_at, o.created_at";

export function operatorFromRaw(raw: RawOperator): Operator {
  return {
    id: raw.id,
    email: raw.email,
    fullName: raw.full_name,
    isActive: raw.password_hash !== null,
    lastSignedInAt: toDateOrNull(raw.last_signed_in_at),
    createdAt: toDate(raw.created_at),
  };
}

/** An operator with the stored password. */
export interface OperatorWithPassword {
  readonly operator: Operator;
  readonly passwordHash: string | null;
  readonly failedAttempts: number;
  readonly lockedUntil: Date | null;
}

/** The operator with an address. `lock` locks the row for the rest of the unit of work. */
export async function findOperatorByEmail(
  reader: Reader,
  email: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<OperatorWithPassword | null> {
  const raw = await reader.row<RawOperator>(
    `SELECT ${OPERATOR_COLUMNS} FROM operator_account o WHERE o.email_key = ?${lock ? forUpdate(reader) : ""}`,
    [foldCase(email)],
  );
  return raw === undefined ? null : withPassword(raw);
}

/** Locks an operator for the rest of the unit of work. */
export async function lockOperator(unit: UnitOfWork, id: string): Promise<OperatorWithPassword | null> {
  const raw = await unit.row<RawOperator>(
    `SELECT ${OPERATOR_COLUMNS} FROM operator_account o WHERE o.id = ?${forUpdate(unit)}`,
    [id],
  );
  return raw === undefined ? null : withPassword(raw);
}

function withPassword(raw: RawOperator): OperatorWithPassword {
  return {
    operator: operatorFromRaw(raw),
    passwordHash: raw.password_hash,
    failedAttempts: Number(raw.failed_attempts),
    lockedUntil: toDateOrNull(raw.locked_until),
  };
}

export async function findOperator(reader: Reader, id: string): Promise<Operator | null> {
  const raw = await reader.row<RawOperator>(`SELECT ${OPERATOR_COLUMNS} FROM operator_account o WHERE o.id = ?`, [id]);
  return raw === undefined ? null : operatorFromRaw(raw);
}

/** The addresses of the operators who can sign in. */
export async function findOperatorAddresses(reader: Reader): Promise<readonly string[]> {
  const rows = await reader.rows<{ email: string }>(
    "SELECT email FROM operator_account WHERE password_hash IS NOT NULL ORDER BY id",
  );
  return rows.map(({ email }) => email);
}

/** Locks every operator, so that two of them cannot remove each other at the same time. Returns their ids. */
export async function lockOperators(
  unit: UnitOfWork,
): Promise<readonly { readonly id: string; readonly isActive: boolean }[]> {
  const rows = await unit.rows<{ id: string; password_hash: string | null }>(
    `SELECT id, password_hash FROM operator_account ORDER BY id${forUpdate(unit)}`,
  );
  return rows.map((row) => ({ id: row.id, isActive: row.password_hash !== null }));
}

function forUpdate({ dialect }: Reader): string {
  return dialect === "mysql" ? " FOR UPDATE" : "";
}

/** Stores a new operator without a password. `TAKEN` if another operator has the address. */
export async function insertOperator(
  unit: UnitOfWork,
  { email, fullName }: Pick<Operator, "email" | "fullName">,
): Promise<Operator | "TAKEN"> {
  const operator: Operator = {
    id: uuidv7(),
    email,
    fullName,
    isActive: false,
    lastSignedInAt: null,
    createdAt: unit.now,
  };
  const { isActive: _isActive, ...row } = operator;
  try {
    await unit.manager.insert(OperatorRow, {
      ...row,
      emailKey: foldCase(email),
      passwordHash: null,
      failedAttempts: 0,
      lockedUntil: null,
    });
  } catch (error) {
    if (isDuplicateKey(error)) return "TAKEN";
    throw error;
  }
  return operator;
}

/** Stores a password, and ends the lock, the sessions and the waiting sign-ins that belonged to the earlier one. */
export async function writeOperatorPassword(unit: UnitOfWork, id: string, passwordHash: string): Promise<void> {
  await unit.execute(
    "UPDATE operator_account SET password_hash = ?, failed_attempts = 0, locked_until = NULL WHERE id = ?",
    [passwordHash, id],
  );
  await unit.execute("DELETE FROM operator_session WHERE operator_id = ?", [id]);
  await endPendingSignInsOf(unit, operatorHolder({ id }));
}

/** Stores the number of wrong passwords and the end of the lock. */
export async function writeOperatorFailures(
  unit: UnitOfWork,
  id: string,
  failedAttempts: number,
  lockedUntil: Date | null,
): Promise<void> {
  await unit.execute("UPDATE operator_account SET failed_attempts = ?, locked_until = ? WHERE id = ?", [
    failedAttempts,
    lockedUntil,
    id,
  ]);
}

/** Deletes an operator with their sessions and links. Returns whether there was one. */
export async function deleteOperator(unit: UnitOfWork, id: string): Promise<boolean> {
  return (await unit.execute("DELETE FROM operator_account WHERE id = ?", [id])) === 1;
}

/** Opens a session of an operator, with a fixed end. */
export async function openOperatorSession(
  unit: UnitOfWork,
  {
    operatorId,
    tokenHash,
    client,
  }: { readonly operatorId: string; readonly tokenHash: string; readonly client: ClientDescription },
): Promise<{ readonly id: string; readonly expiresAt: Date }> {
  const id = uuidv7();
  const expiresAt = new Date(unit.now.getTime() + OPERATOR_SESSION_SECONDS * 1000);
  await unit.manager.insert(OperatorSessionRow, {
    id,
    tokenHash,
    operatorId,
    address: client.address,
    userAgent: client.userAgent?.slice(0, 400) ?? null,
    createdAt: unit.now,
    expiresAt,
  });
  await unit.execute("UPDATE operator_account SET last_signed_in_at = ? WHERE id = ?", [unit.now, operatorId]);
  return { id, expiresAt };
}

/** The valid session of a token, in one query. Removing the operator deletes it. */
export async function findOperatorSession(
  reader: Reader,
  tokenHash: string,
  now: Date,
): Promise<{ readonly id: string; readonly operatorId: string } | null> {
  const row = await reader.row<{ id: string; operator_id: string }>(
    "SELECT id, operator_id FROM operator_session WHERE token_hash = ? AND expires_at > ?",
    [tokenHash, now],
  );
  return row === undefined ? null : { id: row.id, operatorId: row.operator_id };
}

/** Ends a session by its token. Returns whether there was one. */
export async function endOperatorSession(unit: UnitOfWork, tokenHash: string): Promise<boolean> {
  return (await unit.execute("DELETE FROM operator_session WHERE token_hash = ?", [tokenHash])) === 1;
}

/**
 * Stores a link in place of the operator's earlier ones.
 *
 * @param operatorId `null` for the link of the first start
 * @param id a fixed id, if only one replica may store the link
 * @param removesFactors whether using the link removes the operator's second factors
 */
export async function insertOperatorLink(
  unit: UnitOfWork,
  {
    operatorId,
    tokenHash,
    id = uuidv7(),
    removesFactors = false,
  }: {
    readonly operatorId: string | null;
    readonly tokenHash: string;
    readonly id?: string;
    readonly removesFactors?: boolean;
  },
): Promise<Date> {
  const expiresAt = new Date(unit.now.getTime() + OPERATOR_LINK_SECONDS * 1000);
  if (operatorId !== null) await unit.execute("DELETE FROM operator_link WHERE operator_id = ?", [operatorId]);
  const row = { id, tokenHash, operatorId, removesFactors, createdAt: unit.now, expiresAt };
  await unit.manager.insert(OperatorLinkRow, row);
  return expiresAt;
}

/** A link that still works. */
export async function findOperatorLink(
  reader: Reader,
  tokenHash: string,
  now: Date,
): Promise<{ readonly operatorId: string | null; readonly removesFactors: boolean } | null> {
  const row = await reader.row<{ operator_id: string | null; removes_factors: unknown }>(
    "SELECT operator_id, removes_factors FROM operator_link WHERE token_hash = ? AND expires_at > ?",
    [tokenHash, now],
  );
  if (row === undefined) return null;
  return { operatorId: row.operator_id, removesFactors: Boolean(Number(row.removes_factors)) };
}

/** Uses a link up. Only one of several concurrent calls on all replicas returns `true`. */
export async function consumeOperatorLink(unit: UnitOfWork, tokenHash: string): Promise<boolean> {
  const affected = await unit.execute("DELETE FROM operator_link WHERE token_hash = ? AND expires_at > ?", [
    tokenHash,
    unit.now,
  ]);
  return affected === 1;
}

/** Deletes sessions and links of operators that have expired. */
export async function sweepOperators(unit: UnitOfWork): Promise<void> {
  await unit.execute("DELETE FROM operator_session WHERE expires_at <= ?", [unit.now]);
  await unit.execute("DELETE FROM operator_link WHERE expires_at <= ?", [unit.now]);
}
