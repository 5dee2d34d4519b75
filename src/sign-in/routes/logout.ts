/** The routes of a provider's logout messages, and of the return from a sign-out at the provider. */
import type { Request, Response, Router } from "express";
import { ProtocolRefusal, type LogoutExchange } from "../../connection/contract/index.js";
import { Failure, INTERNAL } from "../../platform/errors/failure.js";
import { html, sendPage } from "../../platform/http/pages.js";
import { noteError, noteRequest, readNotes } from "../../platform/http/request-notes.js";
import { receiveBackChannelLogout, receiveLogout } from "../logout/receive-logout.js";
import { readForm } from "../read-form.js";
import { LONGEST_IN_FORM, readParameters } from "../read-parameters.js";
import { signedOutPage } from "../sign-out.js";
import type { SignInRouteOptions } from "./options.js";

export function addLogoutRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/sso/:connectionId/logout", (request, response) => handleLogout(options, request, response));
  router.post("/sso/:connectionId/logout", (request, response) => handleLogout(options, request, response));
  router.post("/sso/:connectionId/backchannel-logout", (request, response) =>
    handleBackChannel(options, request, response),
  );
}

async function handleLogout(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  response.set("Cache-Control", "no-store");
  await options.limits.logoutRefusals.require(request);
  try {
    const exchange = await readExchange(request, response);
    const outcome = await receiveLogout(options.services, connectionIdOf(request), exchange);
    if (outcome.kind === "answer-provider") {
      response.redirect(303, outcome.location);
      return;
    }
    const page = await signedOutPage(options.services, outcome.organizationId, outcome.onlyHere);
    response.redirect(303, outcome.returnTo ?? page);
  } catch (error) {
    const { status, message, reference } = await refuse(options, request, error);
    const body = html`
      <p class="error" role="alert">${message}</p>
      <p>If a session was open here, it may still be. Reference: <strong class="reference">${reference}</strong></p>
      <p><a href="/sign-out">Sign out here</a></p>
    `;
    sendPage(response, status, { title: "You could not be signed out", body });
  }
}

/**
 * Handles a logout token that the provider's server posts. The response is 200 or 400 and must not be cached (OpenID
 * Connect Back-Channel Logout 1.0, section 2.8).
 */
async function handleBackChannel(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  response.set("Cache-Control", "no-store");
  await options.limits.logoutRefusals.require(request);
  try {
    const { parameters } = await readExchange(request, response);
    await receiveBackChannelLogout(options.services, connectionIdOf(request), parameters);
    response.status(200).end();
  } catch (error) {
    const { code, reference } = await refuse(options, request, error);
    response.status(400).json({ error: "invalid_request", error_description: `${code}. Reference: ${reference}` });
  }
}

async function readExchange(request: Request, response: Response): Promise<LogoutExchange> {
  if (request.method === "GET") {
    const [, rawQuery = ""] = /\?(.*)$/s.exec(request.originalUrl) ?? [];
    return { method: "GET", parameters: readParameters(request.query), rawQuery };
  }
  const form = await readForm(request, response);
  if (form instanceof Failure) throw form;
  return { method: "POST", parameters: readParameters(form, LONGEST_IN_FORM), rawQuery: "" };
}

function connectionIdOf(request: Request): string {
  return String(request.params["connectionId"]);
}

/** What a refused sender may see. */
interface LogoutRefused {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly reference: string;
}

/**
 * Logs a refused message. The message is not recorded as a sign-in attempt and does not count for the connection's
 * health, because anyone can send one.
 */
async function refuse(
  { services, limits, logger }: SignInRouteOptions,
  request: Request,
  error: unknown,
): Promise<LogoutRefused> {
  await limits.logoutRefusals.note(request);
  const reference = services.reference();
  const { detail, ...refused } = explain(error);
  if (refused.code === INTERNAL.code) services.logDefect(error, reference);
  noteError(request, refused.code, reference);
  noteRequest(request, { connectionId: connectionIdOf(request).slice(0, 36) });
  logger.info({ ...readNotes(request), detail }, "A logout message was refused.");
  return { ...refused, reference };
}

function explain(error: unknown): Omit<LogoutRefused, "reference"> & { readonly detail: string | null } {
  if (error instanceof ProtocolRefusal)
    return { code: error.code, status: 400, message: "The sign-out message could not be used.", detail: error.detail };
  if (error instanceof Failure) {
    const { code, status, message } = error;
    const { detail = null } = error.details as { detail?: string | null };
    return { code, status, message, detail };
  }
  return { code: INTERNAL.code, status: INTERNAL.status, message: String(INTERNAL.message), detail: null };
}
