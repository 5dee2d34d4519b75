/** Reads and writes the passwords of accounts. Only hashes are stored. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { foldCase } from "../../platform/text.js";
import { placeholders } from "../../platform/database/statements.js";
import { accountsIn, type AccountScope } from "../user/user.access.js";
import { USER_COLUMNS, userFromRaw, type RawUser } from "../user/user.repository.js";
import type { User } from "../user/user.js";

/** The stored password of an account. */
export interface Credential {
  /** argon2id, in PHC string format. */
  readonly passwordHash: string;
  readonly setAt: Date;
  /** When the person proved the account's address; `null` if the account is unverified. */
  readonly emailVerifiedAt: Date | null;
  /** Wrong passwords since the last right one, or since the last lock began. */
  readonly failedAttempts: number;
  /** When the last lock ends or ended; `null` if there was none, or a right password followed. */
  readonly lockedUntil: Date | null;
}

/** An account with its password. */
export interface AccountWithPassword {
  readonly user: User;
  /** `null` if the account has no password. */
  readonly credential: Credential | null;
}

interface RawCredential {
  password_hash: string | null;
  set_at: unknown;
  email_verified_at: unknown;
  failed_attempts: number;
  locked_until: unknown;
}

function credentialFromRaw(raw: RawCredential): Credential | null {
  if (raw.password_hash === null) return null;
  return {
    passwordHash: raw.password_hash,
    setAt: toDate(raw.set_at),
    emailVerifiedAt: toDateOrNull(raw.email_verified_at),
    failedAttempts: Number(raw.failed_attempts),
    lockedUntil: toDateOrNull(raw.locked_until),
  };
}

const CREDENTIAL_COLUMNS = "c.password_hash, c.set_at, c.email_verified_at, c.failed_attempts, c.locked_until";

/** The password of an account; `null` if it has none. */
export async function findCredential(reader: Reader, userId: string): Promise<Credential | null> {
  const raw = await reader.row<RawCredential>(
    `SELECT ${CREDENTIAL_COLUMNS} FROM user_credential c WHERE c.user_id = ?`,
    [userId],
  );
  return raw === undefined ? null : credentialFromRaw(raw);
}

/** The passwords of those users whose accounts are in the scope, by the user's id. */
export async function findCredentials(
  reader: Reader,
  scope: AccountScope,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, Credential>> {
  const accounts = accountsIn(scope);
  const raws = await reader.rows<RawCredential & { user_id: string }>(
    `SELECT c.user_id, ${CREDENTIAL_COLUMNS} FROM user_credential c JOIN app_user u ON u.id = c.user_id
      WHERE c.user_id IN (${placeholders(userIds)}) AND ${accounts.sql}`,
    [...userIds, ...accounts.parameters],
  );
  return new Map(
    raws.flatMap((raw) => {
      const credential = credentialFromRaw(raw);
      return credential === null ? [] : [[raw.user_id, credential] as const];
    }),
  );
}

/**
 * The account of a home organization that signs in with an address and a password. One query reads account and password,
 * so that an unknown address takes as long as a known one.
 */
export async function findLoginAccount(
  reader: Reader,
  organizationId: string,
  email: string,
): Promise<AccountWithPassword | null> {
  const raw = await reader.row<RawUser & RawCredential>(
    `SELECT ${USER_COLUMNS}, ${CREDENTIAL_COLUMNS}
       FROM app_user u LEFT JOIN user_credential c ON c.user_id = u.id
      WHERE u.login_email_key = ? AND u.home_organization_id = ?`,
    [foldCase(email), organizationId],
  );
  return raw === undefined ? null : { user: userFromRaw(raw), credential: credentialFromRaw(raw) };
}

/** A password to store. */
interface NewPassword {
  readonly passwordHash: string;
  /** When the person proved the account's address; `null` if they did not. */
  readonly emailVerifiedAt: Date | null;
}

/** Stores a password in place of an earlier one, and resets the count of wrong passwords. */
export async function writePassword(
  unit: UnitOfWork,
  userId: string,
  { passwordHash, emailVerifiedAt }: NewPassword,
): Promise<void> {
  const before = await findCredential(unit, userId);
  if (before === null)
    await unit.execute(
      `INSERT INTO user_credential (user_id, password_hash, set_at, email_verified_at, failed_attempts, locked_until)
       VALUES (?, ?, ?, ?, 0, NULL)`,
      [userId, passwordHash, unit.now, emailVerifiedAt],
    );
  else
    await unit.execute(
      `UPDATE user_credential SET password_hash = ?, set_at = ?, email_verified_at = ?, failed_attempts = 0,
              locked_until = NULL WHERE user_id = ?`,
      [passwordHash, unit.now, emailVerifiedAt, userId],
    );
}

/** Removes the password of an account. Returns whether it had one. */
export async function deletePassword(unit: UnitOfWork, userId: string): Promise<boolean> {
  return (await unit.execute("DELETE FROM user_credential WHERE user_id = ?", [userId])) === 1;
}

/** Stores a new hash of the same password, made with the present parameters. */
export async function renewHash(unit: UnitOfWork, userId: string, passwordHash: string): Promise<void> {
  await unit.execute("UPDATE user_credential SET password_hash = ? WHERE user_id = ?", [passwordHash, userId]);
}

/** Stores the number of wrong passwords and the end of the lock. */
export async function writeFailures(
  unit: UnitOfWork,
  userId: string,
  { failedAttempts, lockedUntil }: Pick<Credential, "failedAttempts" | "lockedUntil">,
): Promise<void> {
  await unit.execute("UPDATE user_credential SET failed_attempts = ?, locked_until = ? WHERE user_id = ?", [
    failedAttempts,
    lockedUntil,
    userId,
  ]);
}
