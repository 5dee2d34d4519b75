/** The form with which a page makes or uses a passkey, and its script. */
import type { Response } from "express";
import { html, type Html } from "../../platform/http/pages.js";
import { formTokenField } from "./form-field.js";
import { PASSKEY_SCRIPT_URL } from "./passkey-script.js";

/**
 * A hidden form. The script shows it if the browser can use passkeys, and sends it. Without `action`, the form posts to
 * the page's own address.
 */
export function passkeyForm(form: {
  readonly formToken: string;
  readonly options: string;
  readonly purpose: "add" | "show";
  readonly label: string;
  readonly action?: string;
  /** Further fields of the form. */
  readonly fields?: Html;
}): Html {
  return html`<form
      method="post"
      ${form.action !== undefined && html`action="${form.action}"`}
      data-passkey="${form.purpose}"
      data-options="${form.options}"
      hidden
    >
      ${formTokenField(form.formToken)}
      <input type="hidden" name="action" value="passkey" />
      <input type="hidden" name="passkey" value="" />
      ${form.fields}
      <button type="submit">${form.label}</button>
      <p class="error" role="alert" hidden>The passkey was not used. Try again, or use another way.</p>
    </form>
    <noscript><p class="quiet-text">Passkeys need JavaScript.</p></noscript>`;
}

/** The script of `passkeyForm`. */
export function passkeyScript(): Html {
  return html`<script src="${PASSKEY_SCRIPT_URL}" defer></script>`;
}

/** Allows Usher's own scripts in the Content-Security-Policy of a page. Pages without this call allow no script. */
export function allowScript(response: Response): void {
  const policy = String(response.getHeader("Content-Security-Policy"));
  response.setHeader("Content-Security-Policy", `${policy};script-src 'self'`);
}
