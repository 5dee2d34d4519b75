/** The sign-in page of an organization, and the prompt for its short name. */
import { html, type Html } from "../../platform/http/pages.js";

/** A way to sign in, as a button. */
export interface SignInButton {
  readonly label: string;
  readonly href: string;
}

/** Buttons for each active connection; where there is none, whom to ask. */
export function signInPage(buttons: readonly SignInButton[], signedOut: boolean, help: Html): Html {
  return html`
    ${signedOut ? html`<p role="status" class="notice">You are signed out.</p>` : ""}
    ${
      buttons.length === 0
        ? html`<p>Single sign-on is not set up here, or is switched off.</p>
            <p>${help}</p>`
        : html`<nav aria-label="Ways to sign in">
            ${buttons.map(({ label, href }) => html`<a class="button" href="${href}">${label}</a>`)}
          </nav>`
    }
  `;
}

/** Asks which organization a person belongs to: by its short name, or by an address of a domain that it has proved. */
export function organizationPrompt(entered: string, problem: string | null, returnTo: string | null): Html {
  return html`
    <form method="get" action="/sign-in">
      ${problem === null ? "" : html`<p id="problem" class="error" role="alert">${problem}</p>`}
      <label for="organization">Short name of your organization, or your e-mail address</label>
      <input
        id="organization"
        name="organization"
        value="${entered}"
        autocomplete="organization"
        autocapitalize="none"
        spellcheck="false"
        required
        maxlength="254"
        ${problem === null ? "" : html`aria-invalid="true" aria-describedby="problem"`}
      />
      ${returnTo === null ? "" : html`<input type="hidden" name="returnTo" value="${returnTo}" />`}
      <button type="submit">Continue</button>
    </form>
  `;
}
