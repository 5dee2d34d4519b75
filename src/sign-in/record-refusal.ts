/** Ends a refused sign-in: records the attempt and returns a safe sentence with its reference. */
import { SYSTEM } from "../access/caller.js";
import { ProtocolRefusal, type Fault } from "../connection/contract/index.js";
import type { ConnectionTypeRegistry } from "../connection/registry.js";
import type { Connection } from "../connection/stored/connection.js";
import { noteSignInFailed } from "../connection/stored/connection-health.repository.js";
import { announceFailing } from "../connection/watch/announce-failing.js";
import type { Organization } from "../people/organization/organization.js";
import { isDuplicateKey } from "../platform/database/driver-errors.js";
import { Failure, INTERNAL, type FailureDefinition } from "../platform/errors/failure.js";
import type { RefusalDetails } from "../provisioning/failures.js";
import { recordAttempt, type Attempt, type AttemptKind } from "./attempt/attempt.js";
import { hasAttempt } from "./attempt/attempt.repository.js";
import { keepEvidence } from "./attempt/evidence.js";
import type { SignInServices } from "./services.js";
import { TEST_SIGN_IN_OVER } from "./failures.js";

/** What a refused person may see. */
export interface SignInRefused {
  readonly kind: "refused";
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** What an administrator can do about the refusal. The page of a test shows it. */
  readonly remedy: string;
  readonly reference: string;
  readonly attemptKind: AttemptKind;
  readonly organization: Organization;
  /** The connection of the attempt; `null` for a one-time link or a password. */
  readonly attemptedConnectionId: string | null;
  /** The connection through which the person can try another account; `null` if it is not active. */
  readonly connectionId: string | null;
  /** Where a new sign-in leads. The address passed the allow-list. */
  readonly returnTo: string | null;
}

/** A refusal as it is recorded and shown. */
interface Reason {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly remedy: string;
  readonly detail: string | null;
  /** Whether the connection may be the cause. If so, the refusal counts for the connection's health. */
  readonly concernsConnection: boolean;
  /**
   * What the refusal says about the connection: `PROVIDER` if the provider or the settings refuse everybody, `DOUBTFUL`
   * if a forged message may be the cause; `null` if it says nothing.
   */
  readonly fault: Fault | null;
}

/** The part of a refusal that a person may see. */
type SafeReason = Pick<Reason, "code" | "status" | "message" | "remedy">;

/** What is known about a refused attempt. */
export interface RefusedAttempt {
  readonly organization: Organization;
  /** The connection of the attempt; `null` for a one-time link or a password. */
  readonly connection: Connection | null;
  /** The user of a one-time link; absent for other attempts. */
  readonly userId?: string | null;
  /** Where the sign-in should have led, if that is known and allowed. */
  readonly returnTo?: string | null;
}

/** Records an attempt that ended with an error, and returns what the person may see. */
export async function recordRefusal(
  services: SignInServices,
  { connection, organization, userId = null, returnTo = null }: RefusedAttempt,
  attempt: Attempt,
  error: unknown,
): Promise<SignInRefused> {
  const reason = explain(error, services.registry, connection?.type ?? null);
  if (reason.code === INTERNAL.code) services.logDefect(error, attempt.reference);
  // If a test was begun twice, only the attempt that ends first is recorded.
  if (attempt.kind === "TEST" && (await hasAttempt(services.store.reader, attempt.reference)))
    return answerRefusal({ organization, connection, returnTo }, attempt, reason);
  let isFailing = false;
  const recording = services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: attempt.connectionId }, async (unit) => {
    await recordAttempt(unit, attempt, { outcome: reason.code, detail: reason.detail, userId });
    if (attempt.kind === "TEST") await keepEvidence(unit, services.keyRing, attempt, null, null);
    else if (connection !== null && reason.concernsConnection && wasBegunHere(attempt))
      isFailing = await noteSignInFailed(unit, connection.id, reason.code, reason.fault);
  });
  await recording.catch((error: unknown) => {
    // If a test was begun twice, its other attempt may have been recorded in the meantime. Then this attempt is not
    // recorded.
    if (attempt.kind !== "TEST" || !isDuplicateKey(error)) throw error;
  });
  if (isFailing && connection !== null) {
    const parts = { ...services, publicUrl: services.returnRules.publicUrl };
    // An error here must not reach the person, whose refusal is recorded already. The next failure announces the connection.
    await announceFailing(parts, connection, reason.code).catch((error: unknown) =>
      services.logDefect(error, attempt.reference),
    );
  }
  return answerRefusal({ organization, connection, returnTo }, attempt, reason);
}

/**
 * Whether the attempt belongs to a sign-in that Usher began. Anyone can send Usher an answer to nothing. If such
 * answers counted for the connection's health, they would hide real failures.
 */
function wasBegunHere({ kind, steps }: Attempt): boolean {
  return kind === "SIGN_IN" && steps.some(({ step }) => step === "START");
}

/** Makes the response for a refusal that is already recorded. */
export function answerRefusal(
  { organization, connection, returnTo = null }: RefusedAttempt,
  { reference, kind, connectionId: attemptedConnectionId }: Attempt,
  { code, status, message, remedy }: SafeReason,
): SignInRefused {
  const connectionId = connection?.state === "ACTIVE" ? connection.id : null;
  return {
    kind: "refused",
    code,
    status,
    message,
    remedy,
    reference,
    attemptKind: kind,
    organization,
    attemptedConnectionId,
    connectionId,
    returnTo,
  };
}

/** The part of a failure that a person may see. */
export function toSafeReason(failure: FailureDefinition<RefusalDetails>): SafeReason {
  const { message } = new Failure(failure, { detail: null });
  return { code: failure.code, status: failure.status, message, remedy: failure.remedy };
}

function explain(error: unknown, registry: ConnectionTypeRegistry, typeId: string | null): Reason {
  if (error instanceof ProtocolRefusal && typeId !== null) {
    const { code, detail } = error;
    const text = registry.find(typeId)?.refusals[code];
    if (text !== undefined) {
      const concernsConnection = text.causedByAnybody !== true;
      const fault = error.fromBrowser && text.fault !== undefined ? "DOUBTFUL" : (text.fault ?? null);
      return { code, status: 403, message: text.message, remedy: text.remedy, detail, concernsConnection, fault };
    }
  }
  if (error instanceof Failure) {
    const { code, status, message, remedy } = error;
    const { detail = null } = error.details as { detail?: string | null };
    const concernsConnection = code !== TEST_SIGN_IN_OVER.code;
    return { code, status, message, remedy, detail, concernsConnection, fault: null };
  }
  const { code, status, message, remedy } = INTERNAL;
  return { code, status, message: String(message), remedy, detail: null, concernsConnection: true, fault: null };
}
