/** The browser's door: translates HTTP into the line of a sign-in, and what comes out of it into redirects and pages. */
import express, { type Request, type Response, type Router } from "express";
import type { Caller } from "../access/caller.js";
import type { Store } from "../access/store.js";
import { findActiveConnections } from "../connection/stored/connection.repository.js";
import { domainOf } from "../people/domain/domain.js";
import { findOrganizationByDomain } from "../people/domain/domain.repository.js";
import { readInstallation } from "../people/installation/installation.js";
import { findOrganization, findOrganizationBySlug } from "../people/organization/organization.repository.js";
import type { Organization } from "../people/organization/organization.js";
import { readAccount } from "../people/user/read-account.js";
import type { Reader } from "../platform/database/database.js";
import { Failure, NOT_FOUND } from "../platform/errors/failure.js";
import { clientAddress } from "../platform/http/client-address.js";
import type { Cookie } from "../platform/http/cookies.js";
import { sendPage } from "../platform/http/pages.js";
import { isCausedElsewhere } from "./caused-elsewhere.js";
import type { Visitor } from "./desk.js";
import type { SignInLimits } from "./limits.js";
import { showLink, useLink, type LinkShown } from "./link/use-link.js";
import { LONGEST_RETURN_URL, resolveReturnTo } from "./return-to.js";
import { accountPage } from "./pages/account-page.js";
import { alreadyInPage } from "./pages/already-in-page.js";
import { linkPage } from "./pages/link-page.js";
import { askForHelp, refusalPage } from "./pages/refusal-page.js";
import { organizationPrompt, signInPage } from "./pages/sign-in-page.js";
import {
  finishReturn,
  finishTicket,
  receivePost,
  start,
  type AlreadyIn,
  type SentToProvider,
  type SentToTicket,
  type SignedIn,
} from "./pipeline.js";
import { readForm } from "./read-form.js";
import { addSignOutRoutes, type SignOutDoor } from "./sign-out-routes.js";
import { hasSignedOut } from "./signed-out.js";
import type { SignInRefused } from "./record-refusal.js";

/** What the door needs of HTTP, handed in by the composition root. */
export interface SignInDoor extends SignOutDoor {
  readonly cookies: SignOutDoor["cookies"] & {
    /** Binds a browser to the flows that it began, by a token for each; it proves nothing else. */
    readonly browser: Cookie;
  };
  readonly callerOf: (request: Request) => Promise<Caller>;
  readonly limits: SignInLimits;
  /** The metadata document of a connection; `null` when there is no such connection, or its type has none. */
  readonly describe: (connectionId: string) => Promise<{ readonly contentType: string; readonly body: string } | null>;
}

const LONGEST_ADDRESS = 254;
/** Asks a start to let the person choose the account, in the word of OpenID Connect Core 1.0, section 3.1.2.1. */
const CHOOSE_ACCOUNT = "select_account";
const NO_SUCH_ORGANIZATION = "There is no organization with this short name. Check the spelling, or ask a colleague.";
const NO_SUCH_DOMAIN =
  "No organization is found by addresses of this domain. Enter the short name of your organization, or ask a colleague.";

/** The routes of signing in and out. */
export function createSignInRouter(door: SignInDoor): Router {
  const router = express.Router();
  router.get("/sso/:connectionId/start", (request, response) => handleStart(door, request, response));
  router.get("/sso/:connectionId/callback", (request, response) => handleReturn(door, request, response));
  router.post("/sso/:connectionId/acs", (request, response) => handlePost(door, request, response));
  router.get("/sso/:connectionId/acs", (request, response) => handleTicket(door, request, response));
  router.get("/sso/:connectionId/metadata", (request, response) => handleMetadata(door, request, response));
  router.get("/", (_request, response) => response.redirect(303, "/sign-in"));
  router.get("/sign-in/link/:token", (request, response) => handleLink(door, request, response));
  router.post("/sign-in/link/:token", (request, response) => handleLinkUse(door, request, response));
  router.get("/sign-in", (request, response) => handlePrompt(door, request, response));
  router.get("/o/:slug", (request, response) => handleOrganization(door, request, response));
  addSignOutRoutes(router, door);
  return router;
}

