/** The routes of a sign-in by redirect: its start, and the return from the provider. */
import type { Request, Response, Router } from "express";
import { Failure } from "../../platform/errors/failure.js";
import { finishReturn, start } from "../pipeline.js";
import { readForm } from "../read-form.js";
import { CHOOSE_ACCOUNT, readLoginHint } from "../urls.js";
import { answerRequest } from "./answer-request.js";
import { exactly } from "./wrong-address.js";
import type { SignInRouteOptions } from "./options.js";
import { hasSignedOut } from "./signed-out-cookie.js";
import { addressOfPostedStart } from "./posted-start.js";

export function addStartAndReturnRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/sso/:connectionId/start", (request, response) => handleStart(options, request, response));
  router.post(
    "/sso/:connectionId/start",
    exactly((request, response) => handlePostedStart(options, request, response)),
  );
  router.get(
    "/sso/:connectionId/callback",
    exactly((request, response) => handleReturn(options, request, response)),
  );
}

async function handleStart(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  await options.limits.starts.use(request);
  await answerRequest(options, request, response, (browser) =>
    start(options.services, browser, {
      connectionId: String(request.params["connectionId"]),
      test: request.query["test"],
      fromPortal: request.query["portal"] !== undefined,
      ...readStartQuery(options, request),
    }),
  );
}

/**
 * A third party may start a sign-in by posting its parameters. A post from another site carries no cookies, so a
 * sign-in that the post began would replace the browser's other sign-ins under way. Usher redirects to the same address
 * instead, and that request carries the cookies.
 */
async function handlePostedStart(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  await options.limits.starts.use(request);
  const form = await readForm(request, response);
  if (form instanceof Failure) await answerRequest(options, request, response, () => Promise.reject(form));
  else response.redirect(303, addressOfPostedStart(request.path, form));
}

/**
 * Reads what the query of a start asks for. After a sign-out in this browser, the person always chooses the account.
 */
export function readStartQuery({ cookies }: SignInRouteOptions, request: Request) {
  const { iss: issuer, login_hint: loginHint, target_link_uri: target, returnTo, prompt } = request.query;
  return {
    returnTo: target ?? returnTo,
    issuer,
    loginHint: readLoginHint(loginHint),
    chooseAccount: prompt === CHOOSE_ACCOUNT || hasSignedOut(cookies.signedOut, request),
  };
}

async function handleReturn(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  await options.limits.refusals.require(request);
  await answerRequest(options, request, response, (browser) =>
    finishReturn(options.services, browser, {
      connectionId: String(request.params["connectionId"]),
      parameters: request.query,
    }),
  );
}
