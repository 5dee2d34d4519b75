/** Runs the steps of one request of a sign-in, and records the attempt if a step refuses it. */
import type { NormalizedProfile } from "../connection/contract/index.js";
import { beginAttempt, beginStep, type Attempt, type AttemptStep, type ShownClaims } from "./attempt/attempt.js";
import { redactProfile } from "./attempt/redact-claims.js";
import type { BrowserRequest } from "./browser-request.js";
import { findConnection, type FoundConnection } from "./find-connection.js";
import type { FlowNotes } from "./flow/keep-flow.js";
import { recordRefusal, type SignInRefused } from "./record-refusal.js";
import type { SignInServices } from "./services.js";

/** What an attempt takes over from the flow or ticket that it continues. */
type ResumedNotes = Pick<FlowNotes, "returnTo" | "steps" | "testReference" | "consent">;

/** What the steps record about an attempt while it runs. */
export interface AttemptProgress {
  readonly found: FoundConnection;
  /** Notes that a step begins. The record of a refusal ends with the step that refused. */
  readonly beginStep: (step: AttemptStep["step"]) => Attempt;
  /** Marks the attempt as the test with this reference. */
  readonly becomeTest: (reference: string) => Attempt;
  /** Marks the attempt as a consent to the operator's app. */
  readonly becomeConsent: () => Attempt;
  /** The attempt as it is now. */
  readonly attempt: () => Attempt;
  /**
   * Takes over the steps and the return address of an earlier request. They replace what an earlier call took over. The
   * steps of this request follow them, or the steps in `own` if it is given.
   */
  readonly resume: (notes: ResumedNotes, own?: readonly AttemptStep[]) => Attempt;
  /** Notes an allowed return address, so that a refusal can offer a new sign-in that leads there. */
  readonly noteReturnTo: (returnTo: string | null) => void;
  /** Notes the claims of a verified message. */
  readonly noteClaims: (claims: ShownClaims | null) => void;
  /** Notes the person that the provider verified, and begins the last step. */
  readonly identify: (profile: NormalizedProfile) => Attempt;
}

/**
 * Runs the steps for a connection, and records an error as a refusal.
 *
 * @throws UNKNOWN_CONNECTION, which is not recorded, because its organization is unknown
 */
export async function runAttempt<Outcome>(
  services: SignInServices,
  { client }: BrowserRequest,
  connectionId: string,
  runSteps: (progress: AttemptProgress) => Promise<Outcome>,
): Promise<Outcome | SignInRefused> {
  const found = await findConnection(services, connectionId);
  let attempt = beginAttempt({
    reference: services.reference(),
    organizationId: found.organization.id,
    connectionId: found.connection.id,
    client,
  });
  let returnTo: string | null = null;
  let resumedSteps: readonly AttemptStep[] = [];
  const progress: AttemptProgress = {
    found,
    beginStep: (step) => (attempt = beginStep(attempt, step, services.clock())),
    becomeTest: (reference) => (attempt = { ...attempt, kind: "TEST", reference }),
    becomeConsent: () => (attempt = { ...attempt, kind: "CONSENT" }),
    attempt: () => attempt,
    resume: ({ steps, testReference, consent, ...notes }, own = attempt.steps.slice(resumedSteps.length)) => {
      ({ returnTo } = notes);
      if (consent !== undefined) progress.becomeConsent();
      if (testReference !== null) progress.becomeTest(testReference);
      resumedSteps = steps;
      return (attempt = { ...attempt, steps: [...steps, ...own] });
    },
    noteClaims: (claims) => (attempt = { ...attempt, claims }),
    noteReturnTo: (allowed) => (returnTo = allowed),
    identify: (profile) =>
      (attempt = beginStep({ ...attempt, profile: redactProfile(profile) }, "COMPLETE", services.clock())),
  };
  try {
    return await runSteps(progress);
  } catch (error) {
    return await recordRefusal(services, { ...found, returnTo }, attempt, error);
  }
}