function visitorOf({ cookies }: SignInDoor, request: Request): Visitor {
  return {
    client: { address: clientAddress(request), userAgent: request.get("user-agent") ?? null },
    browserTokens: cookies.browser.read(request),
    sessionToken: cookies.session.read(request),
  };
}

async function handleStart(door: SignInDoor, request: Request, response: Response): Promise<void> {
  const { login_hint: loginHint, returnTo, prompt } = request.query;
  await door.limits.starts.use(request);
  await answer(door, request, response, () =>
    start(door.desk, visitorOf(door, request), {
      connectionId: String(request.params["connectionId"]),
      returnTo,
      loginHint: typeof loginHint === "string" && loginHint.length <= 254 ? loginHint : null,
      chooseAccount: prompt === CHOOSE_ACCOUNT || hasSignedOut(door.cookies.signedOut, request),
    }),
  );
}

async function handleReturn(door: SignInDoor, request: Request, response: Response): Promise<void> {
  await door.limits.refusals.require(request);
  await answer(door, request, response, () =>
    finishReturn(door.desk, visitorOf(door, request), {
      connectionId: String(request.params["connectionId"]),
      parameters: request.query,
    }),
  );
}

async function handlePost(door: SignInDoor, request: Request, response: Response): Promise<void> {
  // Asked before the form is read, which is the larger part of the work.
  await door.limits.refusals.require(request);
  const form = await readForm(request, response);
  await answer(door, request, response, () =>
    receivePost(door.desk, visitorOf(door, request), { connectionId: String(request.params["connectionId"]), form }),
  );
}

async function handleTicket(door: SignInDoor, request: Request, response: Response): Promise<void> {
  await door.limits.refusals.require(request);
  await answer(door, request, response, () =>
    finishTicket(door.desk, visitorOf(door, request), {
      connectionId: String(request.params["connectionId"]),
      parameters: request.query,
    }),
  );
}

/** Uses nothing up, whoever opens it: a person, or a program that looks through mail. */
async function handleLink(door: SignInDoor, request: Request, response: Response): Promise<void> {
  await door.limits.refusals.require(request);
  await answer(door, request, response, () =>
    showLink(door.desk, visitorOf(door, request), String(request.params["token"])),
  );
}

/** A press of the button on our own page. Nobody is signed in to somebody else's account by a stranger's page. */
async function handleLinkUse(door: SignInDoor, request: Request, response: Response): Promise<void> {
  if (isCausedElsewhere(request, [new URL(door.desk.returnRules.publicUrl).origin])) {
    await handleLink(door, request, response);
    return;
  }
  await door.limits.refusals.require(request);
  await answer(door, request, response, () =>
    useLink(door.desk, visitorOf(door, request), String(request.params["token"])),
  );
}

/** The service provider's document, for types that have one; it is public, and known from the draft on. */
async function handleMetadata({ describe }: SignInDoor, request: Request, response: Response): Promise<void> {
  const document = await describe(String(request.params["connectionId"]));
  if (document === null) throw new Failure(NOT_FOUND, { type: "metadata document" });
  response.type(document.contentType).send(document.body);
}

/** Carries out what a line of sign-in came to. Nothing of it may be kept by a cache. */
async function answer(
  door: SignInDoor,
  request: Request,
  response: Response,
  line: () => Promise<SentToProvider | SentToTicket | LinkShown | SignedIn | AlreadyIn | SignInRefused>,
): Promise<void> {
  response.set("Cache-Control", "no-store");
  const outcome = await runLine(line);
  switch (outcome.kind) {
    case "sent-to-provider":
      door.cookies.browser.write(response, outcome.browserTokens);
      response.redirect(303, outcome.location);
      return;
    case "sent-to-ticket":
      response.redirect(303, outcome.location);
      return;
    case "link-shown":
      sendLink(request, response, outcome);
      return;
    case "signed-in":
      door.cookies.session.write(response, outcome.sessionToken);
      if (hasSignedOut(door.cookies.signedOut, request)) door.cookies.signedOut.clear(response);
      response.redirect(303, outcome.location);
      return;
    case "already-in":
      sendPage(response, 200, { title: "You are signed in", body: alreadyInPage(outcome.location) });
      return;
    case "refused":
      await door.limits.refusals.note(request);
      sendRefusal(response, outcome.status, outcome);
      return;
    case "unknown":
      sendRefusal(response, outcome.failure.status, {
        message: outcome.failure.message,
        reference: null,
        organization: null,
        connectionId: null,
        returnTo: null,
      });
  }
}

