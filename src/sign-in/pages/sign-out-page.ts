/** Asks whether to sign out: only a press of this button, or of one in a page of the product, does. */
import { html, type Html } from "../../platform/http/pages.js";

/**
 * For whoever typed the address or followed a link to it.
 *
 * @param action where to post, with the wish to return
 */
export function signOutPage(action: string): Html {
  return html`<form method="post" action="${action}"><button type="submit">Sign out</button></form>`;
}

/** Where the wish did not come from a page of ours. */
export function signOutAskedElsewherePage(action: string): Html {
  return html`
    <p>Another page asked to sign you out. Nothing has happened yet.</p>
    ${signOutPage(action)}
  `;
}
