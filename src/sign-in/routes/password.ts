/** The pages on which a person signs in by e-mail address and password, asks for a link, and sets a new password. */
import type { Request, Response, Router } from "express";
import { findOrganizationBySlug } from "../../people/organization/organization.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import { Failure } from "../../platform/errors/failure.js";
import { foldCase } from "../../platform/text.js";
import { html, sendPage } from "../../platform/http/pages.js";
import { sendForgotPage, sendLinkSentPage, sendNewPasswordPage } from "../pages/new-password-page.js";
import { FORM_TOKEN_FIELD } from "../pages/form-field.js";
import { sendPasswordPage } from "../pages/password-form.js";
import { signInByPasskey } from "../factor/sign-in-by-passkey.js";
import { findResetLink, requestPasswordLink, resetPassword } from "../password/reset-password.js";
import { findWaiting, setNewPassword } from "../password/set-new-password.js";
import { signInByPassword } from "../password/sign-in-by-password.js";
import { readForm } from "../read-form.js";
import { resolveReturnTo } from "../return-to.js";
import {
  forgotUrl,
  LONGEST_ADDRESS,
  newPasswordUrl,
  organizationUrl,
  passwordUrl,
  readLoginHint,
  readStartParameters,
} from "../urls.js";
import { answerRequest, readBrowser } from "./answer-request.js";
import { hasFormToken, issueFormToken } from "./form-token.js";
import { isCrossOriginPost } from "./is-cross-origin-post.js";
import type { SignInRouteOptions } from "./options.js";
import { issueFormParts } from "./password-form-parts.js";

const TOO_OLD = "Your password is right, but it has reached the age at which your organization wants a new one.";

export function addPasswordRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/o/:slug/password", atOrganization(options, showForm));
  router.post("/o/:slug/password", atOrganization(options, handlePassword));
  router.post("/o/:slug/passkey", atOrganization(options, handlePasskey));
  router.get("/o/:slug/password/new", atOrganization(options, handleNewPassword));
  router.post("/o/:slug/password/new", atOrganization(options, handleNewPassword));
  router.get("/o/:slug/forgot", atOrganization(options, handleForgot));
  router.post("/o/:slug/forgot", atOrganization(options, handleForgot));
  router.get("/reset/:token", (request, response) => handleReset(options, request, response));
  router.post("/reset/:token", (request, response) => handleReset(options, request, response));
}

/** Handles a request at an address of an organization. */
type Handle = (
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
) => Promise<void> | void;

/**
 * Finds the organization that an address names, and calls `handle` with it. Redirects an unknown short name to the page
 * that asks for the organization, and a different spelling to the right one.
 */
export function atOrganization(options: SignInRouteOptions, handle: Handle) {
  return async (request: Request, response: Response): Promise<void> => {
    const { services, limits } = options;
    await limits.lookups.require(request);
    const slug = String(request.params["slug"]);
    const organization = await findOrganizationBySlug(services.store.reader, slug.toLowerCase());
    if (organization === null) response.redirect(303, organizationUrl({ slug: encodeURIComponent(slug) }));
    else if (organization.slug === slug || request.method === "POST")
      await handle(options, request, response, organization);
    else {
      const { pathname, search } = new URL(request.originalUrl, "http://usher.invalid");
      const rest = pathname.split("/").slice(3).join("/");
      response.redirect(303, `${organizationUrl(organization)}/${rest}${search}`);
    }
  };
}

async function showForm(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
): Promise<void> {
  const parameters = readStartParameters(request.query);
  sendPasswordPage(response, 200, {
    organization,
    returnTo: parameters.get("returnTo"),
    managesFactors: request.query["factors"] !== undefined,
    login: readLoginHint(parameters.get("login_hint")) ?? "",
    ...(await issueFormParts(options, request, response, organization)),
    problem: null,
  });
}

/** Returns a field of a posted form; an empty text if the field is missing or repeated. */
export type ReadField = (name: string) => string;

/**
 * Reads a form that a page of Usher sent, in this browser. Otherwise responds with a link to the page, and returns
 * `null`. That response sets no cookie: if it did, a foreign page could make useless the forms that the browser has
 * open.
 */
export async function readOurForm(
  { services, cookies }: SignInRouteOptions,
  request: Request,
  response: Response,
  page: string,
): Promise<ReadField | null> {
  const form = await readForm(request, response);
  if (form instanceof Failure) throw form;
  const isForeign = isCrossOriginPost(request, [new URL(services.returnRules.publicUrl).origin]);
  if (!isForeign && hasFormToken(cookies.form, request, form))
    return (name) => (typeof form[name] === "string" ? form[name] : "");
  sendPage(response, 403, {
    title: "Please try again",
    body: html`<p class="error" role="alert">
        This form has expired, or another page sent it. Nothing has happened yet.
      </p>
      <p><a class="button" href="${page}">Open the page again</a></p>`,
  });
  return null;
}

