/** Shows a signed-in person who they are here. Where an organization has no landing page of its own, people land on it. */
import { html, type Html } from "../../platform/http/pages.js";

export interface AccountView {
  readonly organizationName: string;
  readonly email: string;
  readonly roleNames: readonly string[];
  /** Shown to people who may use the API explorer. */
  readonly explorerUrl: string | null;
}

export function accountPage({ organizationName, email, roleNames, explorerUrl }: AccountView): Html {
  return html`
    <p>You are signed in to ${organizationName}.</p>
    <dl>
      <dt>E-mail address</dt>
      <dd>${email}</dd>
      <dt>Role</dt>
      <dd>${roleNames.join(", ") || "None"}</dd>
    </dl>
    ${explorerUrl === null ? "" : html`<p><a href="${explorerUrl}">Explore the GraphQL API</a></p>`}
    <form method="post" action="/sign-out"><button type="submit" class="quiet">Sign out</button></form>
  `;
}
