/** Stores sign-ins that were verified and wait for something else, such as a new password. Only hashes of their tokens are stored. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { toJson } from "../../platform/database/values.js";
import { holderColumn, holderFromRaw, holderProperties, type FactorHolder, type RawHolder } from "../factor/holder.js";
import { PendingSignInRow } from "./pending-sign-in.row.js";

/** What a verified sign-in waits for. */
export type Hold = "NEW_PASSWORD" | "SECOND_FACTOR" | "FACTORS";

/** A verified sign-in that waits. */
export interface PendingSignIn {
  readonly tokenHash: string;
  /** Who signs in. */
  readonly holder: FactorHolder;
  readonly hold: Hold;
  /** The attempt as it is so far, in JSON. It is recorded at its end. */
  readonly attempt: Readonly<Record<string, unknown>>;
  /** Where the sign-in leads. It passed the allow-list. */
  readonly returnTo: string | null;
}

/** Enough to think of a new password, or to fetch a second factor. */
const PENDING_SECONDS = 15 * 60;

/** Stores a sign-in that waits. */
export async function keepPendingSignIn(unit: UnitOfWork, { holder, ...pending }: PendingSignIn): Promise<void> {
  await unit.manager.insert(PendingSignInRow, {
    ...pending,
    ...holderProperties(holder),
    attempt: JSON.stringify(pending.attempt),
    createdAt: unit.now,
    expiresAt: new Date(unit.now.getTime() + PENDING_SECONDS * 1000),
  });
}

/** A sign-in that waits and has not expired; `null` if there is none. */
export async function findPendingSignIn(reader: Reader, tokenHash: string, now: Date): Promise<PendingSignIn | null> {
  const raw = await reader.row<RawHolder & { hold: string; attempt: string; return_to: string | null }>(
    "SELECT user_id, operator_id, hold, attempt, return_to FROM pending_sign_in WHERE token_hash = ? AND expires_at > ?",
    [tokenHash, now],
  );
  if (raw === undefined) return null;
  return {
    tokenHash,
    holder: holderFromRaw(raw),
    hold: raw.hold as Hold,
    attempt: toJson(raw.attempt),
    returnTo: raw.return_to,
  };
}

/** Stores how far a sign-in is that goes on waiting. */
export async function updatePendingSignIn(
  unit: UnitOfWork,
  { tokenHash, attempt }: Pick<PendingSignIn, "tokenHash" | "attempt">,
): Promise<void> {
  await unit.execute("UPDATE pending_sign_in SET attempt = ? WHERE token_hash = ?", [
    JSON.stringify(attempt),
    tokenHash,
  ]);
}

/** Uses a sign-in up. Only one of several calls on all replicas returns `true`. */
export async function takePendingSignIn(unit: UnitOfWork, tokenHash: string): Promise<boolean> {
  return (
    (await unit.execute("DELETE FROM pending_sign_in WHERE token_hash = ? AND expires_at > ?", [
      tokenHash,
      unit.now,
    ])) === 1
  );
}

/** Ends the waiting sign-ins of an account or of an operator, because their access or their password changed. */
export async function endPendingSignInsOf(unit: UnitOfWork, holder: FactorHolder): Promise<void> {
  await unit.execute(`DELETE FROM pending_sign_in WHERE ${holderColumn(holder)} = ?`, [holder.id]);
}

/** Deletes waiting sign-ins that have expired. */
export async function sweepPendingSignIns(unit: UnitOfWork): Promise<void> {
  await unit.execute("DELETE FROM pending_sign_in WHERE expires_at <= ?", [unit.now]);
}
