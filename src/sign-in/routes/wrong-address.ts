/**
 * The route of every address below `/sso/` that no other route of Usher has. A provider sends people there if an
 * administrator mistyped the redirect URL or the ACS URL. A page explains the mistake, and the recorded attempt names
 * the right address.
 */
import type { Request, RequestHandler, Response, Router } from "express";
import { refuseAddress } from "../refuse-address.js";
import { answerRequest } from "./answer-request.js";
import type { SignInRouteOptions } from "./options.js";

/**
 * Calls `handle`, unless the path ends with a slash; then passes the request on to the next route. Express ignores that
 * slash, but providers and SAML do not.
 */
export function exactly(handle: (request: Request, response: Response) => Promise<void>): RequestHandler {
  return (request, response, next) => (request.path.endsWith("/") ? next() : handle(request, response));
}

export function addWrongAddressRoute(router: Router, options: SignInRouteOptions): void {
  const handle: RequestHandler = (request, response) => handleWrongAddress(options, request, response);
  router.route("/sso/:connectionId{/*rest}").get(handle).post(handle);
}

async function handleWrongAddress(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  await options.limits.refusals.require(request);
  await answerRequest(options, request, response, (browser) =>
    refuseAddress(options.services, browser, {
      connectionId: String(request.params["connectionId"]),
      path: request.path,
      method: request.method,
    }),
  );
}