function sendLink(request: Request, response: Response, { organization, user }: LinkShown): void {
  // The page was asked for, or another page posted: then nothing has happened, and the person is asked.
  const causedElsewhere = request.method === "POST";
  sendPage(response, causedElsewhere ? 403 : 200, {
    title: `Sign in to ${organization.name}`,
    body: linkPage({ ...user, causedElsewhere }),
  });
}

/** What happens before an organization is known has no attempt and no reference. */
async function runLine<Outcome>(
  line: () => Promise<Outcome>,
): Promise<Outcome | { readonly kind: "unknown"; readonly failure: Failure }> {
  try {
    return await line();
  } catch (error) {
    if (error instanceof Failure) return { kind: "unknown", failure: error };
    throw error;
  }
}

function sendRefusal(
  response: Response,
  status: number,
  refusal: {
    readonly message: string;
    readonly reference: string | null;
    readonly organization: Organization | null;
    readonly connectionId: string | null;
    readonly returnTo: string | null;
  },
): void {
  const { message, reference, organization, connectionId, returnTo } = refusal;
  const wish = returnTo === null ? "" : `&${new URLSearchParams({ returnTo }).toString()}`;
  sendPage(response, status, {
    title: "You could not be signed in",
    body: refusalPage({
      message,
      reference,
      organizationName: organization?.name ?? null,
      supportContact: organization?.supportContact ?? null,
      anotherAccountUrl: connectionId && `/sso/${connectionId}/start?prompt=${CHOOSE_ACCOUNT}${wish}`,
      retryUrl: organization === null ? "/sign-in" : pageOf(organization, `?stay${wish}`),
    }),
  });
}

function pageOf({ slug }: Organization, query = ""): string {
  return `/o/${slug}${query}`;
}

async function handlePrompt({ desk, limits }: SignInDoor, request: Request, response: Response): Promise<void> {
  await limits.lookups.require(request);
  const { organization: entered } = request.query;
  const text = typeof entered === "string" ? entered.trim() : "";
  const isAddress = text.includes("@");
  const organization = text === "" ? null : await findEntered(desk.store.reader, text, isAddress);
  if (organization !== null) {
    const wishes = readWishes(request);
    if (isAddress) wishes.set("login_hint", text);
    response.redirect(303, pageOf(organization, queryOf(wishes)));
    return;
  }
  if (text !== "") await limits.lookups.note(request);
  const problem = isAddress ? NO_SUCH_DOMAIN : NO_SUCH_ORGANIZATION;
  sendPrompt(request, response, text, text === "" ? null : problem);
}

/** Of an address, its domain alone is looked at: no answer depends on whether there is such an account. */
async function findEntered(reader: Reader, text: string, isAddress: boolean): Promise<Organization | null> {
  if (!isAddress) return await findOrganizationBySlug(reader, text.toLowerCase());
  if (text.length > LONGEST_ADDRESS) return null;
  const organizationId = await findOrganizationByDomain(reader, domainOf(text));
  return organizationId === null ? null : await findOrganization(reader, null, organizationId);
}

function sendPrompt(request: Request, response: Response, entered: string, problem: string | null): void {
  sendPage(response, problem === null ? 200 : 404, {
    title: "Sign in",
    body: organizationPrompt(entered.slice(0, LONGEST_ADDRESS), problem, readWishes(request).get("returnTo")),
  });
}

