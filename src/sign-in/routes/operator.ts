/** The pages on which operators sign in, set a password with a one-time link, and show or change their second factors. */
import type { Request, Response, Router } from "express";
import { requireFactor } from "../../people/factor/factor.js";
import { operatorHolder } from "../../people/factor/holder.js";
import { passkeySiteOf } from "../../people/factor/passkeys.js";
import { findOperator } from "../../people/operator/operator.repository.js";
import { Failure, INVALID_INPUT } from "../../platform/errors/failure.js";
import { clientAddress } from "../../platform/http/client-address.js";
import { foldCase } from "../../platform/text.js";
import type { OperatorCompleted } from "../operator-sign-in/complete-operator-sign-in.js";
import {
  changeOperatorFactors,
  findWaitingOperator,
  finishOperatorFactors,
  showOperatorFactor,
  type WaitingOperator,
} from "../operator-sign-in/operator-factors.js";
import { showOperatorLink, signInOperator, useOperatorLink } from "../operator-sign-in/sign-in-operator.js";
import { operatorPlace, type FactorsPage } from "../pages/factor-pages.js";
import {
  sendOperatorLinkGone,
  sendOperatorLinkPage,
  sendOperatorPage,
  sendOperatorSignInPage,
} from "../pages/operator-pages.js";
import type { NothingWaits } from "../password/set-new-password.js";
import { readForm } from "../read-form.js";
import { LONGEST_ADDRESS, OPERATOR_FACTOR_URL, OPERATOR_FACTORS_URL, OPERATOR_URL } from "../urls.js";
import { hasFormToken, issueFormToken } from "./form-token.js";
import { isCrossOriginPost } from "./is-cross-origin-post.js";
import type { SignInRouteOptions } from "./options.js";
import { readOurForm } from "./password.js";
import { readChange, readShown, showFactorsPage, showSecondFactorPage, type PageHolder } from "./show-factor-page.js";

const FOREIGN_FORM = "This form has expired, or another page sent it. Please try again.";
const REFUSED =
  "The e-mail address or the password is not correct, or the account is locked for now after wrong passwords.";

export function addOperatorRoutes(router: Router, options: SignInRouteOptions): void {
  router.get(OPERATOR_URL, (request, response) => handlePage(options, request, response));
  router.post(OPERATOR_URL, (request, response) => handleSignIn(options, request, response));
  router.get("/operator/link/:token", (request, response) => handleLink(options, request, response));
  router.post("/operator/link/:token", (request, response) => handleLink(options, request, response));
  router.get(OPERATOR_FACTOR_URL, (request, response) => handleFactor(options, request, response));
  router.post(OPERATOR_FACTOR_URL, (request, response) => handleFactor(options, request, response));
  router.get(OPERATOR_FACTORS_URL, (request, response) => handleFactors(options, request, response));
  router.post(OPERATOR_FACTORS_URL, (request, response) => handleFactors(options, request, response));
}

async function handlePage(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, cookies } = options;
  const caller = await options.callerOf(request);
  const operator =
    caller.kind === "OPERATOR" && caller.operatorId !== undefined
      ? await findOperator(services.store.reader, caller.operatorId)
      : null;
  const managesFactors = request.query["factors"] !== undefined;
  if (operator !== null && !managesFactors) {
    sendOperatorPage(response, operator);
    return;
  }
  const formToken = issueFormToken(cookies.form, request, response);
  sendOperatorSignInPage(response, 200, { login: operator?.email ?? "", managesFactors, formToken, problem: null });
}

async function handleSignIn(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, limits, cookies } = options;
  const form = await readFields(request, response);
  const again = (status: number, problem: string) =>
    sendOperatorSignInPage(response, status, {
      login: form("login").slice(0, LONGEST_ADDRESS),
      managesFactors: form("factors") !== "",
      formToken: issueFormToken(cookies.form, request, response),
      problem,
    });
  if (!form.isOurs(options)) return again(403, FOREIGN_FORM);
  await limits.passwords.use(request);
  await limits.passwordsOfAccount.useOf(`operator ${foldCase(form("login").trim()).slice(0, LONGEST_ADDRESS)}`);
  const completed = await signInOperator(services, readBrowser(options, request), {
    login: form("login"),
    password: form("password"),
    managesFactors: form("factors") !== "",
  });
  if (completed === null) return again(403, REFUSED);
  goOn(options, response, completed);
}

async function handleLink(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, limits, cookies } = options;
  // A guess of a link counts as much against the rate limit as a guess of a password.
  await limits.passwords.use(request);
  const token = String(request.params["token"]);
  const shown = await showOperatorLink(services, token);
  if (shown.kind === "UNKNOWN") return sendOperatorLinkGone(response);
  const form = request.method === "POST" ? await readFields(request, response) : null;
  const again = (status: number, problem: string | null) =>
    sendOperatorLinkPage(response, status, {
      shown,
      email: form?.("email").slice(0, LONGEST_ADDRESS) ?? "",
      fullName: form?.("fullName").slice(0, LONGEST_ADDRESS) ?? "",
      formToken: issueFormToken(cookies.form, request, response),
      problem,
    });
  if (form === null) return again(200, null);
  if (!form.isOurs(options)) return again(403, FOREIGN_FORM);
  const entry = { email: form("email"), fullName: form("fullName"), password: form("password") };
  try {
    const completed = await useOperatorLink(services, readBrowser(options, request), token, entry);
    if (completed === null) return sendOperatorLinkGone(response);
    goOn(options, response, completed);
  } catch (error) {
    const sentence = explain(error);
    if (sentence === null) throw error;
    again(400, sentence);
  }
}

