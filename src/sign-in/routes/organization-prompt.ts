/**
 * The page that asks for the organization: by its short name, or by an e-mail address of a domain that the organization
 * has proved.
 */
import type { Request, Response, Router } from "express";
import { domainOf } from "../../people/domain/domain.js";
import { findOrganizationByDomain } from "../../people/domain/domain.repository.js";
import { findOrganization, findOrganizationBySlug } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import type { Reader } from "../../platform/database/database.js";
import { readInstallation } from "../../people/installation/installation.js";
import { findUsableConnections } from "../find-usable-connections.js";
import type { SignInServices } from "../services.js";
import { findAppButtons } from "../operator-app/app-buttons.js";
import {
  CONTINUE_WITH,
  NO_SUCH_DOMAIN,
  NO_SUCH_ORGANIZATION,
  sendOrganizationPrompt,
} from "../pages/organization-prompt.js";
import { LONGEST_ADDRESS, organizationUrl, passwordUrl, readStartParameters, startUrl } from "../urls.js";
import type { SignInRouteOptions } from "./options.js";

export function addOrganizationPromptRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/", (_request, response) => response.redirect(303, "/sign-in"));
  router.get("/sign-in", (request, response) => handlePrompt(options, request, response));
}

async function handlePrompt(
  { services, limits }: SignInRouteOptions,
  request: Request,
  response: Response,
): Promise<void> {
  await limits.lookups.require(request);
  const { organization: entered } = request.query;
  const text = typeof entered === "string" ? entered.trim() : "";
  const isAddress = text.includes("@");
  const organization = text === "" ? null : await findEntered(services.store.reader, text, isAddress);
  const parameters = readStartParameters(request.query);
  if (organization !== null) {
    if (isAddress) parameters.set("login_hint", text);
    response.redirect(303, await findNextPage(services, organization, request.query["with"], parameters));
    return;
  }
  if (text !== "") await limits.lookups.note(request);
  const buttons = await findAppButtons(services, parameters);
  const problem = isAddress ? NO_SUCH_DOMAIN : NO_SUCH_ORGANIZATION;
  sendOrganizationPrompt(response, {
    entered: text,
    problem: text === "" ? null : problem,
    returnTo: parameters.get("returnTo"),
    buttons,
    offersSso: (await readInstallation(services.store.reader)).ssoAllowed,
  });
}

/**
 * Where the pressed button leads: to the password form, to the provider if single sign-on has only one connection, or
 * to the organization's page.
 */
async function findNextPage(
  services: SignInServices,
  organization: Organization,
  pressed: unknown,
  parameters: URLSearchParams,
): Promise<string> {
  if (pressed === CONTINUE_WITH.password) return passwordUrl(organization, parameters);
  const connections = pressed === CONTINUE_WITH.sso ? await findUsableConnections(services, organization) : [];
  const [only, another] = connections;
  return only && !another ? startUrl(only.id, parameters) : organizationUrl(organization, parameters);
}

/**
 * Finds the organization that a person entered. Of an e-mail address, looks up only the domain, so that the response
 * does not show whether an account exists.
 */
async function findEntered(reader: Reader, text: string, isAddress: boolean): Promise<Organization | null> {
  if (!isAddress) return await findOrganizationBySlug(reader, text.toLowerCase());
  if (text.length > LONGEST_ADDRESS) return null;
  const organizationId = await findOrganizationByDomain(reader, domainOf(text));
  return organizationId === null ? null : await findOrganization(reader, null, organizationId);
}
