/** The browser's way out: translates HTTP into signing out, here and at the provider. */
import type { Request, Response, Router } from "express";
import { findConnection } from "../connection/stored/connection.repository.js";
import type { Cookie } from "../platform/http/cookies.js";
import { sendPage, type Html } from "../platform/http/pages.js";
import { isCausedElsewhere } from "./caused-elsewhere.js";
import type { Desk } from "./desk.js";
import { signOutAskedElsewherePage, signOutPage } from "./pages/sign-out-page.js";
import { resolveReturnTo } from "./return-to.js";
import { signedOutPage, signOut } from "./sign-out.js";
import { recallReturnTo, rememberSignOut } from "./signed-out.js";

/** What signing out needs of HTTP. */
export interface SignOutDoor {
  readonly desk: Desk;
  readonly cookies: {
    readonly session: Cookie;
    /** Remembers a sign-out until the next sign-in. */
    readonly signedOut: Cookie;
  };
  /** Origins whose pages may sign a person out: our own, and those of the product's frontends. */
  readonly allowedOrigins: readonly string[];
}

/** Adds the routes of signing out. */
export function addSignOutRoutes(router: Router, door: SignOutDoor): void {
  router.get("/sign-out", (request, response) => ask(response, 200, signOutPage(actionOf(door, request))));
  router.post("/sign-out", (request, response) => handleSignOut(door, request, response));
  router.get("/sso/:connectionId/logout", (request, response) => handleSignedOut(door, request, response));
}

function ask(response: Response, status: number, body: Html): void {
  sendPage(response, status, { title: "Sign out?", body });
}

/** Where a person goes who signed out, if the allow-list has it. */
function wishOf({ desk }: SignOutDoor, request: Request): string | null {
  return resolveReturnTo(request.query["returnTo"], desk.returnRules);
}

function actionOf(door: SignOutDoor, request: Request): string {
  const returnTo = wishOf(door, request);
  return returnTo === null ? "/sign-out" : `/sign-out?${new URLSearchParams({ returnTo }).toString()}`;
}

/**
 * Ends the session. Nobody else can sign a person out: a post that a page of a stranger's origin caused is asked about, even
 * without the cookie, which `SameSite=Lax` keeps back from other sites; its answer would still clear it.
 */
async function handleSignOut(door: SignOutDoor, request: Request, response: Response): Promise<void> {
  const { desk, cookies } = door;
  const sessionToken = cookies.session.read(request);
  // A page of an allowed origin signs out at once, if it is of this site: then the browser sends the cookie along.
  const trusted = sessionToken === null ? [new URL(desk.returnRules.publicUrl).origin] : door.allowedOrigins;
  if (isCausedElsewhere(request, trusted)) {
    ask(response, 403, signOutAskedElsewherePage(actionOf(door, request)));
    return;
  }
  const returnTo = wishOf(door, request);
  const location = await signOut(desk, sessionToken, returnTo);
  cookies.session.clear(response);
  rememberSignOut(cookies.signedOut, response, returnTo);
  response.redirect(303, location);
}

/** Where a provider sends a browser on that was signed out there. */
async function handleSignedOut({ desk, cookies }: SignOutDoor, request: Request, response: Response): Promise<void> {
  const connection = await findConnection(desk.store.reader, null, String(request.params["connectionId"]));
  const returnTo = recallReturnTo(cookies.signedOut, request, desk.returnRules);
  if (returnTo !== null) rememberSignOut(cookies.signedOut, response, null);
  response.redirect(
    303,
    returnTo ?? (connection === null ? "/sign-in" : await signedOutPage(desk, connection.organizationId)),
  );
}
