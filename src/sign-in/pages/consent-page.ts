/** The end of a consent: which organization the customer's tenant now belongs to. */
import type { Response } from "express";
import { html, sendPage } from "../../platform/http/pages.js";
import type { Consented } from "../outcomes.js";
import { helpSentence } from "./refusal-page.js";

export function sendConsentPage(response: Response, { organization, providerName, reference }: Consented): void {
  const body = html`
    <p role="status">
      The ${providerName} accounts of your company now belong to <strong>${organization.name}</strong>. People can sign
      in as soon as an administrator activates the connection.
    </p>
    <p>
      Did you expect a different name? ${helpSentence(organization)} Reference:
      <strong class="reference">${reference}</strong>
    </p>
  `;
  sendPage(response, 200, { title: "Your company is connected", body });
}
