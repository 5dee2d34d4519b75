/**
 * The line of a sign-in, and nothing else: each step takes what the one before it gave.
 *
 * ```
 * start     findConnection → open → beginFlow (the strategy redirects)
 * return    findConnection → readParameters → findFlow → open → verifyReturn (uses the flow up) → enter
 * post      findConnection → readParameters → open → verifyPost (finds the flow) → keepTicket (uses both up)
 * ticket    findConnection → readParameters → takeTicket → open → enter
 * enter     describePerson → complete (evaluates the mappings, then locks the organization)
 * ```
 * A browser that is in by the same state or ticket is sent on before anything is looked at: `isAlreadyIn`.
 * Wherever the line ends early, `recordRefusal` notes the attempt and answers what the person may see.
 */
import type { OpenedConnection } from "../connection/opened-connections.js";
import type { Organization } from "../people/organization/organization.js";
import { hashToken } from "../platform/crypto/tokens.js";
import { Failure } from "../platform/errors/failure.js";
import { beginAttempt, enterStep, type Attempt, type AttemptStep } from "./attempt/attempt.js";
import { beginFlow, type StartRequest } from "./begin-flow.js";
import { complete } from "./complete.js";
import type { Desk, Visitor } from "./desk.js";
import { findConnection, requireActive, requireBinding, type FoundConnection } from "./find-connection.js";
import { issueBrowserToken } from "./flow/browser-tokens.js";
import { findFlow, findPostedFlow, recallFlowGoal, type FlowNotes } from "./flow/keep-flow.js";
import { isAlreadyIn } from "./is-already-in.js";
import type { PostedForm } from "./read-form.js";
import { LONGEST_IN_FORM, readParameters } from "./read-parameters.js";
import { answerRefusal, recordRefusal, sayFailure, type SignInRefused } from "./record-refusal.js";
import { resolveReturnTo } from "./return-to.js";
import { keepTicket, recallTicketGoal, takeTicket } from "./ticket/keep-ticket.js";
import { describePerson, verifyPost, verifyReturn } from "./verify.js";

/** The browser goes on to the provider, with the cookie that binds it to the flow. */
export interface SentToProvider {
  readonly kind: "sent-to-provider";
  readonly location: string;
  /** The cookie's new value. */
  readonly browserTokens: string;
}

/** A posted message was verified; the browser fetches its sign-in with a request that has its cookies. */
export interface SentToTicket {
  readonly kind: "sent-to-ticket";
  readonly location: string;
}

/** The person is in. */
export interface SignedIn {
  readonly kind: "signed-in";
  readonly location: string;
  readonly sessionToken: string;
  readonly expiresAt: Date;
}

/** The person is in, by this very sign-in: the browser fetches its end once more. Nothing happens. */
export interface AlreadyIn {
  readonly kind: "already-in";
  readonly location: string;
}

