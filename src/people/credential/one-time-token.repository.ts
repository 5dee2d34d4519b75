/** Stores, consumes and revokes one-time links. Only hashes are stored, and each link works once. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toDate, toDateOrNull, toJson } from "../../platform/database/values.js";
import { accountsIn, type AccountScope } from "../user/user.access.js";
import { OneTimeTokenRow } from "./credential.row.js";

/** The purpose of a link. Each kind works on its own page only. */
export type OneTimeTokenKind = "SIGN_IN" | "SET_PASSWORD" | "CONFIRM_EMAIL" | "CHANGE_EMAIL" | "INVITATION";

/** A link to store, without the token itself. */
export interface NewOneTimeToken {
  readonly tokenHash: string;
  readonly kind: OneTimeTokenKind;
  readonly userId: string;
  readonly organizationId: string;
  /** Data for the page. It never contains a secret. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly expiresAt: Date;
}

/** A stored link, which may be used or expired. */
export interface OneTimeToken extends NewOneTimeToken {
  readonly id: string;
  readonly createdAt: Date;
  readonly consumedAt: Date | null;
}

/** How long used and expired links are kept, so that the page can say that the link is used or expired. */
const SWEEP_AFTER_SECONDS = 60 * 60;

/** Stores a new link. Returns its id. */
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

/** A link of a kind by its hash, also if it is used or expired. */
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
 * Marks a link as used. The statement is conditional, so only one of several concurrent calls on all replicas returns `true`.
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
 * Revokes every pending sign-in link into an organization, and returns their number. People who signed in through a
 * connection that is no longer trusted could have created such links.
 */
export async function endSignInLinksOf(unit: UnitOfWork, organizationId: string): Promise<number> {
  return await unit.execute(
    `DELETE FROM one_time_token WHERE kind = 'SIGN_IN' AND organization_id = ? AND consumed_at IS NULL`,
    [organizationId],
  );
}

/** Revokes the links by which a person could set a new password. A used link stays, so that its page can say that it is used. */
export async function endPasswordLinks(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute("DELETE FROM one_time_token WHERE user_id = ? AND kind = 'SET_PASSWORD' AND consumed_at IS NULL", [
    userId,
  ]);
}

/** Makes the open invitations of an account expire now, because a new one replaces them. */
export async function expireInvitations(unit: UnitOfWork, userId: string): Promise<void> {
  await unit.execute(
    `UPDATE one_time_token SET expires_at = ?
      WHERE user_id = ? AND kind = 'INVITATION' AND consumed_at IS NULL AND expires_at > ?`,
    [unit.now, userId, unit.now],
  );
}

/** When the invitation of each invited account in a scope expires or expired, by account. */
export async function findInvitationExpiries(
  reader: Reader,
  scope: AccountScope,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const accounts = accountsIn(scope);
  const raws = await reader.rows<{ user_id: string; expires_at: unknown }>(
    `SELECT t.user_id, MAX(t.expires_at) AS expires_at FROM one_time_token t JOIN app_user u ON u.id = t.user_id
      WHERE t.user_id IN (${placeholders(userIds)}) AND t.kind = 'INVITATION' AND u.status = 'INVITED' AND ${accounts.sql}
      GROUP BY t.user_id`,
    [...userIds, ...accounts.parameters],
  );
  return new Map(raws.map((raw) => [raw.user_id, toDate(raw.expires_at)]));
}

/** Deletes links that expired long ago. An invitation stays until its person or an administrator decided about it. */
export async function sweepOneTimeTokens(unit: UnitOfWork): Promise<void> {
  const horizon = new Date(unit.now.getTime() - SWEEP_AFTER_SECONDS * 1000);
  await unit.execute(
    `DELETE FROM one_time_token WHERE expires_at < ? AND (kind <> 'INVITATION' OR consumed_at IS NOT NULL
        OR user_id IN (SELECT id FROM app_user WHERE status <> 'INVITED'))`,
    [horizon],
  );
}
