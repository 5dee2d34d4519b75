/**
 * The routes of the operator's apps. The operator registers one app at a provider for all customers. The routes are the start by
 * a shared button, such as "Sign in with Microsoft", the app's only callback, and the consent of a customer's administrator.
 */
import type { Request, Response, Router } from "express";
import { beginConsent } from "../consent/begin-consent.js";
import { finishAppReturn, startWithApp } from "../operator-app/app-sign-in.js";
import { answerRequest } from "./answer-request.js";
import type { SignInRouteOptions } from "./options.js";
import { readStartQuery } from "./start-and-return.js";

/** Adds the routes. They must be added before the routes of connections, which match every id. */
export function addOperatorAppRoutes(router: Router, options: SignInRouteOptions): void {
  for (const { id, operatorApp } of options.services.registry.types) {
    if (operatorApp === undefined) continue;
    router.get(`/sso/${id}/start`, (request, response) => handleStart(options, request, response, id));
    router.get(`/sso/${id}/callback`, (request, response) => handleReturn(options, request, response, id));
  }
  router.get("/sso/:connectionId/consent", (request, response) => handleConsent(options, request, response));
}

async function handleStart(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  typeId: string,
): Promise<void> {
  await options.limits.starts.use(request);
  await answerRequest(options, request, response, (browser) =>
    startWithApp(options.services, browser, typeId, readStartQuery(options, request)),
  );
}

async function handleReturn(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  typeId: string,
): Promise<void> {
  await options.limits.refusals.require(request);
  await answerRequest(options, request, response, (browser) =>
    finishAppReturn(options.services, browser, typeId, request.query),
  );
}

async function handleConsent(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  await options.limits.starts.use(request);
  await answerRequest(options, request, response, (browser) =>
    beginConsent(options.services, browser, {
      connectionId: String(request.params["connectionId"]),
      token: request.query["token"],
    }),
  );
}
