/** What a one-time sign-in link opens: who would be signed in, and the button that does it. */
import { html, type Html } from "../../platform/http/pages.js";

export interface LinkView {
  readonly fullName: string;
  readonly email: string;
  /** Whether a page that is not ours pressed the button. */
  readonly causedElsewhere: boolean;
}

/** The form posts to the page's own address, so that the link stands nowhere in the document. */
export function linkPage({ fullName, email, causedElsewhere }: LinkView): Html {
  return html`
    ${
      causedElsewhere
        ? html`<p class="notice" role="status">Another page asked to sign you in. Nothing has happened yet.</p>`
        : ""
    }
    <p>This link signs you in, once, as</p>
    <p><strong>${fullName}</strong><br />${email}</p>
    <form method="post"><button type="submit">Sign in</button></form>
    <p>If this is not you, close the page.</p>
  `;
}
