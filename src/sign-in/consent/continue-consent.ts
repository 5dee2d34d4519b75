/** The returns of a consent: from the provider's page for administrators, and from the sign-in that verifies the tenant. */
import { SYSTEM } from "../../access/caller.js";
import { fixTenant, type FixOutcome, type VerifiedTenant } from "../../connection/operator-app/fix-tenant.changes.js";
import { Failure, type FailureDefinition } from "../../platform/errors/failure.js";
import type { RefusalDetails } from "../../provisioning/failures.js";
import { recordAttempt } from "../attempt/attempt.js";
import type { BrowserRequest } from "../browser-request.js";
import {
  CONSENT_TENANT_FIXED,
  CONSENT_TENANT_MISMATCH,
  CONSENT_TENANT_TAKEN,
  SIGN_IN_SUPERSEDED,
  SIGN_IN_UNKNOWN,
} from "../failures.js";
import type { ConsentNotes, FoundFlow } from "../flow/keep-flow.js";
import { openApp, requireApp } from "../operator-app/require-app.js";
import type { Consented, SentToProvider } from "../outcomes.js";
import type { AttemptProgress } from "../run-attempt.js";
import type { SignInServices } from "../services.js";
import { verifyReturn } from "../verify.js";
import { beginSignIn } from "./begin-consent.js";

type Parameters = Readonly<Record<string, string>>;

/**
 * Continues a consent: after the provider's page, begins the sign-in; after the sign-in, gives the tenant to the
 * connection.
 */
export async function continueConsent(
  services: SignInServices,
  browser: BrowserRequest,
  progress: AttemptProgress,
  answer: { readonly flow: FoundFlow; readonly consent: ConsentNotes; readonly parameters: Parameters },
): Promise<SentToProvider | Consented> {
  const { flow, consent, parameters } = answer;
  const { connection } = progress.found;
  const { type, app } = requireApp(services, connection.type);
  if (consent.stage === "PAGE") {
    if (!(await flow.pending.consume())) throw new Failure(SIGN_IN_UNKNOWN, { detail: "The state was used before." });
    return await beginSignIn(services, browser, progress, app.adminConsent?.read(parameters) ?? null);
  }
  progress.beginStep("VERIFY");
  const strategy = await openApp(services, connection.type);
  const { verified } = await verifyReturn({ type, strategy }, flow, parameters);
  const tenant = app.tenantOf(verified);
  if (consent.named !== null && consent.named !== tenant)
    throw new Failure(CONSENT_TENANT_MISMATCH, {
      detail: `The consent was for ${consent.named.slice(0, 100)}, and the sign-in was of ${tenant}.`,
    });
  return await fix(services, progress, { tenant, settings: app.fix(verified) });
}

/** Gives the tenant to the connection, and records the attempt in the same unit of work. */
async function fix(
  { store, keyRing, registry }: SignInServices,
  progress: AttemptProgress,
  verified: VerifiedTenant,
): Promise<Consented> {
  const { connection, organization } = progress.found;
  const type = registry.get(connection.type);
  const attempt = progress.beginStep("COMPLETE");
  await store.begin(SYSTEM, { kind: "SIGN_IN", actor: connection.id }, async (unit) => {
    const outcome = await fixTenant(unit, { type, keyRing }, connection, verified);
    const refusal = REFUSALS[outcome];
    // The error undoes this unit of work. The caller records the refusal in a new one.
    if (refusal !== null) throw new Failure(refusal, { detail: `The sign-in was of ${verified.tenant}.` });
    await recordAttempt(unit, attempt, {
      outcome: "SUCCEEDED",
      detail: `The tenant is ${verified.tenant}.`,
      userId: null,
    });
  });
  return {
    kind: "consented",
    organization,
    reference: attempt.reference,
    providerName: type.operatorApp?.providerName ?? type.name,
  };
}

const REFUSALS: Readonly<Record<FixOutcome, FailureDefinition<RefusalDetails> | null>> = {
  FIXED: null,
  FIXED_BEFORE: CONSENT_TENANT_FIXED,
  TAKEN: CONSENT_TENANT_TAKEN,
  SUPERSEDED: SIGN_IN_SUPERSEDED,
};
