/** The page of an invitation whose person signs in through a provider. */
import type { Response } from "express";
import type { Organization } from "../../people/organization/organization.js";
import type { User } from "../../people/user/user.js";
import { html, sendPage } from "../../platform/http/pages.js";
import { organizationUrl } from "../urls.js";
import { helpSentence } from "./refusal-page.js";

/** The title of every page of an invitation. */
export function invitationTitle({ name }: Organization): string {
  return `Your invitation to ${name}`;
}

/** Sends the page, which leads to the organization's sign-in page. */
export function sendInvitationPage(response: Response, organization: Organization, { email }: User): void {
  const signIn = organizationUrl(organization, new URLSearchParams({ login_hint: email }));
  const body = html`
    <p>${organization.name} has invited you. Sign in with your company account:</p>
    <p><strong>${email}</strong></p>
    <p><a class="button" href="${signIn}">Continue to sign in</a></p>
    <p>${helpSentence(organization)}</p>
  `;
  sendPage(response, 200, { title: invitationTitle(organization), body });
}