/** The organization's own page: who you are when signed in, else how to sign in. */
async function handleOrganization(door: SignInDoor, request: Request, response: Response): Promise<void> {
  const { desk } = door;
  await door.limits.lookups.require(request);
  const slug = String(request.params["slug"]);
  const organization = await findOrganizationBySlug(desk.store.reader, slug.toLowerCase());
  if (organization === null) {
    await door.limits.lookups.note(request);
    sendPrompt(request, response, slug, NO_SUCH_ORGANIZATION);
    return;
  }
  if (organization.slug !== slug) {
    // Cookies and what is remembered belong to one address.
    response.redirect(303, pageOf(organization, new URL(request.originalUrl, "http://usher.invalid").search));
    return;
  }
  const caller = await door.callerOf(request);
  if (caller.kind === "PERSON" && caller.organizationId === organization.id) {
    const returnTo = resolveReturnTo(request.query["returnTo"], desk.returnRules);
    if (returnTo !== null) {
      response.redirect(303, returnTo);
      return;
    }
    await sendAccount(response, desk.store, organization, caller);
    return;
  }
  const connections = (await isSsoUsable(desk.store.reader, organization))
    ? (await findActiveConnections(desk.store.reader, organization.id)).filter(
        ({ type }) => desk.registry.find(type) !== null,
      )
    : [];
  const [only, another] = connections;
  const stay = request.query["stay"] !== undefined || request.query["signed-out"] !== undefined;
  if (only && !another && organization.policies.ssoEnforcement === "REQUIRED" && !stay) {
    response.redirect(303, startUrl(only.id, request));
    return;
  }
  const buttons = connections.map(({ id, displayName }) => ({
    label: `Sign in to ${displayName}`,
    href: startUrl(id, request),
  }));
  const signedOut = request.query["signed-out"] !== undefined;
  const help = askForHelp(organization.name, organization.supportContact);
  sendPage(response, 200, { title: `Sign in to ${organization.name}`, body: signInPage(buttons, signedOut, help) });
}

/** A button that can only lead to a refusal is not shown. */
async function isSsoUsable(reader: Reader, organization: Organization): Promise<boolean> {
  const { ssoAllowed, ssoEntitled, policies } = organization;
  if (!ssoAllowed || !ssoEntitled || policies.ssoEnforcement === "OFF") return false;
  return (await readInstallation(reader)).ssoAllowed;
}

/** Where a sign-in begins, with the wish to return and the address that was entered. */
function startUrl(connectionId: string, request: Request): string {
  return `/sso/${connectionId}/start${queryOf(readWishes(request))}`;
}

const WISHES = [
  ["returnTo", LONGEST_RETURN_URL],
  ["login_hint", LONGEST_ADDRESS],
] as const;

/**
 * The wish to return and the address that was entered, as they came: both are checked when the sign-in begins. A page
 * repeats them at every button, so one that the start would not take is left out.
 */
function readWishes(request: Request): URLSearchParams {
  const wishes = new URLSearchParams();
  for (const [name, longest] of WISHES) {
    const value = request.query[name];
    if (typeof value === "string" && value.length <= longest) wishes.set(name, value);
  }
  return wishes;
}

function queryOf(wishes: URLSearchParams): string {
  return wishes.size === 0 ? "" : `?${wishes.toString()}`;
}

async function sendAccount(
  response: Response,
  { reader }: Store,
  organization: Organization,
  caller: Extract<Caller, { kind: "PERSON" }>,
): Promise<void> {
  const account = await readAccount(reader, organization.id, caller.userId);
  if (account === null) throw new Error(`the session ${caller.sessionId} is of nobody in its organization`);
  const { user, roles } = account;
  sendPage(response, 200, {
    title: user.fullName,
    body: accountPage({
      organizationName: organization.name,
      email: user.email,
      roleNames: roles.map((role) => role.name),
      explorerUrl: caller.permissions.has("ORGANIZATION_WRITE") ? "/graphql" : null,
    }),
  });
}
