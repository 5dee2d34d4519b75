/** The hidden field of each form that proves that a page of Usher sent it. */
import { html, type Html } from "../../platform/http/pages.js";

/** The field's name. */
export const FORM_TOKEN_FIELD = "form_token";

export function formTokenField(formToken: string): Html {
  return html`<input type="hidden" name="${FORM_TOKEN_FIELD}" value="${formToken}" />`;
}