/** The page of a sign-in that waits for a second factor, and the post of its form. */
async function handleFactor(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, limits } = options;
  const waiting = await requireWaiting(options, request, response, "SECOND_FACTOR");
  if (waiting === null) return;
  const showPage = (status: number, problem: string | null) =>
    showSecondFactorPage(options, request, response, pageHolder(options, waiting), {
      status,
      problem: problem === null ? null : { message: problem, reference: null },
    });
  if (request.method !== "POST") return await showPage(200, null);
  const text = await readOurForm(options, request, response, OPERATOR_FACTOR_URL);
  if (text === null) return;
  await limits.passwords.use(request);
  const outcome = await showOperatorFactor(services, readBrowser(options, request), waiting, readShown(text));
  if (outcome.kind === "factor-refused") await showPage(403, outcome.message);
  else goOn(options, response, outcome);
}

/** The page of the operator's factors, and the posts of its forms. */
async function handleFactors(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, limits } = options;
  const waiting = await requireWaiting(options, request, response, "FACTORS");
  if (waiting === null) return;
  const isRequired = requireFactor("OPERATOR", null, false) === "ENROLL";
  const showPage = (content: Pick<FactorsPage, "recoveryCodes" | "problem">) =>
    showFactorsPage(options, request, response, pageHolder(options, waiting), { isRequired, ...content });
  if (request.method !== "POST") return await showPage({ recoveryCodes: null, problem: null });
  const text = await readOurForm(options, request, response, OPERATOR_FACTORS_URL);
  if (text === null) return;
  await limits.passwords.use(request);
  const change = readChange(text);
  const outcome =
    change === null
      ? await finishOperatorFactors(services, readBrowser(options, request), waiting)
      : await changeOperatorFactors(services, waiting, change);
  if (outcome.kind === "factors-changed") await showPage(outcome);
  else goOn(options, response, outcome);
}

/** Leads to the page that the sign-in waits for, to the session, or back to the beginning. */
function goOn({ cookies }: SignInRouteOptions, response: Response, outcome: OperatorCompleted | NothingWaits): void {
  switch (outcome.kind) {
    case "SESSION":
      cookies.pending.clear(response);
      cookies.session.write(response, outcome.token);
      return response.redirect(303, OPERATOR_URL);
    case "SECOND_FACTOR":
      cookies.pending.write(response, outcome.token);
      return response.redirect(303, OPERATOR_FACTOR_URL);
    case "FACTORS":
      cookies.pending.write(response, outcome.token);
      return response.redirect(303, OPERATOR_FACTORS_URL);
    case "nothing-waits":
      return response.redirect(303, OPERATOR_URL);
  }
}

/** The sign-in that waits in this browser. Redirects to the sign-in page and returns `null` if there is none. */
async function requireWaiting(
  { services, cookies }: SignInRouteOptions,
  request: Request,
  response: Response,
  hold: "SECOND_FACTOR" | "FACTORS",
): Promise<WaitingOperator | null> {
  const waiting = await findWaitingOperator(services, cookies.pending.read(request), hold);
  if (waiting === null) response.redirect(303, OPERATOR_URL);
  return waiting;
}

function pageHolder({ services }: SignInRouteOptions, { operator, token }: WaitingOperator): PageHolder {
  const place = operatorPlace(passkeySiteOf(services.returnRules.publicUrl));
  return { place, holder: operatorHolder(operator), person: operator, token };
}

/** A sentence about the fields that a person must correct; `null` for every other error. */
function explain(error: unknown): string | null {
  if (!(error instanceof Failure) || error.code !== INVALID_INPUT.code) return null;
  const { fields } = error.details as {
    readonly fields: readonly { readonly path: string; readonly message: string }[];
  };
  const names: Readonly<Record<string, string>> = { email: "The e-mail address", fullName: "The name" };
  return fields.map(({ path, message }) => `${names[path] ?? "The password"} ${message}.`).join(" ");
}

type Fields = ((name: string) => string) & { readonly isOurs: (options: SignInRouteOptions) => boolean };

/** Reads the posted form. A field that is missing is empty. */
async function readFields(request: Request, response: Response): Promise<Fields> {
  const form = await readForm(request, response);
  if (form instanceof Failure) throw form;
  const field = (name: string) => {
    const value = form[name];
    return typeof value === "string" ? value : "";
  };
  return Object.assign(field, {
    isOurs: ({ services, cookies }: SignInRouteOptions) =>
      !isCrossOriginPost(request, [new URL(services.returnRules.publicUrl).origin]) &&
      hasFormToken(cookies.form, request, form),
  });
}

function readBrowser({ cookies }: SignInRouteOptions, request: Request) {
  return {
    client: { address: clientAddress(request), userAgent: request.get("user-agent") ?? null },
    sessionToken: cookies.session.read(request),
  };
}
