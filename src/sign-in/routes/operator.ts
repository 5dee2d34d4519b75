/** The pages on which operators sign in, and set a password with a one-time link. */
import type { Request, Response, Router } from "express";
import { findOperator } from "../../people/operator/operator.repository.js";
import { Failure, INVALID_INPUT } from "../../platform/errors/failure.js";
import { clientAddress } from "../../platform/http/client-address.js";
import { foldCase } from "../../platform/text.js";
import { showOperatorLink, signInOperator, useOperatorLink } from "../operator-sign-in/sign-in-operator.js";
import {
  sendOperatorLinkGone,
  sendOperatorLinkPage,
  sendOperatorPage,
  sendOperatorSignInPage,
} from "../pages/operator-pages.js";
import { readForm } from "../read-form.js";
import { LONGEST_ADDRESS } from "../urls.js";
import { hasFormToken, issueFormToken } from "./form-token.js";
import { isCrossOriginPost } from "./is-cross-origin-post.js";
import type { SignInRouteOptions } from "./options.js";

const FOREIGN_FORM = "This form has expired, or another page sent it. Please try again.";
const REFUSED =
  "The e-mail address or the password is not correct, or the account is locked for now after wrong passwords.";

export function addOperatorRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/operator", (request, response) => handlePage(options, request, response));
  router.post("/operator", (request, response) => handleSignIn(options, request, response));
  router.get("/operator/link/:token", (request, response) => handleLink(options, request, response));
  router.post("/operator/link/:token", (request, response) => handleLink(options, request, response));
}

async function handlePage(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, cookies } = options;
  const caller = await options.callerOf(request);
  const operator =
    caller.kind === "OPERATOR" && caller.operatorId !== undefined
      ? await findOperator(services.store.reader, caller.operatorId)
      : null;
  if (operator !== null) {
    sendOperatorPage(response, operator);
    return;
  }
  const formToken = issueFormToken(cookies.form, request, response);
  sendOperatorSignInPage(response, 200, { login: "", formToken, problem: null });
}

async function handleSignIn(options: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const { services, limits, cookies } = options;
  const form = await readFields(request, response);
  const again = (status: number, problem: string) =>
    sendOperatorSignInPage(response, status, {
      login: form("login").slice(0, LONGEST_ADDRESS),
      formToken: issueFormToken(cookies.form, request, response),
      problem,
    });
  if (!form.isOurs(options)) return again(403, FOREIGN_FORM);
  await limits.passwords.use(request);
  await limits.passwordsOfAccount.useOf(`operator ${foldCase(form("login").trim()).slice(0, LONGEST_ADDRESS)}`);
  const token = await signInOperator(services, readBrowser(options, request), {
    login: form("login"),
    password: form("password"),
  });
  if (token === null) return again(403, REFUSED);
  cookies.session.write(response, token);
  response.redirect(303, "/operator");
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
    const session = await useOperatorLink(services, readBrowser(options, request), token, entry);
    if (session === null) return sendOperatorLinkGone(response);
    cookies.session.write(response, session);
    response.redirect(303, "/operator");
  } catch (error) {
    const sentence = explain(error);
    if (sentence === null) throw error;
    again(400, sentence);
  }
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
