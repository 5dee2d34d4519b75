/** Reads and writes second factors and the hashes of recovery codes. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate, toDateOrNull, toJson } from "../../platform/database/values.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { accountsIn, type AccountScope } from "../user/user.access.js";
import type { AuthenticatorApp, Passkey, PasskeyCredential, SecondFactor } from "./factor.js";
import { RecoveryCodeRow, SecondFactorRow } from "./factor.row.js";
import { holderColumn, holderFromRaw, holderProperties, type FactorHolder, type RawHolder } from "./holder.js";

interface RawFactor extends RawHolder {
  id: string;
  kind: string;
  label: string;
  secret: string | null;
  last_step: number | null;
  credential: string | null;
  counter: number | null;
  backed_up: unknown;
  created_at: unknown;
  last_used_at: unknown;
}

const COLUMNS =
  "f.id, f.user_id, f.operator_id, f.kind, f.label, f.secret, f.last_step, f.credential, f.counter, f.backed_up, f.created_at, f.last_used_at";

function factorFromRaw(raw: RawFactor): SecondFactor {
  const base = {
    id: raw.id,
    holder: holderFromRaw(raw),
    label: raw.label,
    createdAt: toDate(raw.created_at),
    lastUsedAt: toDateOrNull(raw.last_used_at),
  };
  if (raw.kind === "PASSKEY")
    return {
      ...base,
      kind: "PASSKEY",
      credential: toJson<PasskeyCredential>(raw.credential),
      counter: Number(raw.counter),
      backedUp: Boolean(Number(raw.backed_up)),
    };
  const lastStep = raw.last_step === null ? null : Number(raw.last_step);
  return { ...base, kind: "AUTHENTICATOR_APP", secret: String(raw.secret), lastStep };
}

/** The second factors of an account or of an operator, the oldest first. */
export async function findFactors(reader: Reader, holder: FactorHolder): Promise<readonly SecondFactor[]> {
  const raws = await reader.rows<RawFactor>(
    `SELECT ${COLUMNS} FROM second_factor f WHERE f.${holderColumn(holder)} = ? ORDER BY f.created_at, f.id`,
    [holder.id],
  );
  return raws.map(factorFromRaw);
}

