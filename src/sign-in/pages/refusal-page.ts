/** What a person sees who was not let in: a safe sentence, whom to ask, and the reference under which the story is kept. */
import { html, type Html } from "../../platform/http/pages.js";

export interface RefusalView {
  readonly message: string;
  readonly reference: string | null;
  readonly organizationName: string | null;
  readonly supportContact: string | null;
  /** Where a sign-in begins that lets the person choose the account; `null` when there is no such place. */
  readonly anotherAccountUrl: string | null;
  /** The sign-in page. */
  readonly retryUrl: string;
}

export function refusalPage(view: RefusalView): Html {
  const { message, reference, organizationName, supportContact, anotherAccountUrl, retryUrl } = view;
  return html`
    <p class="error" role="alert">${message}</p>
    ${
      reference === null
        ? ""
        : html`<p>
            ${askForHelp(organizationName, supportContact)} Give this reference:
            <strong class="reference">${reference}</strong>
          </p>`
    }
    ${
      anotherAccountUrl === null
        ? ""
        : html`<p><a class="button" href="${anotherAccountUrl}">Try with another account</a></p>`
    }
    <p><a href="${retryUrl}">Back to the sign-in page</a></p>
  `;
}

/** Whom a person may ask: the support contact, where the organization has one. */
export function askForHelp(organizationName: string | null, supportContact: string | null): Html {
  return html`For help, ask ${supportContact ?? `the administrators of ${organizationName ?? "your organization"}`}.`;
}
