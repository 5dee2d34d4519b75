/** The page of an organization: the account of a person who is signed in, or the ways to sign in. */
import type { Request, Response, Router } from "express";
import { readInstallation } from "../../people/installation/installation.js";
import { findOrganizationBySlug } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { findConnectionOfExpired } from "../../people/session/session.repository.js";
import { hashToken } from "../../platform/crypto/tokens.js";
import { findUsableConnections } from "../find-usable-connections.js";
import { findAppButtons } from "../operator-app/app-buttons.js";
import { sendAccountPage } from "../pages/account-page.js";
import { NO_SUCH_ORGANIZATION, sendOrganizationPrompt } from "../pages/organization-prompt.js";
import { SIGNED_OUT, SIGNED_OUT_ONLY_HERE, sendSignInPage } from "../pages/sign-in-page.js";
import { resolveReturnTo } from "../return-to.js";
import { organizationUrl, readLoginHint, readStartParameters, startUrl } from "../urls.js";
import type { SignInRouteOptions } from "./options.js";
import { issueFormParts } from "./password-form-parts.js";

export function addOrganizationPageRoute(router: Router, options: SignInRouteOptions): void {
  router.get("/o/:slug", (request, response) => handleOrganization(options, request, response));
}

async function handleOrganization(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, limits } = options;
  await limits.lookups.require(request);
  const slug = String(request.params["slug"]);
  const organization = await findOrganizationBySlug(services.store.reader, slug.toLowerCase());
  if (organization === null) {
    await limits.lookups.note(request);
    const parameters = readStartParameters(request.query);
    const buttons = await findAppButtons(services, parameters);
    sendOrganizationPrompt(response, {
      entered: slug,
      problem: NO_SUCH_ORGANIZATION,
      returnTo: parameters.get("returnTo"),
      buttons,
      offersSso: (await readInstallation(services.store.reader)).ssoAllowed,
    });
    return;
  }
  if (organization.slug !== slug) {
    // Leads every spelling of the short name to one address, because cookies and the browser's history depend on the
    // spelling.
    const { search } = new URL(request.originalUrl, "http://usher.invalid");
    response.redirect(303, `${organizationUrl(organization)}${search}`);
    return;
  }
  const caller = await options.callerOf(request);
  if (caller.kind !== "PERSON" || caller.organizationId !== organization.id) {
    await offerSignIn(options, request, response, organization);
    return;
  }
  const returnTo = resolveReturnTo(request.query["returnTo"], services.returnRules);
  if (returnTo === null) await sendAccountPage(response, services.store.reader, organization, caller);
  else response.redirect(303, returnTo);
}

/**
 * Shows a button for each connection. If the browser's session has expired, Usher starts a sign-in through the
 * connection that gave the session; it leads back to this page. Under `ssoEnforcement: REQUIRED`, a sign-in through the
 * only connection starts at once.
 */
async function offerSignIn(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
): Promise<void> {
  const { services } = options;
  const connections = await findUsableConnections(services, organization);
  const parameters = readStartParameters(request.query);
  const signedOut = request.query["signed-out"];
  const stay = request.query["stay"] !== undefined || signedOut !== undefined;
  const expired = stay ? null : await findExpired(options, request, organization);
  if (expired !== null && connections.some(({ id }) => id === expired)) {
    if (resolveReturnTo(parameters.get("returnTo"), services.returnRules) === null)
      parameters.set("returnTo", organizationUrl(organization));
    response.redirect(303, startUrl(expired, parameters));
    return;
  }
  const [only, another] = connections;
  if (only && !another && organization.policies.ssoEnforcement === "REQUIRED" && !stay) {
    response.redirect(303, startUrl(only.id, parameters));
    return;
  }
  const buttons = connections.map(({ id, displayName, buttonLabel }) => ({
    label: buttonLabel ?? `Sign in to ${displayName}`,
    href: startUrl(id, parameters),
  }));
  const notice = signedOut === undefined ? null : signedOut === "here" ? SIGNED_OUT_ONLY_HERE : SIGNED_OUT;
  const form =
    organization.policies.ssoEnforcement === "REQUIRED"
      ? null
      : {
          organization,
          returnTo: parameters.get("returnTo"),
          managesFactors: false,
          login: readLoginHint(parameters.get("login_hint")) ?? "",
          ...(await issueFormParts(options, request, response, organization)),
          problem: null,
        };
  sendSignInPage(response, organization, buttons, form, notice);
}

/** The id of the connection that gave the browser's session; `null` unless that session has expired. */
async function findExpired(
  { services: { store, clock }, cookies }: SignInRouteOptions,
  request: Request,
  organization: Organization,
): Promise<string | null> {
  const sessionToken = cookies.session.read(request);
  if (sessionToken === null) return null;
  return await findConnectionOfExpired(store.reader, hashToken(sessionToken), organization.id, clock());
}
