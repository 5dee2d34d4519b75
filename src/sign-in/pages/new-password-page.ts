/** The pages about forgotten and new passwords. */
import type { Response } from "express";
import type { Organization } from "../../people/organization/organization.js";
import type { User } from "../../people/user/user.js";
import { html, sendPage, type Html } from "../../platform/http/pages.js";
import { forgotUrl, passwordUrl } from "../urls.js";
import { formTokenField } from "./form-field.js";
import { loginField } from "./password-form.js";
import { helpSentence } from "./refusal-page.js";

/** The content of the form for a new password. */
export interface NewPasswordForm {
  readonly organization: Organization;
  readonly user: User;
  readonly formToken: string;
  /** Why a new password is needed; `null` if the person asked for it. */
  readonly reason: string | null;
  /** Why the last try was refused; `null` before the first one. */
  readonly problem: string | null;
  /** The page's title, if it is not about a new password. */
  readonly title?: string;
}

/** Sends the form. The form posts to the page's own address, so that the HTML does not repeat a link. */
export function sendNewPasswordPage(response: Response, status: number, form: NewPasswordForm): void {
  const { organization, user, formToken, reason, problem, title = titleOf(organization) } = form;
  const { shortestLength } = organization.policies.passwordRules;
  const body = html`
    ${reason !== null && html`<p>${reason}</p>`}
    <form method="post">
      ${problem !== null && html`<p id="problem" class="error" role="alert">${problem}</p>`}
      ${formTokenField(formToken)}
      <label for="login">E-mail address</label>
      <input id="login" name="login" value="${user.email}" autocomplete="username" readonly />
      <label for="password">New password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="new-password"
        required
        minlength="${shortestLength}"
        aria-describedby="${problem === null ? "rules" : "problem rules"}"
        ${problem !== null && html`aria-invalid="true"`}
      />
      <p id="rules" class="quiet-text">
        At least ${shortestLength} characters. Several words are easy to remember and hard to guess. All characters are
        allowed.
      </p>
      <button type="submit">Set the password and sign in</button>
    </form>
    <p>${helpSentence(organization)}</p>
  `;
  sendPage(response, status, { title, body });
}

/** Sends the form with which a person asks for a link. */
export function sendForgotPage(
  response: Response,
  form: { readonly organization: Organization; readonly login: string; readonly formToken: string },
): void {
  const { organization, login, formToken } = form;
  const body = html`
    <form method="post" action="${forgotUrl(organization)}">
      ${formTokenField(formToken)} ${loginField(login)}
      <button type="submit">Send a link</button>
    </form>
    ${backLink(organization)}
  `;
  sendPage(response, 200, { title: titleOf(organization), body });
}

/**
 * Sends the page that says that a link was sent. It is the same for every address, whether or not an account has the
 * address.
 */
export function sendLinkSentPage(response: Response, organization: Organization): void {
  const body = html`
    <p role="status" class="notice">
      If this address belongs to an account that signs in here with a password, a mail with a link is on its way.
    </p>
    <p>No mail? ${helpSentence(organization)}</p>
    ${backLink(organization)}
  `;
  sendPage(response, 200, { title: titleOf(organization), body });
}

function backLink(organization: Organization): Html {
  return html`<p><a href="${passwordUrl(organization)}">Back to the sign-in page</a></p>`;
}

function titleOf({ name }: Organization): string {
  return `New password for ${name}`;
}
