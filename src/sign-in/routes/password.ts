/** The page on which a person signs in by e-mail address and password, and the post of its form. */
import type { Request, Response, Router } from "express";
import { findOrganizationBySlug } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { Failure } from "../../platform/errors/failure.js";
import { foldCase } from "../../platform/text.js";
import { sendPasswordPage } from "../pages/password-form.js";
import { signInByPassword } from "../password/sign-in-by-password.js";
import { readForm } from "../read-form.js";
import { resolveReturnTo } from "../return-to.js";
import { LONGEST_ADDRESS, organizationUrl, passwordUrl, readLoginHint, readStartParameters } from "../urls.js";
import { answerRequest } from "./answer-request.js";
import { hasFormToken, issueFormToken } from "./form-token.js";
import { isCrossOriginPost } from "./is-cross-origin-post.js";
import type { SignInRouteOptions } from "./options.js";

const FOREIGN_FORM = "This form has expired, or another page sent it. Please try again.";

export function addPasswordRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/o/:slug/password", (request, response) => handlePage(options, request, response));
  router.post("/o/:slug/password", (request, response) => handlePassword(options, request, response));
}

async function handlePage(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const organization = await requireOrganization(options, request, response);
  if (organization === null) return;
  const parameters = readStartParameters(request.query);
  sendPasswordPage(response, 200, {
    organization,
    returnTo: parameters.get("returnTo"),
    login: readLoginHint(parameters.get("login_hint")) ?? "",
    formToken: issueFormToken(options.cookies.form, request, response),
    problem: null,
  });
}

async function handlePassword(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, limits, cookies } = options;
  await limits.refusals.require(request);
  const organization = await requireOrganization(options, request, response);
  if (organization === null) return;
  const form = await readForm(request, response);
  if (form instanceof Failure) throw form;
  const text = (name: string) => (typeof form[name] === "string" ? form[name] : "");
  const login = text("login");
  const isOurs =
    !isCrossOriginPost(request, [new URL(services.returnRules.publicUrl).origin]) &&
    hasFormToken(cookies.form, request, form);
  if (!isOurs) {
    sendPasswordPage(response, 403, {
      organization,
      returnTo: text("returnTo") || null,
      login: "",
      formToken: issueFormToken(cookies.form, request, response),
      problem: { message: FOREIGN_FORM, reference: null },
    });
    return;
  }
  await limits.passwords.use(request);
  await limits.passwordsOfAccount.useOf(`${organization.id} ${foldCase(login.trim()).slice(0, LONGEST_ADDRESS)}`);
  const returnTo = resolveReturnTo(text("returnTo"), services.returnRules);
  await answerRequest(options, request, response, (browser) =>
    signInByPassword(services, browser, { organization, login, password: text("password"), returnTo }),
  );
}

/**
 * The organization that the address names. Redirects and returns `null` for an unknown short name (to the organization's
 * page, which shows the prompt) and for another spelling of the name.
 */
async function requireOrganization(
  { services, limits }: SignInRouteOptions,
  request: Request,
  response: Response,
): Promise<Organization | null> {
  await limits.lookups.require(request);
  const slug = String(request.params["slug"]);
  const organization = await findOrganizationBySlug(services.store.reader, slug.toLowerCase());
  if (organization === null) {
    response.redirect(303, organizationUrl({ slug: encodeURIComponent(slug) }));
    return null;
  }
  if (organization.slug === slug || request.method === "POST") return organization;
  const { search } = new URL(request.originalUrl, "http://usher.invalid");
  response.redirect(303, `${passwordUrl(organization)}${search}`);
  return null;
}
