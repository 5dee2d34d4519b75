/** The page that a one-time sign-in link opens, and the post of its button. */
import type { Request, Response, Router } from "express";
import { showLink, useLink } from "../link/use-link.js";
import { answerRequest } from "./answer-request.js";
import { isCrossOriginPost } from "./is-cross-origin-post.js";
import type { SignInRouteOptions } from "./options.js";

export function addOneTimeLinkRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/sign-in/link/:token", (request, response) => handleLink(options, request, response));
  router.post("/sign-in/link/:token", (request, response) => handleLinkUse(options, request, response));
}

/**
 * Shows which user the link would sign in. Does not consume the link, because programs that scan mail open every
 * address.
 */
async function handleLink(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  await options.limits.refusals.require(request);
  await answerRequest(options, request, response, (browser) =>
    showLink(options.services, browser, String(request.params["token"])),
  );
}

/**
 * Uses the link after a post from Usher's own page. To a post from a foreign page, Usher responds with its own page:
 * otherwise, the foreign page could sign a person in to another account.
 */
async function handleLinkUse(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  if (isCrossOriginPost(request, [new URL(options.services.returnRules.publicUrl).origin])) {
    await handleLink(options, request, response);
    return;
  }
  await options.limits.refusals.require(request);
  await answerRequest(options, request, response, (browser) =>
    useLink(options.services, browser, String(request.params["token"])),
  );
}
