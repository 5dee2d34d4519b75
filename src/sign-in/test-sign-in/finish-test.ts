/**
 * A test sign-in: a person signs in at the real provider, and Usher decides as at a sign-in, but records only the
 * attempt. No account, role, group, seat, session, event or health note changes. A draft is treated as active.
 */
import { SYSTEM } from "../../access/caller.js";
import type { NormalizedProfile } from "../../connection/contract/index.js";
import type { Connection } from "../../connection/stored/connection.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { explain } from "../../provisioning/explain.js";
import { recordAttempt, type Attempt } from "../attempt/attempt.js";
import { hasAttempt } from "../attempt/attempt.repository.js";
import { keepEvidence } from "../attempt/evidence.js";
import type { FoundConnection } from "../find-connection.js";
import type { Tested } from "../outcomes.js";
import type { SignInServices } from "../services.js";
import { decideWithoutEffect } from "./decide-without-effect.js";
import { over, readTestToken, type TestSignIn } from "./test-token.js";

/**
 * Reads the test that the token in an address names. A test that has ended cannot be begun again.
 *
 * @throws TEST_SIGN_IN_OVER
 */
export async function takeTest(
  { store, keyRing, clock }: SignInServices,
  connection: Connection,
  token: unknown,
): Promise<TestSignIn> {
  const test = readTestToken(keyRing, connection, token, clock());
  if (await hasAttempt(store.reader, test.reference)) throw over(`The test ${test.reference} has ended.`);
  return test;
}

/**
 * Decides about a verified person, and records the attempt with the decision.
 *
 * @throws TEST_SIGN_IN_OVER if the test was begun twice and has already ended
 */
export async function finishTest(
  { store, keyRing }: SignInServices,
  found: FoundConnection,
  attempt: Attempt,
  profile: NormalizedProfile,
): Promise<Tested> {
  const { situation, decision } = await decideWithoutEffect(store.reader, found, profile);
  const explanation = explain(situation, decision);
  const { code, detail, userId } = explanation.decision;
  try {
    await store.begin(SYSTEM, { kind: "SIGN_IN", actor: found.connection.id }, async (unit) => {
      await recordAttempt(unit, attempt, { outcome: code ?? "SUCCEEDED", detail, userId });
      await keepEvidence(unit, keyRing, attempt, userId, explanation);
    });
  } catch (error) {
    if (isDuplicateKey(error)) throw over(`The test ${attempt.reference} has ended.`);
    throw error;
  }
  return {
    kind: "tested",
    reference: attempt.reference,
    decision: explanation.decision,
    remedy: decision.kind === "refuse" ? decision.failure.remedy : null,
  };
}
