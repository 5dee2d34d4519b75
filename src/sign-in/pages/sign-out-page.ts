/** Asks whether to sign out, where the wish did not come from a page of ours. */
import { html, type Html } from "../../platform/http/pages.js";

export function signOutPage(): Html {
  return html`
    <p>Another page asked to sign you out. Nothing has happened yet.</p>
    <form method="post" action="/sign-out"><button type="submit">Sign out</button></form>
  `;
}
