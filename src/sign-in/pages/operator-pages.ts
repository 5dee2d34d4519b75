/** The pages of operators: signing in, setting a password with a one-time link, and where they land. */
import type { Response } from "express";
import type { Operator } from "../../people/operator/operator.js";
import { html, sendPage, type Html } from "../../platform/http/pages.js";
import type { OperatorLinkShown } from "../operator-sign-in/sign-in-operator.js";
import { OPERATOR_URL } from "../urls.js";
import { formTokenField } from "./form-field.js";

/** What every form of these pages shows. */
interface OperatorForm {
  readonly formToken: string;
  /** Why the last try was refused; `null` before the first one. */
  readonly problem: string | null;
}

/** Sends the page with the form for address and password. */
export function sendOperatorSignInPage(
  response: Response,
  status: number,
  { login, managesFactors, ...form }: OperatorForm & { readonly login: string; readonly managesFactors: boolean },
): void {
  sendPage(response, status, {
    title: "Sign in as an operator",
    body: html`${managesFactors && html`<p>Sign in first. Then you see your second factors, and can change them.</p>`}
      <form method="post" action="${OPERATOR_URL}">
        ${begin(form)} ${managesFactors && html`<input type="hidden" name="factors" value="1" />`}
        <label for="login">E-mail address</label>
        <input
          id="login"
          name="login"
          value="${login}"
          autocomplete="username"
          inputmode="email"
          required
          maxlength="254"
        />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required />
        <button type="submit">Sign in</button>
      </form>
      ${!managesFactors && html`<p><a href="${OPERATOR_URL}?factors=1">Change second factors</a></p>`}`,
  });
}

/** Sends the page of a one-time link. */
export function sendOperatorLinkPage(
  response: Response,
  status: number,
  {
    shown,
    email,
    fullName,
    ...form
  }: OperatorForm & {
    readonly shown: Exclude<OperatorLinkShown, { kind: "UNKNOWN" }>;
    readonly email: string;
    readonly fullName: string;
  },
): void {
  const isFirst = shown.kind === "FIRST";
  sendPage(response, status, {
    title: isFirst ? "Make the first operator's account" : "Set your password as an operator",
    body: html`<form method="post">
      ${begin(form)}
      ${
        isFirst
          ? html`<label for="email">E-mail address</label>
              <input
                id="email"
                name="email"
                value="${email}"
                autocomplete="username"
                inputmode="email"
                required
                maxlength="254"
              />
              <label for="fullName">Name</label>
              <input id="fullName" name="fullName" value="${fullName}" autocomplete="name" required maxlength="200" />`
          : html`<p>For <strong>${shown.email}</strong></p>
              <input type="hidden" name="username" value="${shown.email}" autocomplete="username" />`
      }
      <label for="password">New password, at least 15 characters</label>
      <input id="password" name="password" type="password" autocomplete="new-password" required />
      <button type="submit">Set the password</button>
    </form>`,
  });
}

/** Sends the page of a link that does not work. */
export function sendOperatorLinkGone(response: Response): void {
  sendPage(response, 410, {
    title: "This link no longer works",
    body: html`<p>It was used, has expired, or a later one has replaced it. Ask another operator for a new one.</p>
      <p><a href="${OPERATOR_URL}">Sign in as an operator</a></p>`,
  });
}

/** Sends the page on which a signed-in operator lands. */
export function sendOperatorPage(response: Response, { fullName, email }: Operator): void {
  sendPage(response, 200, {
    title: fullName,
    body: html`<p>You are signed in as an operator, ${email}. The session ends after two hours.</p>
      <p><a href="/graphql">Explore the GraphQL API</a></p>
      <p><a href="${OPERATOR_URL}?factors=1">Change second factors</a></p>
      <form method="post" action="/sign-out"><button type="submit" class="quiet">Sign out</button></form>`,
  });
}

function begin({ formToken, problem }: OperatorForm): Html {
  return html`${problem === null ? "" : html`<div id="problem" class="error" role="alert"><p>${problem}</p></div>`}
  ${formTokenField(formToken)}`;
}
