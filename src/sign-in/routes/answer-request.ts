/** Answers a request of a sign-in: runs it, and turns its outcome into a redirect, cookies or a page. */
import type { Request, Response } from "express";
import { Failure } from "../../platform/errors/failure.js";
import { clientAddress } from "../../platform/http/client-address.js";
import { html, sendPage } from "../../platform/http/pages.js";
import { noteError, noteRequest, readNotes } from "../../platform/http/request-notes.js";
import type { Logger } from "../../platform/telemetry/logger.js";
import type { BrowserRequest } from "../browser-request.js";
import type { LinkShown } from "../link/use-link.js";
import type {
  AlreadySignedIn,
  Consented,
  HeldUp,
  PasswordRefused,
  SentToProvider,
  SentToStart,
  SentToTicket,
  SignedIn,
  Tested,
} from "../outcomes.js";
import { sendConsentPage } from "../pages/consent-page.js";
import { sendLinkPage } from "../pages/link-page.js";
import { sendPasswordPage } from "../pages/password-form.js";
import { describeOutcome, sendTestPage } from "../pages/test-page.js";
import { sendRefusal } from "../pages/refusal-page.js";
import type { SignInRefused } from "../record-refusal.js";
import type { SignInRouteOptions } from "./options.js";
import { issueFormParts } from "./password-form-parts.js";
import { hasSignedOut } from "./signed-out-cookie.js";

/** The request was answered already, with a page of its own. */
interface Answered {
  readonly kind: "answered";
}

type Outcome =
  | SentToProvider
  | SentToTicket
  | SentToStart
  | LinkShown
  | SignedIn
  | AlreadySignedIn
  | Tested
  | Consented
  | PasswordRefused
  | HeldUp
  | Answered
  | SignInRefused;

/** Runs a request and answers it. Caches must not keep the response. */
export async function answerRequest(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  run: (browser: BrowserRequest) => Promise<Outcome>,
): Promise<void> {
  response.set("Cache-Control", "no-store");
  try {
    await sendOutcome(options, request, response, await run(readBrowser(options, request)));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // The organization is not known yet, so no attempt was recorded and there is no reference.
    const { message, code } = error;
    noteError(request, code, null);
    const unknown = { message, reference: null, organization: null, connectionId: null, returnTo: null };
    sendRefusal(response, error.status, unknown);
  }
}

/** The browser of a request. */
export function readBrowser({ cookies }: SignInRouteOptions, request: Request): BrowserRequest {
  return {
    client: { address: clientAddress(request), userAgent: request.get("user-agent") ?? null },
    browserTokens: cookies.browser.read(request),
    cameFromPortal: cookies.portal.read(request) !== null,
    sessionToken: cookies.session.read(request),
  };
}

async function sendOutcome(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  outcome: Outcome,
): Promise<void> {
  const { cookies, limits, logger } = options;
  switch (outcome.kind) {
    case "sent-to-provider":
      cookies.browser.write(response, outcome.browserTokens);
      if (outcome.fromPortal) cookies.portal.write(response, "1");
      response.redirect(303, outcome.location);
      return;
    case "sent-to-ticket":
    case "sent-to-start":
      response.redirect(303, outcome.location);
      return;
    case "link-shown":
      sendLinkPage(request, response, outcome);
      return;
    case "signed-in":
      cookies.session.write(response, outcome.sessionToken);
      if (hasSignedOut(cookies.signedOut, request)) cookies.signedOut.clear(response);
      response.redirect(303, outcome.location);
      return;
    case "already-signed-in":
      sendPage(response, 200, {
        title: "You are signed in",
        body: html`<p><a class="button" href="${outcome.location}">Continue</a></p>`,
      });
      return;
    case "tested":
      sendTestPage(response, 200, {
        ...outcome,
        outcome: describeOutcome(outcome.decision),
        code: outcome.decision.code,
      });
      return;
    case "consented":
      sendConsentPage(response, outcome);
      return;
    case "answered":
      return;
    case "held-up":
      cookies.pending.write(response, outcome.pendingToken);
      response.redirect(303, outcome.location);
      return;
    case "password-refused":
      await limits.refusals.note(request);
      noteRequest(request, { organizationId: outcome.organization.id });
      noteError(request, outcome.code, outcome.reference);
      logger.info(readNotes(request), "A sign-in was refused.");
      sendPasswordPage(response, outcome.status, {
        ...outcome,
        ...(await issueFormParts(options, request, response, outcome.organization)),
        problem: outcome,
      });
      return;
    case "refused":
      await limits.refusals.note(request);
      logRefusal(logger, request, outcome);
      if (outcome.attemptKind === "TEST") {
        sendTestPage(response, outcome.status, { ...outcome, outcome: `A sign-in ends here: ${outcome.message}` });
        return;
      }
      sendRefusal(response, outcome.status, outcome);
  }
}

/**
 * Logs a refusal by its code and reference, without the person. An administrator finds the person in the attempt with
 * this reference.
 */
function logRefusal(logger: Logger, request: Request, refused: SignInRefused): void {
  noteRequest(request, { organizationId: refused.organization.id });
  if (refused.attemptedConnectionId !== null) noteRequest(request, { connectionId: refused.attemptedConnectionId });
  noteError(request, refused.code, refused.reference);
  logger.info(readNotes(request), "A sign-in was refused.");
}
