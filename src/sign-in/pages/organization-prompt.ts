/** Asks people which organization they belong to. */
import type { Response } from "express";
import { html, sendPage, type Html } from "../../platform/http/pages.js";
import { signInButtons, type SignInButton } from "./sign-in-page.js";
import { LONGEST_ADDRESS } from "../urls.js";

export const NO_SUCH_ORGANIZATION =
  "There is no organization with this short name. Check the spelling, or ask a colleague.";
export const NO_SUCH_DOMAIN =
  "No organization is found by addresses of this domain. Enter the short name of your organization, or ask a colleague.";

/** The values of the parameter `with`, one for each button that a person can press on the page. */
export const CONTINUE_WITH = { sso: "sso", password: "password" } as const;

/** The content of the page. */
export interface OrganizationPrompt {
  /** The short name or address that the person entered. */
  readonly entered: string;
  /** Why it was not accepted; `null` before anything was entered. */
  readonly problem: string | null;
  /** Where the sign-in should lead, unchecked. */
  readonly returnTo: string | null;
  /** Ways to sign in without naming the organization. */
  readonly buttons: readonly SignInButton[];
  /** Whether single sign-on is on for the whole installation. */
  readonly offersSso: boolean;
}

export function sendOrganizationPrompt(response: Response, prompt: OrganizationPrompt): void {
  sendPage(response, prompt.problem === null ? 200 : 404, { title: "Sign in", body: organizationPrompt(prompt) });
}

/** The content of the page. The key Enter presses the first button. */
function organizationPrompt({ entered, problem, returnTo, buttons, offersSso }: OrganizationPrompt): Html {
  return html`
    <form method="get" action="/sign-in">
      ${problem === null ? "" : html`<p id="problem" class="error" role="alert">${problem}</p>`}
      <label for="organization">Short name of your organization, or your e-mail address</label>
      <input
        id="organization"
        name="organization"
        value="${entered.slice(0, LONGEST_ADDRESS)}"
        autocomplete="organization"
        autocapitalize="none"
        spellcheck="false"
        required
        maxlength="254"
        ${problem === null ? "" : html`aria-invalid="true" aria-describedby="problem"`}
      />
      ${returnTo === null ? "" : html`<input type="hidden" name="returnTo" value="${returnTo}" />`}
      ${offersSso && html`<button type="submit" name="with" value="${CONTINUE_WITH.sso}">Continue with SSO</button>`}
      <button type="submit" name="with" value="${CONTINUE_WITH.password}" class="${offersSso ? "quiet" : ""}">
        Continue with password
      </button>
    </form>
    ${buttons.length === 0 ? "" : signInButtons(buttons)}
  `;
}
