/**
 * The order of the steps of a sign-in. Each step takes the result of the previous step.
 *
 * ```
 * start     findConnection → open → beginFlow (the strategy redirects)
 * return    findConnection → readParameters → findFlow → open → verifyReturn (consumes the flow) → sign in
 * post      findConnection → readParameters → open → verifyPost (finds the flow) → keepTicket (consumes message and flow)
 * ticket    findConnection → readParameters → takeTicket → open → sign in
 * sign in   describePerson → provisionAndSignIn (evaluates the mappings, then locks the organization), or finishTest
 * ```
 * The operator's app has a `start` and a `return` of its own, see `operator-app/app-sign-in.ts`. A return of a consent ends in
 * `continueConsent`. `return` and `ticket` call `isAlreadySignedIn` first: a browser that repeats its last request stays signed
 * in. A posted message that answers no request (SAML's IdP-initiated sign-in) leads to `start`. If a step throws, `runAttempt` records the attempt and returns what the person may see.
 */
import type { OpenedConnection } from "../connection/opened-connections.js";
import { hashToken } from "../platform/crypto/tokens.js";
import { Failure } from "../platform/errors/failure.js";
import type { RefusalDetails } from "../provisioning/failures.js";
import { beginFlow, type StartRequest } from "./begin-flow.js";
import type { BrowserRequest } from "./browser-request.js";
import { continueConsent } from "./consent/continue-consent.js";
import { SIGN_IN_NOT_ANSWERED } from "./failures.js";
import { requireBinding, requireCallback, requireUsable } from "./find-connection.js";
import { issueBrowserToken } from "./flow/browser-tokens.js";
import { findFlow, findFlowReturnTo, findPostedFlow, hasPendingFlow } from "./flow/keep-flow.js";
import { isAlreadySignedIn } from "./is-already-signed-in.js";
import {
  locationAfterSignIn,
  type AlreadySignedIn,
  type Consented,
  type SentToProvider,
  type SentToStart,
  type SentToTicket,
  type SignedIn,
  type Tested,
} from "./outcomes.js";
import { provisionAndSignIn } from "./provision-and-sign-in.js";
import type { PostedForm } from "./read-form.js";
import { LONGEST_IN_FORM, readParameters } from "./read-parameters.js";
import { answerRefusal, toSafeReason, type SignInRefused } from "./record-refusal.js";
import { requireSessionAhead } from "./require-session-ahead.js";
import { resolveReturnTo } from "./return-to.js";
import { runAttempt, type AttemptProgress } from "./run-attempt.js";
import type { SignInServices } from "./services.js";
import { findTicketReturnTo, keepTicket, takeTicket } from "./ticket/keep-ticket.js";
import { finishTest, takeTest } from "./test-sign-in/finish-test.js";
import { startFromPortal } from "./urls.js";
import { describePerson, describeProviderSession, showClaims, verifyPost, verifyReturn } from "./verify.js";

/** An answer in the query of a request, unchecked. */
export interface AnswerRequest {
  readonly connectionId: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /**
   * The id of the connection type if the answer came to the callback of the operator's app; absent for the connection's
   * own callback.
   */
  readonly operatorAppOf?: string;
}

/** The outcomes of an answer that came back by redirect. */
export type ReturnOutcome = SignedIn | AlreadySignedIn | Tested | SentToProvider | Consented | SignInRefused;

/** An answer in a posted form, unchecked. */
export interface PostedRequest {
  readonly connectionId: string;
  readonly form: PostedForm;
}

/** Begins a sign-in. */
export async function start(
  services: SignInServices,
  browser: BrowserRequest,
  request: StartRequest,
): Promise<SentToProvider | SignInRefused> {
  return await runAttempt(services, browser, request.connectionId, async (progress) => {
    const { connection } = progress.found;
    let attempt = progress.beginStep("START");
    if (request.test !== undefined)
      attempt = progress.becomeTest((await takeTest(services, connection, request.test)).reference);
    const returnTo = resolveReturnTo(request.returnTo, services.returnRules);
    progress.noteReturnTo(returnTo);
    requireUsable(services, connection, attempt.kind);
    const fromPortal = request.fromPortal ?? false;
    if (fromPortal && browser.cameFromPortal)
      throw new Failure<RefusalDetails>(SIGN_IN_NOT_ANSWERED, {
        detail: "The provider sent two messages without InResponseTo within a minute.",
      });
    const opened = await services.open(connection);
    const { token, cookie } = await issueBrowserToken(services, browser.browserTokens);
    const location = await beginFlow(services, opened, request, token, {
      returnTo,
      steps: attempt.steps,
      testReference: attempt.kind === "TEST" ? attempt.reference : null,
    });
    return { kind: "sent-to-provider", location, browserTokens: cookie, fromPortal };
  });
}

