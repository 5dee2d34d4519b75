/** The routes by which a person signs out. */
import type { Request, Response, Router } from "express";
import { html, sendPage, type Html } from "../../platform/http/pages.js";
import { resolveReturnTo } from "../return-to.js";
import { signOut } from "../sign-out.js";
import { isCrossOriginPost } from "./is-cross-origin-post.js";
import type { SignInRouteOptions } from "./options.js";
import { rememberSignOut } from "./signed-out-cookie.js";

export function addSignOutRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/sign-out", (request, response) => sendQuestion(response, 200, signOutForm(options, request)));
  router.post("/sign-out", (request, response) => handleSignOut(options, request, response));
}

function sendQuestion(response: Response, status: number, body: Html): void {
  sendPage(response, status, { title: "Sign out?", body });
}

function signOutForm(options: SignInRouteOptions, request: Request): Html {
  const returnTo = readReturnTo(options, request);
  const action = returnTo === null ? "/sign-out" : `/sign-out?${new URLSearchParams({ returnTo }).toString()}`;
  return html`<form method="post" action="${action}"><button type="submit">Sign out</button></form>`;
}

function readReturnTo({ services }: SignInRouteOptions, request: Request): string | null {
  return resolveReturnTo(request.query["returnTo"], services.returnRules);
}

/**
 * Ends the session. A page of a foreign origin cannot sign a person out: Usher responds to its post with a question.
 * Usher asks even if the post has no session cookie: `SameSite=Lax` withholds the cookie from a foreign post, but the
 * response to that post could still clear the cookie.
 */
async function handleSignOut(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, cookies } = options;
  const sessionToken = cookies.session.read(request);
  // A post that carries the session cookie comes from the same site, so pages of all allowed origins may sign out at once.
  // Without the cookie, only Usher's own pages may.
  const trusted = sessionToken === null ? [new URL(services.returnRules.publicUrl).origin] : options.allowedOrigins;
  if (isCrossOriginPost(request, trusted)) {
    const notice = html`<p>Another page asked to sign you out. Nothing has happened yet.</p>`;
    sendQuestion(response, 403, html`${notice} ${signOutForm(options, request)}`);
    return;
  }
  const returnTo = readReturnTo(options, request);
  const location = await signOut(services, sessionToken, returnTo);
  cookies.session.clear(response);
  rememberSignOut(cookies.signedOut, response);
  response.redirect(303, location);
}
