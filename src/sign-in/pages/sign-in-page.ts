/** The sign-in page of an organization. */
import type { Response } from "express";
import type { Organization } from "../../people/organization/organization.js";
import { html, sendPage, type Html } from "../../platform/http/pages.js";
import { allowScript } from "./passkey-form.js";
import { passwordForm, type PasswordForm } from "./password-form.js";
import { helpSentence } from "./refusal-page.js";

/** A way to sign in, as a button. */
export interface SignInButton {
  readonly label: string;
  readonly href: string;
}

export const SIGNED_OUT = "You are signed out.";
export const SIGNED_OUT_ONLY_HERE =
  "You are signed out here. At your company's sign-in service, you may still be signed in.";

/** The buttons of a page. */
export function signInButtons(buttons: readonly SignInButton[]): Html {
  return html`<nav aria-label="Ways to sign in">
    ${buttons.map(({ label, href }) => html`<a class="button" href="${href}">${label}</a>`)}
  </nav>`;
}

/**
 * Sends a page with the buttons and, if `form` is not `null`, the password form. Without both, the page says whom to
 * ask for help.
 */
export function sendSignInPage(
  response: Response,
  organization: Organization,
  buttons: readonly SignInButton[],
  form: PasswordForm | null,
  notice: string | null,
): void {
  if (form !== null && form.passkey !== null) allowScript(response);
  const body = html`
    ${notice === null ? "" : html`<p role="status" class="notice">${notice}</p>`}
    ${buttons.length > 0 && signInButtons(buttons)}
    ${form !== null && buttons.length > 0 && html`<h2>Or with a password</h2>`} ${form !== null && passwordForm(form)}
    ${buttons.length === 0 && form === null && html`<p>Single sign-on is not set up here, or is switched off.</p>`}
    ${buttons.length === 0 && html`<p>${helpSentence(organization)}</p>`}
  `;
  sendPage(response, 200, { title: `Sign in to ${organization.name}`, body });
}
