/** The first request of a consent: sends the customer's administrator to the provider. */
import { beginFlow } from "../begin-flow.js";
import type { BrowserRequest } from "../browser-request.js";
import { requireUsable } from "../find-connection.js";
import { issueBrowserToken } from "../flow/browser-tokens.js";
import { keepFlow, type ConsentNotes, type FlowNotes } from "../flow/keep-flow.js";
import { openApp, requireApp } from "../operator-app/require-app.js";
import type { SentToProvider } from "../outcomes.js";
import type { SignInRefused } from "../record-refusal.js";
import { runAttempt, type AttemptProgress } from "../run-attempt.js";
import type { SignInServices } from "../services.js";
import { requireConsentToken } from "./consent-token.js";

/** What the address of a consent holds, unchecked. */
export interface ConsentRequest {
  readonly connectionId: string;
  readonly token: unknown;
}

/** Begins a consent: at the provider's page for administrators, or with a sign-in if the provider has none. */
export async function beginConsent(
  services: SignInServices,
  browser: BrowserRequest,
  { connectionId, token }: ConsentRequest,
): Promise<SentToProvider | SignInRefused> {
  return await runAttempt(services, browser, connectionId, async (progress) => {
    const { connection } = progress.found;
    progress.becomeConsent();
    const { steps } = progress.beginStep("START");
    requireConsentToken(services.keyRing, connection, token, services.clock());
    requireUsable(services, connection, "CONSENT");
    const { app } = requireApp(services, connection.type);
    if (app.adminConsent === undefined) return await beginSignIn(services, browser, progress, null);
    const { token: browserToken, cookie } = await issueBrowserToken(services, browser.browserTokens);
    const notes = consentNotes(steps, { stage: "PAGE" });
    const state = await keepFlow(services, connection, browserToken, { requestId: null, secrets: {} }, notes);
    const location = app.adminConsent.url(services.appRuntime(connection.type), state);
    return { kind: "sent-to-provider", location, browserTokens: cookie };
  });
}

/**
 * Begins the sign-in after the consent. This sign-in verifies which tenant the administrator belongs to.
 *
 * @param named the tenant that the provider's page named, unverified; `null` if it named none
 */
export async function beginSignIn(
  services: SignInServices,
  browser: BrowserRequest,
  { found: { connection }, attempt }: AttemptProgress,
  named: string | null,
): Promise<SentToProvider> {
  const strategy = await openApp(services, connection.type);
  const { token, cookie } = await issueBrowserToken(services, browser.browserTokens);
  const notes = consentNotes(attempt().steps, { stage: "SIGN_IN", named });
  const hints = { loginHint: null, chooseAccount: false };
  const location = await beginFlow(services, { connection, strategy }, hints, token, notes);
  return { kind: "sent-to-provider", location, browserTokens: cookie };
}

function consentNotes(steps: FlowNotes["steps"], consent: ConsentNotes): FlowNotes {
  return { returnTo: null, steps, testReference: null, consent };
}
