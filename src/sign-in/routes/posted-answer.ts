/**
 * The routes of a posted answer (SAML's HTTP POST binding). A page of the provider posts it, and a second request completes
 * the sign-in in the browser that began it.
 */
import type { Request, Response, Router } from "express";
import { finishTicket, receivePost } from "../pipeline.js";
import { readForm } from "../read-form.js";
import { answerRequest } from "./answer-request.js";
import { exactly } from "./wrong-address.js";
import type { SignInRouteOptions } from "./options.js";

export function addPostedAnswerRoutes(router: Router, options: SignInRouteOptions): void {
  const path = "/sso/:connectionId/acs";
  router.post(
    path,
    exactly((request, response) => handlePost(options, request, response)),
  );
  router.get(
    path,
    exactly((request, response) => handleTicket(options, request, response)),
  );
}

async function handlePost(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  // The rate limit is checked before the form is read, because reading the form is most of the work.
  await options.limits.refusals.require(request);
  const form = await readForm(request, response);
  await answerRequest(options, request, response, (browser) =>
    receivePost(options.services, browser, { connectionId: String(request.params["connectionId"]), form }),
  );
}

async function handleTicket(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  await options.limits.refusals.require(request);
  await answerRequest(options, request, response, (browser) =>
    finishTicket(options.services, browser, {
      connectionId: String(request.params["connectionId"]),
      parameters: request.query,
    }),
  );
}
