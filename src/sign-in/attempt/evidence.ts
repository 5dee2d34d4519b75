/**
 * Keeps the evidence of an attempt, encrypted: the claims, the profile and the decision. Usher keeps it for each test,
 * and for each person's last sign-in. Administrators look at it, and preview changes with it. It is deleted with the
 * attempt.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { NormalizedProfile } from "../../connection/contract/index.js";
import { UnsealError, type KeyRing } from "../../platform/crypto/key-ring.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import type { Reader } from "../../platform/database/database.js";
import { onDuplicateKey, placeholders } from "../../platform/database/statements.js";
import type { Explanation } from "../../provisioning/explain.js";
import type { Attempt, ShownClaims } from "./attempt.js";
import { redactExplanation } from "./redact-claims.js";

/** What Usher keeps of an attempt. */
export interface Evidence {
  /**
   * `null` if the message was not verified, if the connection type shows no claims, or if the claims are too long to
   * keep.
   */
  readonly claims: ShownClaims | null;
  /** `null` if the test ended before there was a profile. */
  readonly profile: NormalizedProfile | null;
  /** `null` if the test ended before a decision. */
  readonly explanation: Explanation | null;
}

/** Longest evidence, in characters of JSON. Longer evidence is kept without its claims, or not at all. */
const LONGEST_EVIDENCE = 500_000;

const sealContext = (id: string) => `sign_in_evidence:${id}`;

/**
 * Keeps what the provider said at an attempt. A sign-in replaces the evidence of the person's previous sign-in. A test replaces
 * nothing.
 */
export async function keepEvidence(
  unit: UnitOfWork,
  keyRing: KeyRing,
  attempt: Attempt,
  userId: string | null,
  explanation: Explanation | null,
): Promise<void> {
  const { kind, connectionId, claims, profile } = attempt;
  const text = shorten({ claims, profile, explanation: explanation && redactExplanation(explanation) });
  if (text === null || connectionId === null || (profile === null && claims === null)) return;
  const id =
    kind === "TEST"
      ? sha256Hex(JSON.stringify(["TEST", attempt.id]))
      : idOfSignIn(connectionId, profile?.issuer, profile?.subject);
  const payload = keyRing.seal(text, sealContext(id));
  await unit.execute(
    `INSERT INTO sign_in_evidence (id, attempt_id, connection_id, user_id, kind, payload, occurred_at)
     VALUES (?, ?, ?, ?, ?, ?, ?) ${onDuplicateKey(unit.dialect, "id")} attempt_id = ?, user_id = ?, payload = ?, occurred_at = ?`,
    [id, attempt.id, connectionId, userId, kind, payload, unit.now, attempt.id, userId, payload, unit.now],
  );
}

/**
 * The id of a sign-in's evidence. It is the same at each sign-in of a person, so that later evidence replaces earlier
 * evidence.
 */
function idOfSignIn(connectionId: string, issuer: string | undefined, subject: string | undefined): string {
  return sha256Hex(JSON.stringify([connectionId, issuer, subject]));
}

/**
 * Deletes the evidence about a user, also the evidence of tests and refusals from before the user had an account.
 * Returns the ids of the attempts of these tests, because the attempts name the person, too.
 */
export async function eraseEvidence(unit: UnitOfWork, userId: string): Promise<readonly string[]> {
  const identities = await unit.rows<{ connection_id: string; issuer: string; subject: string }>(
    `SELECT DISTINCT connection_id, issuer, subject FROM sign_in_attempt
      WHERE user_id = ? AND connection_id IS NOT NULL AND subject IS NOT NULL`,
    [userId],
  );
  const attemptIds: string[] = [];
  for (const { connection_id: connectionId, issuer, subject } of identities) {
    const tests = await unit.rows<{ attempt_id: string }>(
      `SELECT e.attempt_id FROM sign_in_evidence e JOIN sign_in_attempt a ON a.id = e.attempt_id
        WHERE e.connection_id = ? AND e.kind = 'TEST' AND a.issuer = ? AND a.subject = ?`,
      [connectionId, issuer, subject],
    );
    attemptIds.push(...tests.map(({ attempt_id: id }) => id));
    await unit.execute("DELETE FROM sign_in_evidence WHERE id = ?", [idOfSignIn(connectionId, issuer, subject)]);
  }
  if (attemptIds.length > 0)
    await unit.execute(`DELETE FROM sign_in_evidence WHERE attempt_id IN (${placeholders(attemptIds)})`, attemptIds);
  await unit.execute("DELETE FROM sign_in_evidence WHERE user_id = ?", [userId]);
  return attemptIds;
}

function shorten(evidence: Evidence): string | null {
  const whole = JSON.stringify(evidence);
  if (whole.length <= LONGEST_EVIDENCE) return whole;
  const withoutClaims = JSON.stringify({ ...evidence, claims: null });
  return withoutClaims.length <= LONGEST_EVIDENCE ? withoutClaims : null;
}

interface RawEvidence {
  readonly id: string;
  readonly attempt_id: string;
  readonly user_id: string | null;
  readonly payload: string;
}

/**
 * The evidence of several attempts, by attempt. An attempt has none if a later sign-in replaced it, or if the key that sealed it
 * is no longer in the key ring.
 */
export async function findEvidenceOfAttempts(
  reader: Reader,
  keyRing: KeyRing,
  attemptIds: readonly string[],
): Promise<Map<string, Evidence>> {
  if (attemptIds.length === 0) return new Map();
  const raws = await reader.rows<RawEvidence>(
    `SELECT id, attempt_id, user_id, payload FROM sign_in_evidence
      WHERE attempt_id IN (${placeholders(attemptIds)})`,
    attemptIds,
  );
  return new Map(
    raws.flatMap((raw) => {
      const evidence = unseal(keyRing, raw);
      return evidence === null ? [] : [[raw.attempt_id, evidence] as const];
    }),
  );
}

/** A person's last sign-in, for a preview. */
interface LastSignIn {
  /** `null` if no account was recognised. */
  readonly userId: string | null;
  readonly evidence: Evidence;
}

/** Each person's last sign-in through a connection, the latest first, at most `most`. */
export async function findLastSignIns(
  reader: Reader,
  keyRing: KeyRing,
  connectionId: string,
  most: number,
): Promise<readonly LastSignIn[]> {
  const raws = await reader.rows<RawEvidence>(
    `SELECT id, attempt_id, user_id, payload FROM sign_in_evidence
      WHERE connection_id = ? AND kind = 'SIGN_IN' ORDER BY occurred_at DESC LIMIT ${most}`,
    [connectionId],
  );
  return raws.flatMap((raw) => {
    const evidence = unseal(keyRing, raw);
    return evidence === null ? [] : [{ userId: raw.user_id, evidence }];
  });
}

function unseal(keyRing: KeyRing, { id, payload }: RawEvidence): Evidence | null {
  try {
    return JSON.parse(keyRing.open(payload, sealContext(id))) as Evidence;
  } catch (error) {
    if (error instanceof UnsealError && error.code === "UNKNOWN_KEY") return null;
    throw error;
  }
}