/** The second factors of the accounts in a scope by account, the oldest first. Accounts without factors are missing. */
export async function findFactorsOf(
  reader: Reader,
  scope: AccountScope,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly SecondFactor[]>> {
  const accounts = accountsIn(scope);
  const raws = await reader.rows<RawFactor>(
    `SELECT ${COLUMNS} FROM second_factor f JOIN app_user u ON u.id = f.user_id
      WHERE f.user_id IN (${placeholders(userIds)}) AND ${accounts.sql} ORDER BY f.created_at, f.id`,
    [...userIds, ...accounts.parameters],
  );
  const factors = raws.map(factorFromRaw);
  return new Map(factors.map(({ holder: { id } }) => [id, factors.filter((each) => each.holder.id === id)]));
}

/** The number of unused recovery codes of the accounts in a scope, by account. Accounts without codes are missing. */
export async function countRecoveryCodes(
  reader: Reader,
  scope: AccountScope,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const accounts = accountsIn(scope);
  const raws = await reader.rows<{ user_id: string; count: number }>(
    `SELECT r.user_id, COUNT(*) AS count FROM recovery_code r JOIN app_user u ON u.id = r.user_id
      WHERE r.user_id IN (${placeholders(userIds)}) AND ${accounts.sql} GROUP BY r.user_id`,
    [...userIds, ...accounts.parameters],
  );
  return new Map(raws.map(({ user_id: userId, count }) => [userId, Number(count)]));
}

/** The number of unused recovery codes of an account or of an operator. */
export async function countRecoveryCodesOf(reader: Reader, holder: FactorHolder): Promise<number> {
  const raw = await reader.row<{ count: number }>(
    `SELECT COUNT(*) AS count FROM recovery_code WHERE ${holderColumn(holder)} = ?`,
    [holder.id],
  );
  return Number(raw?.count ?? 0);
}

/** Stores a factor that the person has just shown. */
export async function insertFactor(unit: UnitOfWork, factor: SecondFactor): Promise<void> {
  const { id, holder, kind, label, createdAt, lastUsedAt } = factor;
  await unit.manager.insert(SecondFactorRow, {
    id,
    ...holderProperties(holder),
    kind,
    label,
    createdAt,
    lastUsedAt,
    ...(factor.kind === "PASSKEY"
      ? {
          credentialHash: sha256Hex(factor.credential.id),
          credential: JSON.stringify(factor.credential),
          counter: factor.counter,
          backedUp: factor.backedUp,
        }
      : { secret: factor.secret, lastStep: factor.lastStep }),
  });
}

/** Stores that an authenticator app was used, and its secret as it is encrypted now. */
export async function noteAppUsed(
  unit: UnitOfWork,
  id: string,
  { lastStep, secret }: Pick<AuthenticatorApp, "lastStep" | "secret">,
): Promise<void> {
  await unit.execute("UPDATE second_factor SET last_step = ?, secret = ?, last_used_at = ? WHERE id = ?", [
    lastStep,
    secret,
    unit.now,
    id,
  ]);
}

/** Stores that a passkey was used. */
export async function notePasskeyUsed(
  unit: UnitOfWork,
  id: string,
  { counter, backedUp }: { readonly counter: number; readonly backedUp: boolean },
): Promise<void> {
  await unit.execute("UPDATE second_factor SET counter = ?, backed_up = ?, last_used_at = ? WHERE id = ?", [
    counter,
    backedUp,
    unit.now,
    id,
  ]);
}

/** A passkey of an account whose home is the organization, by its credential id. */
export async function findPasskey(
  reader: Reader,
  organizationId: string,
  credentialId: string,
): Promise<Passkey | null> {
  const raw = await reader.row<RawFactor>(
    `SELECT ${COLUMNS} FROM second_factor f JOIN app_user u ON u.id = f.user_id
      WHERE f.credential_hash = ? AND u.home_organization_id = ?`,
    [sha256Hex(credentialId), organizationId],
  );
  const factor = raw && factorFromRaw(raw);
  return factor?.kind === "PASSKEY" ? factor : null;
}

/** Whether any account or operator has a passkey. */
export async function isPasskeyKnown(reader: Reader, credentialId: string): Promise<boolean> {
  const raw = await reader.row("SELECT id FROM second_factor WHERE credential_hash = ?", [sha256Hex(credentialId)]);
  return raw !== undefined;
}

/** Removes a factor. Returns whether there was one. */
export async function deleteFactor(unit: UnitOfWork, holder: FactorHolder, id: string): Promise<boolean> {
  const statement = `DELETE FROM second_factor WHERE id = ? AND ${holderColumn(holder)} = ?`;
  return (await unit.execute(statement, [id, holder.id])) === 1;
}

/** Removes all factors and recovery codes of an account or of an operator. */
export async function deleteFactorsOf(unit: UnitOfWork, holder: FactorHolder): Promise<void> {
  await unit.execute(`DELETE FROM second_factor WHERE ${holderColumn(holder)} = ?`, [holder.id]);
  await replaceRecoveryCodes(unit, holder, []);
}

/** Stores new recovery codes in place of all earlier ones. */
export async function replaceRecoveryCodes(
  unit: UnitOfWork,
  holder: FactorHolder,
  hashes: readonly string[],
): Promise<void> {
  await unit.execute(`DELETE FROM recovery_code WHERE ${holderColumn(holder)} = ?`, [holder.id]);
  if (hashes.length === 0) return;
  await unit.manager.insert(
    RecoveryCodeRow,
    hashes.map((codeHash) => ({ ...holderProperties(holder), codeHash, createdAt: unit.now })),
  );
}

/** Uses a recovery code up. Only one of several calls on all replicas returns `true`. */
export async function takeRecoveryCode(unit: UnitOfWork, holder: FactorHolder, codeHash: string): Promise<boolean> {
  const statement = `DELETE FROM recovery_code WHERE ${holderColumn(holder)} = ? AND code_hash = ?`;
  return (await unit.execute(statement, [holder.id, codeHash])) === 1;
}