/** Completes a sign-in whose answer came back by redirect. */
export async function finishReturn(
  services: SignInServices,
  browser: BrowserRequest,
  request: AnswerRequest,
): Promise<ReturnOutcome> {
  return await runAttempt(services, browser, request.connectionId, async (progress) => {
    const { connection, organization } = progress.found;
    progress.beginStep("RETURN");
    requireBinding(services, connection, "redirect");
    requireCallback(connection, request.operatorAppOf ?? null);
    const parameters = readParameters(request.parameters);
    const { state = "" } = parameters;
    if (await isAlreadySignedIn(services, browser, connection, state)) {
      const location = locationAfterSignIn(organization, await findFlowReturnTo(services, state));
      return { kind: "already-signed-in", location };
    }
    const flow = await findFlow(services, connection, state, browser.browserTokens);
    const { kind } = progress.resume(flow);
    requireUsable(services, connection, kind);
    const { consent } = flow;
    if (consent !== undefined) return await continueConsent(services, browser, progress, { flow, consent, parameters });
    const opened = await services.open(connection);
    progress.beginStep("VERIFY");
    const { verified } = await verifyReturn(opened, flow, parameters);
    return await signIn(services, browser, progress, opened, { ...flow, verified, flowHash: hashToken(state) });
  });
}

/** Verifies a message that a browser posted across sites, without its cookies. */
export async function receivePost(
  services: SignInServices,
  browser: BrowserRequest,
  request: PostedRequest,
): Promise<SentToTicket | SentToStart | SignInRefused> {
  return await runAttempt(services, browser, request.connectionId, async (progress) => {
    const { connection } = progress.found;
    progress.beginStep("RETURN");
    requireBinding(services, connection, "post");
    if (request.form instanceof Failure) throw request.form;
    const parameters = readParameters(request.form, LONGEST_IN_FORM);
    // The flow is found only after the connection is opened. A connection that is not active may be in a test, so it is
    // opened only if one of its flows waits for an answer.
    const mayBeTest = connection.state !== "ACTIVE" && (await hasPendingFlow(services, connection));
    requireUsable(services, connection, mayBeTest ? "TEST" : "SIGN_IN");
    const opened = await services.open(connection);
    progress.beginStep("VERIFY");
    const message = await verifyPost(opened, parameters, async (requestId) => {
      const found = await findPostedFlow(services, connection, requestId);
      requireUsable(services, connection, found?.testReference == null ? "SIGN_IN" : "TEST");
      // From here on, a refusal belongs to the sign-in or test that the message claims to answer.
      if (found !== null) progress.resume(found);
      return found;
    });
    if (message.kind === "unsolicited") {
      // Without a flow, the attempt is not a test, so the connection must be active.
      requireUsable(services, connection, "SIGN_IN");
      return { kind: "sent-to-start", location: startFromPortal(connection.id, message.target) };
    }
    const { steps } = progress.resume(message.flow);
    const ticket = await keepTicket(services, connection, message, steps);
    return {
      kind: "sent-to-ticket",
      location: `/sso/${connection.id}/acs?${new URLSearchParams({ ticket }).toString()}`,
    };
  });
}

/** Completes a sign-in whose message was posted, for the browser that began it. */
export async function finishTicket(
  services: SignInServices,
  browser: BrowserRequest,
  request: AnswerRequest,
): Promise<SignedIn | AlreadySignedIn | Tested | SignInRefused> {
  return await runAttempt(services, browser, request.connectionId, async (progress) => {
    const { connection, organization } = progress.found;
    progress.beginStep("RETURN");
    requireBinding(services, connection, "post");
    const { ticket = "" } = readParameters(request.parameters);
    if (await isAlreadySignedIn(services, browser, connection, ticket)) {
      const location = locationAfterSignIn(organization, await findTicketReturnTo(services, ticket));
      return { kind: "already-signed-in", location };
    }
    const taken = await takeTicket(services, connection, ticket, browser.browserTokens);
    // The ticket has the steps from the start of the sign-in to the posted message. They replace the steps of this
    // request.
    const { kind } = progress.resume(taken, []);
    requireUsable(services, connection, kind);
    const opened = await services.open(connection);
    return await signIn(services, browser, progress, opened, { ...taken, flowHash: hashToken(ticket) });
  });
}

/** A verified message, with the notes of its flow or ticket. */
export interface VerifiedAnswer {
  readonly verified: unknown;
  readonly returnTo: string | null;
  readonly trustVersion: number;
  /** The hash of the state or ticket that the browser brought. */
  readonly flowHash: string;
}

/** The last steps of every sign-in and test, whether the answer came by redirect or by post. */
export async function signIn(
  services: SignInServices,
  browser: BrowserRequest,
  { found, beginStep, noteClaims, identify }: AttemptProgress,
  opened: OpenedConnection,
  { verified, returnTo, trustVersion, flowHash }: VerifiedAnswer,
): Promise<SignedIn | Tested | SignInRefused> {
  const { connection, organization } = found;
  noteClaims(showClaims(opened, verified));
  beginStep("NORMALIZE");
  const profile = await describePerson(opened, verified);
  const attempt = identify(profile);
  requireSessionAhead(profile, services.clock());
  if (attempt.kind === "TEST") return await finishTest(services, found, attempt, profile);
  const person = { organizationId: organization.id, connectionId: connection.id, profile };
  const providerSession = describeProviderSession(opened, verified);
  const result = await provisionAndSignIn(services, {
    attempt,
    person,
    trustVersion,
    flowHash,
    providerSession,
    browser,
  });
  if (result.kind === "refuse") return answerRefusal({ ...found, returnTo }, attempt, toSafeReason(result.failure));
  return {
    kind: "signed-in",
    location: locationAfterSignIn(result.organization, returnTo),
    sessionToken: result.sessionToken,
    expiresAt: result.session.expiresAt,
  };
}
