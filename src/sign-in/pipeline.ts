/**
 * The line of a sign-in, and nothing else: each step takes what the one before it gave.
 *
 * ```
 * start    findConnection → open → beginFlow (the strategy redirects)
 * return   findConnection → readParameters → findFlow → open → verifyReturn (uses the flow up) → describePerson → complete
 * ```
 * Wherever the line ends early, `recordRefusal` notes the attempt and answers what the person may see.
 */
import { issueToken } from "../platform/crypto/tokens.js";
import { beginAttempt, enterStep, type Attempt, type AttemptStep } from "./attempt/attempt.js";
import { beginFlow, type StartRequest } from "./begin-flow.js";
import { complete } from "./complete.js";
import type { Desk, Visitor } from "./desk.js";
import { findConnection, requireActive, type FoundConnection } from "./find-connection.js";
import { findFlow } from "./flow/keep-flow.js";
import { readParameters } from "./read-parameters.js";
import { answerRefusal, recordRefusal, sayFailure, type SignInRefused } from "./record-refusal.js";
import { describePerson, verifyReturn } from "./verify.js";

/** The browser goes on to the provider, with the cookie that binds it to the flow. */
export interface SentToProvider {
  readonly kind: "sent-to-provider";
  readonly location: string;
  readonly browserToken: string;
}

/** The person is in. */
export interface SignedIn {
  readonly kind: "signed-in";
  readonly location: string;
  readonly sessionToken: string;
  readonly expiresAt: Date;
}

/** Begins a sign-in. */
export async function start(
  desk: Desk,
  visitor: Visitor,
  request: StartRequest,
): Promise<SentToProvider | SignInRefused> {
  const found = await findConnection(desk, request.connectionId);
  const { connection } = found;
  const attempt = step(desk, newAttempt(desk, visitor, found), "START");
  try {
    requireActive(connection);
    const opened = await desk.open(connection);
    const browserToken = visitor.browserToken ?? issueToken("").token;
    const location = await beginFlow(desk, opened, request, browserToken, attempt.steps);
    return { kind: "sent-to-provider", location, browserToken };
  } catch (error) {
    return await recordRefusal(desk, found, attempt, error);
  }
}

/** Ends a sign-in whose answer came back by redirect. */
export async function finishReturn(
  desk: Desk,
  visitor: Visitor,
  request: { readonly connectionId: string; readonly query: Readonly<Record<string, unknown>> },
): Promise<SignedIn | SignInRefused> {
  const found = await findConnection(desk, request.connectionId);
  const { connection, organization } = found;
  let attempt = step(desk, newAttempt(desk, visitor, found), "RETURN");
  try {
    const parameters = readParameters(request.query);
    const flow = await findFlow(desk, connection, parameters.state, visitor.browserToken);
    attempt = { ...attempt, steps: [...flow.steps, ...attempt.steps] };
    requireActive(connection);
    const opened = await desk.open(connection);
    attempt = step(desk, attempt, "VERIFY");
    const verification = await verifyReturn(opened, flow, parameters);
    attempt = step(desk, attempt, "NORMALIZE");
    const profile = await describePerson(opened, verification);
    attempt = step(desk, { ...attempt, profile }, "COMPLETE");
    const completed = await complete(desk, {
      attempt,
      arrival: { organizationId: organization.id, connectionId: connection.id, profile },
      trustVersion: flow.trustVersion,
      visitor,
    });
    if (completed.kind === "refuse") return answerRefusal(organization, attempt, sayFailure(completed.failure));
    return {
      kind: "signed-in",
      location: flow.returnTo ?? completed.organization.landingUrl ?? `/o/${completed.organization.slug}`,
      sessionToken: completed.sessionToken,
      expiresAt: completed.session.expiresAt,
    };
  } catch (error) {
    return await recordRefusal(desk, found, attempt, error);
  }
}

function newAttempt(desk: Desk, visitor: Visitor, { connection, organization }: FoundConnection): Attempt {
  return beginAttempt({
    reference: desk.reference(),
    organizationId: organization.id,
    connectionId: connection.id,
    client: visitor.client,
  });
}

function step({ clock }: Desk, attempt: Attempt, name: AttemptStep["step"]): Attempt {
  return enterStep(attempt, name, clock());
}
