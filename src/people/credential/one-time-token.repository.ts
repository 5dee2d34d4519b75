/** One-time links as they are stored: hashes only, used once each, gone with whatever ends their person's access. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { toDate, toDateOrNull, toJson } from "../../platform/database/values.js";
import { OneTimeTokenRow } from "./credential.row.js";

/** What a link is good for; each kind is taken by its own page only. */
export type OneTimeTokenKind = "SIGN_IN" | "SET_PASSWORD" | "CONFIRM_EMAIL" | "CHANGE_EMAIL" | "INVITATION";

/** A link to store. The token itself stays with whoever asked for it. */
export interface NewOneTimeToken {
  readonly tokenHash: string;
  readonly kind: OneTimeTokenKind;
  readonly userId: string;
  readonly organizationId: string;
  /** What the page needs to know; never a secret. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly expiresAt: Date;
}

/** A link as stored, whatever its condition. */
export interface OneTimeToken extends NewOneTimeToken {
  readonly id: string;
  readonly createdAt: Date;
  readonly consumedAt: Date | null;
}

/** How long used and expired links are kept, so that a late use is told from an unknown one. */
const SWEEP_AFTER_SECONDS = 60 * 60;

/** Stores a new link, and answers its id. */
export async function insertOneTimeToken(unit: UnitOfWork, token: NewOneTimeToken): Promise<string> {
  const id = uuidv7();
  await unit.manager.insert(OneTimeTokenRow, {
    ...token,
    id,
    payload: JSON.stringify(token.payload),
    createdAt: unit.now,
    consumedAt: null,
  });
  return id;
}

/** A link of a kind by its hash, used or not, over or not. */
export async function findOneTimeToken(
  reader: Reader,
  kind: OneTimeTokenKind,
  tokenHash: string,
): Promise<OneTimeToken | null> {
  const raw = await reader.row<{
    id: string;
    user_id: string;
    organization_id: string;
    payload: string;
    created_at: unknown;
    expires_at: unknown;
    consumed_at: unknown;
  }>(
    `SELECT id, user_id, organization_id, payload, created_at, expires_at, consumed_at
       FROM one_time_token WHERE token_hash = ? AND kind = ?`,
    [tokenHash, kind],
  );
  if (raw === undefined) return null;
  return {
    id: raw.id,
    tokenHash,
    kind,
    userId: raw.user_id,
    organizationId: raw.organization_id,
    payload: toJson(raw.payload),
    createdAt: toDate(raw.created_at),
    expiresAt: toDate(raw.expires_at),
    consumedAt: toDateOrNull(raw.consumed_at),
  };
}

/**
 * Uses a link up. One statement, and one affected row is the proof: of any number of callers on any number of replicas,
 * exactly one hears `true`.
 */
export async function consumeOneTimeToken(
  unit: UnitOfWork,
  { tokenHash, kind }: Pick<OneTimeToken, "tokenHash" | "kind">,
): Promise<boolean> {
  const affected = await unit.execute(
    `UPDATE one_time_token SET consumed_at = ?
      WHERE token_hash = ? AND kind = ? AND consumed_at IS NULL AND expires_at > ?`,
    [unit.now, tokenHash, kind, unit.now],
  );
  return affected === 1;
}

/**
 * Takes back every pending sign-in link into an organization, and answers how many those were. Whoever could sign in by a
 * connection that is no longer trusted could have made links as well.
 */
export async function endSignInLinksOf(unit: UnitOfWork, organizationId: string): Promise<number> {
  return await unit.execute(
    `DELETE FROM one_time_token WHERE kind = 'SIGN_IN' AND organization_id = ? AND consumed_at IS NULL`,
    [organizationId],
  );
}

/** Forgets links whose time is long over. */
export async function sweepOneTimeTokens(unit: UnitOfWork): Promise<void> {
  const horizon = new Date(unit.now.getTime() - SWEEP_AFTER_SECONDS * 1000);
  await unit.execute("DELETE FROM one_time_token WHERE expires_at < ?", [horizon]);
}
