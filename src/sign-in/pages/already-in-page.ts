/** For a browser that fetches the end of its own sign-in once more: nothing is wrong, and this is the way on. */
import { html, type Html } from "../../platform/http/pages.js";

export function alreadyInPage(location: string): Html {
  return html`<p><a class="button" href="${location}">Continue</a></p>`;
}
