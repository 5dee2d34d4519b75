/**
 * The last step of a sign-in: evaluates the mappings; then, in one unit of work, decides about the person and signs
 * them in.
 */
import { SYSTEM } from "../access/caller.js";
import type { UnitOfWork } from "../access/unit-of-work.js";
import type { ProviderSession } from "../connection/contract/index.js";
import { notePersonRefused, noteSignInSucceeded } from "../connection/stored/connection-health.repository.js";
import { findConnection } from "../connection/stored/connection.repository.js";
import { lockOrganization } from "../people/organization/organization.repository.js";
import type { Organization } from "../people/organization/organization.js";
import { keepProviderSession } from "../people/session/provider-session.repository.js";
import { SESSION_TOKEN_PREFIX, type Session } from "../people/session/session.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import { issueToken } from "../platform/crypto/tokens.js";
import { Failure } from "../platform/errors/failure.js";
import { apply, requestLink } from "../provisioning/apply.js";
import type { VerifiedPerson } from "../provisioning/verified-person.js";
import { decide } from "../provisioning/decide.js";
import { explain } from "../provisioning/explain.js";
import { refuse, type Refusal } from "../provisioning/refusal.js";
import { evaluateRules, loadSituation } from "../provisioning/load-situation.js";
import type { Decision } from "../provisioning/situation.js";
import type { EvaluatedMappings } from "../provisioning/mappings/evaluate-rule.js";
import { ACCOUNT_PENDING_APPROVAL, CONNECTION_NOT_ACTIVE } from "../provisioning/failures.js";
import { recordAttempt, type Attempt } from "./attempt/attempt.js";
import { keepEvidence } from "./attempt/evidence.js";
import type { BrowserRequest } from "./browser-request.js";
import { SIGN_IN_SUPERSEDED, UNKNOWN_CONNECTION } from "./failures.js";
import { openSignedInSession } from "./open-signed-in-session.js";
import { recordVerifiedRefusal } from "./record-verified-refusal.js";
import type { SignInServices } from "./services.js";

/** A sign-in whose answer the provider signed and Usher verified. */
export interface VerifiedSignIn {
  readonly attempt: Attempt;
  readonly person: VerifiedPerson;
  /** The trust version under which the message was verified. */
  readonly trustVersion: number;
  /** The hash of the state or ticket that the browser brought. */
  readonly flowHash: string;
  /** The person's session at the provider; `null` if the provider named none. */
  readonly providerSession: ProviderSession | null;
  readonly browser: BrowserRequest;
}

/** The outcome of a sign-in: the session, or the refusal. */
export type SignInResult =
  | {
      readonly kind: "signed-in";
      readonly session: Session;
      readonly sessionToken: string;
      readonly organization: Organization;
    }
  | Refusal;

/**
 * How often a sign-in evaluates the mappings at most. It evaluates them again if an administrator changed them
 * meanwhile.
 */
const MOST_EVALUATIONS = 3;

/** Changes the account as decided and opens a session, or refuses. A refusal writes only its event and its attempt. */
export async function provisionAndSignIn(services: SignInServices, signIn: VerifiedSignIn): Promise<SignInResult> {
  for (let evaluations = 0; evaluations < MOST_EVALUATIONS; evaluations += 1) {
    // The mappings are evaluated before the unit of work, because other sign-ins wait while it locks the organization.
    const mappings = await evaluateRules(services.store.reader, signIn.person);
    const result = await signInWith(services, signIn, mappings);
    if (result !== "MAPPINGS_CHANGED") return result;
  }
  throw new Failure(SIGN_IN_SUPERSEDED, {
    detail: `The mappings changed ${MOST_EVALUATIONS} times during the sign-in.`,
  });
}

async function signInWith(
  { store, keyRing }: SignInServices,
  signIn: VerifiedSignIn,
  mappings: EvaluatedMappings,
): Promise<SignInResult | "MAPPINGS_CHANGED"> {
  const { person } = signIn;
  return await store.begin(
    SYSTEM,
    { kind: "SIGN_IN", actor: person.connectionId },
    async (unit): Promise<SignInResult | "MAPPINGS_CHANGED"> => {
      const organization = await lockOrganization(unit, person.organizationId);
      const connection = await findConnection(unit, null, person.connectionId);
      // A refusal is recorded in its organization, which has been deleted.
      if (organization === null) return refuse(UNKNOWN_CONNECTION);
      if (connection === null) return await refuseWithoutConnection(unit, signIn);
      if (connection.state !== "ACTIVE") return await record(unit, signIn, organization, refuse(CONNECTION_NOT_ACTIVE));
      if (connection.trustVersion !== signIn.trustVersion)
        return await record(unit, signIn, organization, refuse(SIGN_IN_SUPERSEDED));

      const situation = await loadSituation(unit, person, organization, connection, mappings);
      if (situation === null) return "MAPPINGS_CHANGED";
      const decision = decide(situation);
      const result = await applyOrRefuse(unit, keyRing, signIn, organization, decision);
      const userId = result.kind === "refuse" ? (result.user?.id ?? null) : result.session.userId;
      await keepEvidence(unit, keyRing, signIn.attempt, userId, explain(situation, decision));
      return result;
    },
  );
}

async function applyOrRefuse(
  unit: UnitOfWork,
  keyRing: KeyRing,
  signIn: VerifiedSignIn,
  organization: Organization,
  decision: Decision,
): Promise<SignInResult> {
  const { person } = signIn;
  if (decision.kind === "refuse") return await record(unit, signIn, organization, decision);
  if (decision.kind === "ask") {
    await requestLink(unit, person, decision.user);
    return await record(unit, signIn, organization, decision.refusal);
  }
  const account = await apply(unit, person, organization, decision);
  const { user } = account;
  // The new account is stored, and its person waits for an administrator.
  if (user.status === "PENDING_APPROVAL")
    return await record(unit, signIn, organization, refuse(ACCOUNT_PENDING_APPROVAL, `User ${user.id}.`, user));
  const { token: sessionToken, hash: tokenHash } = issueToken(SESSION_TOKEN_PREFIX);
  const session = await openSignedInSession(unit, { ...signIn, organization, ...account, tokenHash });
  const { connectionId } = person;
  if (signIn.providerSession !== null)
    await keepProviderSession(unit, keyRing, { id: session.id, connectionId }, signIn.providerSession);
  await noteSignInSucceeded(unit, connectionId);
  return { kind: "signed-in", session, sessionToken, organization };
}

async function record(
  unit: UnitOfWork,
  { attempt, person }: VerifiedSignIn,
  organization: Organization,
  refusal: Refusal,
): Promise<Refusal> {
  await recordVerifiedRefusal(unit, attempt, organization, refusal);
  await notePersonRefused(unit, person.connectionId, refusal.failure.code);
  return refusal;
}

/**
 * Refuses a sign-in whose connection was deleted meanwhile. Records the attempt, so that an administrator finds it by
 * its reference.
 */
async function refuseWithoutConnection(unit: UnitOfWork, { attempt }: VerifiedSignIn): Promise<Refusal> {
  const detail = "The connection was deleted during the sign-in.";
  await recordAttempt(unit, attempt, { outcome: UNKNOWN_CONNECTION.code, detail, userId: null });
  return refuse(UNKNOWN_CONNECTION, detail);
}
