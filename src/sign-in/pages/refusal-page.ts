/** The page of a refused sign-in: a sentence that is safe to show, a contact, and the attempt's reference. */
import type { Response } from "express";
import type { Organization } from "../../people/organization/organization.js";
import { html, sendPage, type Html } from "../../platform/http/pages.js";
import { CHOOSE_ACCOUNT, organizationUrl, startUrl } from "../urls.js";

export interface RefusalView {
  readonly message: string;
  /** `null` if the attempt was not recorded. */
  readonly reference: string | null;
  readonly organization: Organization | null;
  /** The connection through which the person can try another account; `null` if there is none. */
  readonly connectionId: string | null;
  /** Where a new sign-in from this page leads; `null` for the organization's landing page. */
  readonly returnTo: string | null;
}

export function sendRefusal(response: Response, status: number, view: RefusalView): void {
  sendPage(response, status, { title: "You could not be signed in", body: refusalPage(view) });
}

function refusalPage({ message, reference, organization, connectionId, returnTo }: RefusalView): Html {
  const forwarded = returnTo === null ? "" : `&${new URLSearchParams({ returnTo }).toString()}`;
  const retryUrl = organization === null ? "/sign-in" : `${organizationUrl(organization)}?stay${forwarded}`;
  const anotherAccountUrl = connectionId && `${startUrl(connectionId)}?prompt=${CHOOSE_ACCOUNT}${forwarded}`;
  return html`
    <p class="error" role="alert">${message}</p>
    ${
      reference === null
        ? ""
        : html`<p>
            ${helpSentence(organization)} Give this reference:
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

/** Names the support contact, or the administrators if the organization has none. */
export function helpSentence(organization: Organization | null): Html {
  const contact = organization?.supportContact ?? `the administrators of ${organization?.name ?? "your organization"}`;
  return html`For help, ask ${contact}.`;
}
