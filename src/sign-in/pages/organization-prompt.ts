/** Asks people which organization they belong to. */
import type { Response } from "express";
import { html, sendPage, type Html } from "../../platform/http/pages.js";
import { signInButtons, type SignInButton } from "./sign-in-page.js";
import { LONGEST_ADDRESS } from "../urls.js";

export const NO_SUCH_ORGANIZATION =
  "There is no organization with this short name. Check the spelling, or ask a colleague.";
export const NO_SUCH_DOMAIN =
  "No organization is found by addresses of this domain. Enter the short name of your organization, or ask a colleague.";

/**
 * Sends the page.
 *
 * @param entered the short name or address that the person entered
 * @param problem why it was not accepted; `null` before anything was entered
 * @param returnTo where the sign-in should lead, unchecked
 * @param buttons ways to sign in without naming the organization
 */
export function sendOrganizationPrompt(
  response: Response,
  entered: string,
  problem: string | null,
  returnTo: string | null,
  buttons: readonly SignInButton[],
): void {
  sendPage(response, problem === null ? 200 : 404, {
    title: "Sign in",
    body: organizationPrompt(entered.slice(0, LONGEST_ADDRESS), problem, returnTo, buttons),
  });
}

function organizationPrompt(
  entered: string,
  problem: string | null,
  returnTo: string | null,
  buttons: readonly SignInButton[],
): Html {
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
    ${buttons.length === 0 ? "" : signInButtons(buttons)}
  `;
}
