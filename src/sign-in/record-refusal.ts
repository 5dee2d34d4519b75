/** Where the line of a sign-in ends early: the attempt is recorded, and the person gets a safe answer with a reference. */
import { SYSTEM } from "../access/caller.js";
import { ProtocolRefusal } from "../connection/contract/index.js";
import type { ConnectionTypeRegistry } from "../connection/registry.js";
import type { Connection } from "../connection/stored/connection.js";
import { noteSignInFailed } from "../connection/stored/connection-health.repository.js";
import type { Organization } from "../people/organization/organization.js";
import { Failure, INTERNAL, type FailureDefinition } from "../platform/errors/failure.js";
import type { RefusalDetails } from "../provisioning/failures.js";
import { recordAttempt, type Attempt } from "./attempt/attempt.js";
import type { SignInServices } from "./services.js";
import {
  SIGN_IN_BINDING_WRONG,
  SIGN_IN_FORM_TOO_LARGE,
  SIGN_IN_OTHER_BROWSER,
  SIGN_IN_PARAMETERS_INVALID,
  SIGN_IN_UNKNOWN,
} from "./failures.js";

/** What a person who was refused may know. */
export interface SignInRefused {
  readonly kind: "refused";
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly reference: string;
  readonly organization: Organization;
  /** The connection of the attempt; `null` for a one-time link. */
  readonly attemptedConnectionId: string | null;
  /** The connection through which the person may try another account; `null` where there is none that is active. */
  readonly connectionId: string | null;
  /** Where a sign-in that begins anew should lead; it passed the allow-list. */
  readonly returnTo: string | null;
}

/** A refusal as it is recorded and answered. */
interface Reason {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly detail: string | null;
  /** Whether it may be a sign that the connection does not work. */
  readonly concernsConnection: boolean;
}

/** What a person may see of a reason. */
type SafeReason = Pick<Reason, "code" | "status" | "message">;

/** What any stranger can bring about by opening an address. Noted as the connection's failure, it would hide real ones. */
const SAYS_NOTHING_OF_THE_CONNECTION: ReadonlySet<string> = new Set(
  [
    SIGN_IN_PARAMETERS_INVALID,
    SIGN_IN_FORM_TOO_LARGE,
    SIGN_IN_UNKNOWN,
    SIGN_IN_OTHER_BROWSER,
    SIGN_IN_BINDING_WRONG,
  ].map(({ code }) => code),
);

/** Whose attempt it was, as far as that was known. */
export interface AttemptedAt {
  readonly organization: Organization;
  /** `null` for a one-time link. */
  readonly connection: Connection | null;
  /** The person whom a one-time link names. */
  readonly userId?: string | null;
  /** Where the person wanted to go, as far as that is known and allowed. */
  readonly returnTo?: string | null;
}

/** Records an attempt that a check, the provider or a defect ended, and answers what the person may see. */
export async function recordRefusal(
  services: SignInServices,
  { connection, organization, userId = null, returnTo = null }: AttemptedAt,
  attempt: Attempt,
  error: unknown,
): Promise<SignInRefused> {
  const reason = explain(error, services.registry, connection?.type ?? null);
  if (reason.code === INTERNAL.code) services.logDefect(error, attempt.reference);
  await services.store.begin(SYSTEM, { kind: "SIGN_IN", actor: attempt.connectionId }, async (unit) => {
    await recordAttempt(unit, attempt, { outcome: reason.code, detail: reason.detail, userId });
    if (connection !== null && reason.concernsConnection) await noteSignInFailed(unit, connection.id, reason.code);
  });
  return answerRefusal({ organization, connection, returnTo }, attempt, reason);
}

/** The answer to a refusal that is recorded already. */
export function answerRefusal(
  { organization, connection, returnTo = null }: AttemptedAt,
  { reference, connectionId: attemptedConnectionId }: Attempt,
  { code, status, message }: SafeReason,
): SignInRefused {
  const connectionId = connection?.state === "ACTIVE" ? connection.id : null;
  return {
    kind: "refused",
    code,
    status,
    message,
    reference,
    organization,
    attemptedConnectionId,
    connectionId,
    returnTo,
  };
}

/** A failure's safe sentence, whatever its data. */
export function toSafeReason(failure: FailureDefinition<RefusalDetails>): SafeReason {
  const { message } = new Failure(failure, { detail: null });
  return { code: failure.code, status: failure.status, message };
}

function explain(error: unknown, registry: ConnectionTypeRegistry, typeId: string | null): Reason {
  if (error instanceof ProtocolRefusal && typeId !== null) {
    const { code, detail } = error;
    const text = registry.find(typeId)?.refusals[code];
    if (text !== undefined) {
      const concernsConnection = text.causedByAnybody !== true;
      return { code, status: 403, message: text.message, detail, concernsConnection };
    }
  }
  if (error instanceof Failure) {
    const { code, status, message } = error;
    const { detail = null } = error.details as { detail?: string | null };
    return { code, status, message, detail, concernsConnection: !SAYS_NOTHING_OF_THE_CONNECTION.has(code) };
  }
  const { code, status, message } = INTERNAL;
  return { code, status, message: String(message), detail: null, concernsConnection: true };
}