async function handlePassword(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
): Promise<void> {
  const { services, limits } = options;
  await limits.refusals.require(request);
  const text = await readOurForm(options, request, response, passwordUrl(organization));
  if (text === null) return;
  const login = text("login");
  await limits.passwords.use(request);
  await limits.passwordsOfAccount.useOf(`${organization.id} ${foldCase(login.trim()).slice(0, LONGEST_ADDRESS)}`);
  const returnTo = resolveReturnTo(text("returnTo"), services.returnRules);
  await answerRequest(options, request, response, (browser) =>
    signInByPassword(services, browser, {
      organization,
      login,
      returnTo,
      password: text("password"),
      managesFactors: text("factors") !== "",
    }),
  );
}

async function handlePasskey(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
): Promise<void> {
  const { services, limits } = options;
  await limits.refusals.require(request);
  const text = await readOurForm(options, request, response, passwordUrl(organization));
  if (text === null) return;
  await limits.passwords.use(request);
  await answerRequest(options, request, response, (browser) =>
    signInByPasskey(services, browser, {
      organization,
      challenge: { formToken: text(FORM_TOKEN_FIELD), issuedAt: text("issuedAt") },
      response: text("passkey"),
      returnTo: resolveReturnTo(text("returnTo"), services.returnRules),
    }),
  );
}

/** The page of a sign-in that waits for a new password, and the post of its form. */
async function handleNewPassword(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
): Promise<void> {
  const { services, limits, cookies } = options;
  const waiting = await findWaiting(services, organization, cookies.pending.read(request), "NEW_PASSWORD");
  if (waiting === null) {
    response.redirect(303, passwordUrl(organization));
    return;
  }
  const showPage = (status: number, problem: string | null) =>
    sendNewPasswordPage(response, status, {
      organization,
      user: waiting.user,
      formToken: issueFormToken(cookies.form, request, response),
      reason: TOO_OLD,
      problem,
    });
  if (request.method !== "POST") {
    showPage(200, null);
    return;
  }
  const text = await readOurForm(options, request, response, newPasswordUrl(organization));
  if (text === null) return;
  await limits.passwords.use(request);
  const browser = readBrowser(options, request);
  const outcome = await setNewPassword(services, browser, organization, waiting, text("password"));
  if (outcome.kind === "new-password-refused") showPage(400, outcome.problem);
  else if (outcome.kind === "nothing-waits") response.redirect(303, passwordUrl(organization));
  else {
    cookies.pending.clear(response);
    await answerRequest(options, request, response, async () => outcome);
  }
}

/** The page that a mailed link opens, and the post of its form. */
async function handleReset(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, limits, cookies } = options;
  await limits.refusals.require(request);
  await answerRequest(options, request, response, async (browser) => {
    const token = String(request.params["token"]);
    const link = await findResetLink(services, browser, token).catch(async (error: unknown) => {
      await limits.refusals.note(request);
      throw error;
    });
    if (link.kind === "refused") return link;
    const { organization, user } = link;
    const showPage = (status: number, problem: string | null) => {
      const formToken = issueFormToken(cookies.form, request, response);
      sendNewPasswordPage(response, status, { organization, user, formToken, reason: null, problem });
      return { kind: "answered" } as const;
    };
    if (request.method !== "POST") return showPage(200, null);
    const text = await readOurForm(options, request, response, request.path);
    if (text === null) return { kind: "answered" };
    await limits.passwords.use(request);
    const outcome = await resetPassword(services, browser, link, text("password"));
    return outcome.kind === "new-password-refused" ? showPage(400, outcome.problem) : outcome;
  });
}

/** The page on which a person asks for a link, and the post of its form. */
async function handleForgot(
  options: SignInRouteOptions,
  request: Request,
  response: Response,
  organization: Organization,
): Promise<void> {
  const { services, limits, cookies } = options;
  if (request.method !== "POST") {
    const login = readLoginHint(readStartParameters(request.query).get("login_hint")) ?? "";
    sendForgotPage(response, { organization, login, formToken: issueFormToken(cookies.form, request, response) });
    return;
  }
  const text = await readOurForm(options, request, response, forgotUrl(organization));
  if (text === null) return;
  await limits.passwordLinks.use(request);
  await requestPasswordLink(services, organization.id, text("login"));
  sendLinkSentPage(response, organization);
}