/** An answer as it came in: a query, unchecked. */
export interface AnswerRequest {
  readonly connectionId: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A posted message as it came in. */
export interface PostedRequest {
  readonly connectionId: string;
  readonly form: PostedForm;
}

/** Begins a sign-in. */
export async function start(
  desk: Desk,
  visitor: Visitor,
  request: StartRequest,
): Promise<SentToProvider | SignInRefused> {
  return await onTheLine(desk, visitor, request.connectionId, async ({ found: { connection }, enter, wish }) => {
    const attempt = enter("START");
    wish(resolveReturnTo(request.returnTo, desk.returnRules));
    requireActive(desk, connection);
    const opened = await desk.open(connection);
    const { token, cookie } = await issueBrowserToken(desk, visitor.browserTokens);
    const location = await beginFlow(desk, opened, request, token, attempt.steps);
    return { kind: "sent-to-provider", location, browserTokens: cookie };
  });
}

/** Ends a sign-in whose answer came back by redirect. */
export async function finishReturn(
  desk: Desk,
  visitor: Visitor,
  request: AnswerRequest,
): Promise<SignedIn | AlreadyIn | SignInRefused> {
  return await onTheLine(desk, visitor, request.connectionId, async (line) => {
    const { connection } = line.found;
    line.enter("RETURN");
    requireBinding(desk, connection, "redirect");
    const parameters = readParameters(request.parameters);
    const { state = "" } = parameters;
    if (await isAlreadyIn(desk, visitor, connection, state))
      return goOn(line.found.organization, await recallFlowGoal(desk, state));
    const flow = await findFlow(desk, connection, state, visitor.browserTokens);
    line.resume(flow);
    requireActive(desk, connection);
    const opened = await desk.open(connection);
    line.enter("VERIFY");
    const { verified } = await verifyReturn(opened, flow, parameters);
    return await admit(desk, visitor, line, opened, { ...flow, verified, flowHash: hashToken(state) });
  });
}

/** Verifies a message that a browser posted across sites, without its cookies. */
export async function receivePost(
  desk: Desk,
  visitor: Visitor,
  request: PostedRequest,
): Promise<SentToTicket | SignInRefused> {
  return await onTheLine(desk, visitor, request.connectionId, async (line) => {
    const { connection } = line.found;
    line.enter("RETURN");
    requireBinding(desk, connection, "post");
    if (request.form instanceof Failure) throw request.form;
    const parameters = readParameters(request.form, LONGEST_IN_FORM);
    requireActive(desk, connection);
    const opened = await desk.open(connection);
    line.enter("VERIFY");
    const { flow, verification } = await verifyPost(opened, parameters, async (requestId) => {
      const found = await findPostedFlow(desk, connection, requestId);
      line.wish(found?.returnTo ?? null);
      return found;
    });
    const { steps } = line.resume(flow);
    const ticket = await keepTicket(desk, connection, flow, verification, steps);
    return {
      kind: "sent-to-ticket",
      location: `/sso/${connection.id}/acs?${new URLSearchParams({ ticket }).toString()}`,
    };
  });
}

/** Ends a sign-in whose message was posted, for the browser that began it. */
export async function finishTicket(
  desk: Desk,
  visitor: Visitor,
  request: AnswerRequest,
): Promise<SignedIn | AlreadyIn | SignInRefused> {
  return await onTheLine(desk, visitor, request.connectionId, async (line) => {
    const { connection } = line.found;
    requireBinding(desk, connection, "post");
    const { ticket = "" } = readParameters(request.parameters);
    if (await isAlreadyIn(desk, visitor, connection, ticket))
      return goOn(line.found.organization, await recallTicketGoal(desk, ticket));
    const taken = await takeTicket(desk, connection, ticket, visitor.browserTokens);
    line.resume(taken);
    requireActive(desk, connection);
    const opened = await desk.open(connection);
    return await admit(desk, visitor, line, opened, { ...taken, flowHash: hashToken(ticket) });
  });
}

/** What is known of a verified person before the last steps. */
interface VerifiedPerson {
  readonly verified: unknown;
  readonly returnTo: string | null;
  readonly trustVersion: number;
  /** Of the state or ticket by which the browser came. */
  readonly flowHash: string;
}

/** The last steps, which every binding shares. */
async function admit(
  desk: Desk,
  visitor: Visitor,
  line: Line,
  opened: OpenedConnection,
  person: VerifiedPerson,
): Promise<SignedIn | SignInRefused> {
  const { connection, organization } = line.found;
  line.enter("NORMALIZE");
  const profile = await describePerson(opened, person.verified);
  const attempt = line.recognise(profile);
  const completed = await complete(desk, {
    attempt,
    arrival: { organizationId: organization.id, connectionId: connection.id, profile },
    trustVersion: person.trustVersion,
    flowHash: person.flowHash,
    visitor,
  });
  if (completed.kind === "refuse")
    return answerRefusal({ ...line.found, returnTo: person.returnTo }, attempt, sayFailure(completed.failure));
  return {
    kind: "signed-in",
    location: goalOf(completed.organization, person.returnTo),
    sessionToken: completed.sessionToken,
    expiresAt: completed.session.expiresAt,
  };
}

/** Where a person goes who is in. */
function goalOf({ landingUrl, slug }: Organization, returnTo: string | null): string {
  return returnTo ?? landingUrl ?? `/o/${slug}`;
}

function goOn(organization: Organization, returnTo: string | null): AlreadyIn {
  return { kind: "already-in", location: goalOf(organization, returnTo) };
}

/** Where an attempt is: each step notes itself, so that the record of a refusal ends at the step that refused. */
interface Line {
  readonly found: FoundConnection;
  readonly enter: (step: AttemptStep["step"]) => Attempt;
  /** Puts the steps of an earlier request of the same sign-in before those of this one, and notes its wish. */
  readonly resume: (notes: FlowNotes) => Attempt;
  /** Notes where the person wants to go, once that is allowed: a refusal leads back to a sign-in that goes there. */
  readonly wish: (returnTo: string | null) => void;
  /** Notes who was verified, and enters the last step. */
  readonly recognise: (profile: NonNullable<Attempt["profile"]>) => Attempt;
}

/** Runs a line for a connection; what ends it early becomes a recorded refusal. */
async function onTheLine<Outcome>(
  desk: Desk,
  visitor: Visitor,
  connectionId: string,
  run: (line: Line) => Promise<Outcome>,
): Promise<Outcome | SignInRefused> {
  const found = await findConnection(desk, connectionId);
  let attempt = beginAttempt({
    reference: desk.reference(),
    organizationId: found.organization.id,
    connectionId: found.connection.id,
    client: visitor.client,
  });
  let returnTo: string | null = null;
  const line: Line = {
    found,
    enter: (step) => (attempt = enterStep(attempt, step, desk.clock())),
    resume: (notes) => {
      ({ returnTo } = notes);
      return (attempt = { ...attempt, steps: [...notes.steps, ...attempt.steps] });
    },
    wish: (allowed) => (returnTo = allowed),
    recognise: (profile) => (attempt = enterStep({ ...attempt, profile }, "COMPLETE", desk.clock())),
  };
  try {
    return await run(line);
  } catch (error) {
    return await recordRefusal(desk, { ...found, returnTo }, attempt, error);
  }
}
