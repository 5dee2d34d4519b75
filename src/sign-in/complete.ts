/** Last step: mappings are evaluated; then one unit of work decides about a verified person, and records what became of it. */
import { SYSTEM } from "../access/caller.js";
import type { UnitOfWork } from "../access/unit-of-work.js";
import { noteSignInFailed, noteSignInSucceeded } from "../connection/stored/connection-health.repository.js";
import { findConnection } from "../connection/stored/connection.repository.js";
import { lockOrganization } from "../people/organization/organization.repository.js";
import type { Organization } from "../people/organization/organization.js";
import { SESSION_TOKEN_PREFIX, type Session } from "../people/session/session.js";
import { issueToken } from "../platform/crypto/tokens.js";
import { Failure } from "../platform/errors/failure.js";
import { apply, askToLink, type Arrived } from "../provisioning/apply.js";
import type { Arrival } from "../provisioning/arrival.js";
import { decide } from "../provisioning/decide.js";
import { refuse, type Refusal } from "../provisioning/refusal.js";
import { evaluateRules, loadSituation } from "../provisioning/load-situation.js";
import type { EvaluatedMappings } from "../provisioning/mappings/evaluate-rule.js";
import { ACCOUNT_PENDING_APPROVAL, CONNECTION_NOT_ACTIVE } from "../provisioning/failures.js";
import { recordAttempt, type Attempt } from "./attempt/attempt.js";
import type { Desk, Visitor } from "./desk.js";
import { enter, recordVerifiedRefusal } from "./enter.js";
import { SIGN_IN_SUPERSEDED, UNKNOWN_CONNECTION } from "./failures.js";

/** A verified person at the end of the line. */
export interface Completion {
  readonly attempt: Attempt;
  readonly arrival: Arrival;
  /** The trust version under which the message was verified. */
  readonly trustVersion: number;
  /** Of the state or ticket by which the browser came. */
  readonly flowHash: string;
  readonly visitor: Visitor;
}

/** What became of it. */
export type Completed =
  | {
      readonly kind: "signed-in";
      readonly session: Session;
      readonly sessionToken: string;
      readonly organization: Organization;
    }
  | Refusal;

/** How often a sign-in evaluates mappings that an administrator changes meanwhile. */
const MOST_EVALUATIONS = 3;

/** Lets a verified person in, or refuses; a refusal writes only its event and its attempt. */
export async function complete(desk: Desk, completion: Completion): Promise<Completed> {
  for (let evaluations = 0; evaluations < MOST_EVALUATIONS; evaluations += 1) {
    // Not in the unit of work: rules take time, and all of the organization would wait for its lock.
    const mappings = await evaluateRules(desk.store.reader, completion.arrival);
    const completed = await completeWith(desk, completion, mappings);
    if (completed !== "MAPPINGS_CHANGED") return completed;
  }
  throw new Failure(SIGN_IN_SUPERSEDED, { detail: "The mappings changed again and again." });
}

async function completeWith(
  { store }: Desk,
  completion: Completion,
  mappings: EvaluatedMappings,
): Promise<Completed | "MAPPINGS_CHANGED"> {
  const { arrival } = completion;
  const { token: sessionToken, hash: tokenHash } = issueToken(SESSION_TOKEN_PREFIX);
  return await store.begin(
    SYSTEM,
    { kind: "SIGN_IN", actor: arrival.connectionId },
    async (unit): Promise<Completed | "MAPPINGS_CHANGED"> => {
      const organization = await lockOrganization(unit, arrival.organizationId);
      const connection = await findConnection(unit, null, arrival.connectionId);
      if (organization === null) return gone();
      if (connection === null) return await refuseWithoutConnection(unit, completion);
      if (connection.state !== "ACTIVE")
        return await record(unit, completion, organization, refuse(CONNECTION_NOT_ACTIVE));
      if (connection.trustVersion !== completion.trustVersion)
        return await record(unit, completion, organization, refuse(SIGN_IN_SUPERSEDED));

      const situation = await loadSituation(unit, arrival, organization, connection, mappings);
      if (situation === null) return "MAPPINGS_CHANGED";
      const decision = decide(situation);
      if (decision.kind === "refuse") return await record(unit, completion, organization, decision);
      if (decision.kind === "ask") {
        await askToLink(unit, arrival, decision.user);
        return await record(unit, completion, organization, decision.refusal);
      }
      const arrived = await apply(unit, arrival, organization, decision);
      const { user } = arrived;
      // A new account that waits for approval is there from now on, and its person has to wait.
      if (user.status === "PENDING_APPROVAL")
        return await record(unit, completion, organization, refuse(ACCOUNT_PENDING_APPROVAL, `User ${user.id}.`, user));
      const session = await admit(unit, completion, organization, arrived, tokenHash);
      return { kind: "signed-in", session, sessionToken, organization };
    },
  );
}

async function admit(
  unit: UnitOfWork,
  { attempt, arrival, visitor, flowHash }: Completion,
  organization: Organization,
  arrived: Arrived,
  tokenHash: string,
): Promise<Session> {
  const session = await enter(unit, { attempt, organization, ...arrived, visitor, tokenHash, flowHash });
  await noteSignInSucceeded(unit, arrival.connectionId);
  return session;
}

/** Records a refusal of a verified person. */
async function record(
  unit: UnitOfWork,
  { attempt, arrival }: Completion,
  organization: Organization,
  refusal: Refusal,
): Promise<Refusal> {
  await recordVerifiedRefusal(unit, attempt, organization, refusal);
  await noteSignInFailed(unit, arrival.connectionId, refusal.failure.code);
  return refusal;
}

/** The connection was deleted meanwhile: the person still has a reference, and an administrator finds it. */
async function refuseWithoutConnection(unit: UnitOfWork, { attempt }: Completion): Promise<Refusal> {
  const detail = "The connection was deleted during the sign-in.";
  await recordAttempt(unit, attempt, { outcome: UNKNOWN_CONNECTION.code, detail, userId: null });
  return refuse(UNKNOWN_CONNECTION, detail);
}

/** The organization was deleted meanwhile: there is nothing left to record it with. */
function gone(): Refusal {
  return refuse(UNKNOWN_CONNECTION);
}
