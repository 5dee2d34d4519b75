/** The form for e-mail address and password, on a page of its own and on the page of an organization. */
import type { Response } from "express";
import type { Organization } from "../../people/organization/organization.js";
import { html, sendPage, type Html } from "../../platform/http/pages.js";
import { LONGEST_ADDRESS, forgotUrl, organizationUrl, passkeyUrl, passwordUrl } from "../urls.js";
import { formTokenField } from "./form-field.js";
import { allowScript, passkeyForm, passkeyScript } from "./passkey-form.js";
import { helpSentence } from "./refusal-page.js";

/** The content of the form. */
export interface PasswordForm {
  readonly organization: Organization;
  /** Where the sign-in should lead, unchecked. */
  readonly returnTo: string | null;
  /** Whether the sign-in leads to the page of the person's second factors. */
  readonly managesFactors: boolean;
  /** The address to fill in, unchecked. */
  readonly login: string;
  /** The value of the field that proves that a page of Usher sent the form. */
  readonly formToken: string;
  /** The challenge for a passkey, and what the browser needs to use one, as JSON; `null` if passkeys alone sign nobody in. */
  readonly passkey: { readonly issuedAt: string; readonly options: string } | null;
  /** Why the last try was refused; `null` before the first one. */
  readonly problem: { readonly message: string; readonly reference: string | null } | null;
}

/** Sends the page with the form alone. */
export function sendPasswordPage(response: Response, status: number, form: PasswordForm): void {
  const { organization, returnTo, managesFactors } = form;
  const parameters = new URLSearchParams({ stay: "", ...(returnTo === null ? {} : { returnTo }) });
  if (form.passkey !== null) allowScript(response);
  const offersFactors = organization.policies.secondFactor !== "OFF" && !managesFactors;
  sendPage(response, status, {
    title: `Sign in to ${organization.name}`,
    body: html`${managesFactors && html`<p>Sign in first. Then you see your second factors, and can change them.</p>`}
      ${passwordForm(form)}
      ${
        offersFactors &&
        html`<p>
          <a href="${passwordUrl(organization, new URLSearchParams({ factors: "1" }))}">Change second factors</a>
        </p>`
      }
      <p><a href="${organizationUrl(organization, parameters)}">Other ways to sign in</a></p>`,
  });
}

/** The form. It works without script, and password managers recognise its fields. */
export function passwordForm({
  organization,
  returnTo,
  managesFactors,
  login,
  formToken,
  passkey,
  problem,
}: PasswordForm): Html {
  return html`
    ${
      passkey !== null &&
      html`${passkeyForm({
        formToken,
        options: passkey.options,
        purpose: "show",
        label: "Sign in with a passkey",
        action: passkeyUrl(organization),
        fields: html`<input type="hidden" name="issuedAt" value="${passkey.issuedAt}" />
          ${returnTo !== null && html`<input type="hidden" name="returnTo" value="${returnTo}" />`}`,
      })}
      ${passkeyScript()}`
    }
    <form method="post" action="${passwordUrl(organization)}">
      ${problem === null ? "" : problemText(organization, problem)} ${formTokenField(formToken)}
      ${returnTo === null ? "" : html`<input type="hidden" name="returnTo" value="${returnTo}" />`}
      ${managesFactors && html`<input type="hidden" name="factors" value="1" />`} ${loginField(login, problem !== null)}
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        ${problem === null ? "" : html`aria-invalid="true" aria-describedby="problem"`}
      />
      <button type="submit">Sign in</button>
    </form>
    <p><a href="${forgotUrl(organization)}">Forgotten the password?</a></p>
  `;
}

/** The field of the address, which password managers recognise. */
export function loginField(login: string, isWrong = false): Html {
  return html`<label for="login">E-mail address</label>
    <input
      id="login"
      name="login"
      value="${login.slice(0, LONGEST_ADDRESS)}"
      autocomplete="username"
      autocapitalize="none"
      spellcheck="false"
      inputmode="email"
      required
      maxlength="${LONGEST_ADDRESS}"
      ${isWrong && html`aria-invalid="true" aria-describedby="problem"`}
    />`;
}

function problemText(organization: Organization, { message, reference }: NonNullable<PasswordForm["problem"]>): Html {
  return html`<div id="problem" class="error" role="alert">
    <p>${message}</p>
    ${
      reference === null
        ? ""
        : html`<p>
            ${helpSentence(organization)} Give this reference:
            <strong class="reference">${reference}</strong>
          </p>`
    }
  </div>`;
}
