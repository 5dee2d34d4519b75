/** The pages about second factors. They work without script, except for passkeys, which browsers offer to scripts only. */
import type { Response } from "express";
import { renderSVG } from "uqr";
import { RECOVERY_CODES } from "../../people/factor/codes.js";
import { MOST_FACTORS, type SecondFactor } from "../../people/factor/factor.js";
import type { PasskeySite } from "../../people/factor/passkeys.js";
import type { Organization } from "../../people/organization/organization.js";
import { Html, html, sendPage } from "../../platform/http/pages.js";
import {
  factorsUrl,
  OPERATOR_FACTOR_URL,
  OPERATOR_FACTORS_URL,
  OPERATOR_URL,
  passwordUrl,
  secondFactorUrl,
} from "../urls.js";
import { allowScript, passkeyForm, passkeyScript } from "./passkey-form.js";
import { formTokenField } from "./form-field.js";
import { helpSentence } from "./refusal-page.js";

/** Where the pages are: at an organization, or at the sign-in of operators. */
export interface FactorPlace {
  /** The place's name. Authenticator apps and passkeys show it. */
  readonly name: string;
  /** The page that asks for a factor. */
  readonly factorUrl: string;
  /** The page of a person's factors. */
  readonly factorsUrl: string;
  /** Where a sign-in begins. */
  readonly signInUrl: string;
  /** Why a factor is needed. */
  readonly requirement: string;
  /** Who removes the factors of a person who has lost them. */
  readonly remover: string;
  /** Whom to ask; `null` if `remover` says so already. */
  readonly help: Html | null;
}

/** The pages at an organization. */
export function organizationPlace(organization: Organization): FactorPlace {
  const { name } = organization;
  return {
    name,
    factorUrl: secondFactorUrl(organization),
    factorsUrl: factorsUrl(organization),
    signInUrl: passwordUrl(organization),
    requirement: `${name} asks for a second factor beside your password.`,
    remover: "an administrator can remove your second factors.",
    help: helpSentence(organization),
  };
}

/** The pages for operators. */
export function operatorPlace({ host }: PasskeySite): FactorPlace {
  return {
    name: `Usher at ${host}`,
    factorUrl: OPERATOR_FACTOR_URL,
    factorsUrl: OPERATOR_FACTORS_URL,
    signInUrl: OPERATOR_URL,
    requirement: "Operators need a second factor beside their password.",
    remover: "another operator can invite you again, with a link that removes your second factors.",
    help: null,
  };
}

/** The content of the page that asks for a second factor. */
export interface SecondFactorPage {
  readonly place: FactorPlace;
  readonly formToken: string;
  readonly hasApp: boolean;
  /** What the browser needs to use a passkey, as JSON; `null` if the account has none. */
  readonly passkeyOptions: string | null;
  /** Why the last try was refused; `null` before the first one. */
  readonly problem: { readonly message: string; readonly reference: string | null } | null;
}

/** Sends the page that asks for a second factor. */
export function sendSecondFactorPage(response: Response, status: number, page: SecondFactorPage): void {
  const { place, formToken, hasApp, passkeyOptions, problem } = page;
  if (passkeyOptions !== null) allowScript(response);
  const body = html`
    ${
      problem !== null &&
      html`<div id="problem" class="error" role="alert">
        <p>${problem.message}</p>
        ${
          problem.reference !== null &&
          html`<p>${place.help} Give this reference: <strong class="reference">${problem.reference}</strong></p>`
        }
      </div>`
    }
    ${passkeyOptions !== null && passkeyForm({ formToken, options: passkeyOptions, purpose: "show", label: "Use a passkey" })}
    <form method="post" action="${place.factorUrl}">
      ${formTokenField(formToken)}
      <label for="code">${hasApp ? "Code of your app, or a recovery code" : "Recovery code"}</label>
      <input
        id="code"
        name="code"
        autocomplete="one-time-code"
        autocapitalize="characters"
        spellcheck="false"
        required
        maxlength="40"
        ${problem !== null && html`aria-invalid="true" aria-describedby="problem"`}
      />
      <button type="submit">Continue</button>
    </form>
    <p>
      Have you lost your phone? Enter one of the ${RECOVERY_CODES} recovery codes that you saved. Without one,
      ${place.remover} ${place.help}
    </p>
    <p><a href="${place.signInUrl}">Sign in as somebody else</a></p>
    ${passkeyOptions !== null && passkeyScript()}
  `;
  sendPage(response, status, { title: "One more step", body });
}

/** The content of the page of a person's factors. */
export interface FactorsPage {
  readonly place: FactorPlace;
  readonly formToken: string;
  readonly factors: readonly SecondFactor[];
  readonly recoveryCodesLeft: number;
  /** Whether the person cannot go on without a factor. */
  readonly isRequired: boolean;
  /** The secret of a new authenticator app and its address. */
  readonly app: { readonly secret: string; readonly uri: string };
  /** What the browser needs to make a passkey, as JSON. */
  readonly passkeyOptions: string;
  /** Recovery codes that were just made; `null` if none were. */
  readonly recoveryCodes: readonly string[] | null;
  /** Why the last change was not made; `null` otherwise. */
  readonly problem: string | null;
}

/** Sends the page of a person's factors. */
export function sendFactorsPage(response: Response, status: number, page: FactorsPage): void {
  const { place, formToken, factors, isRequired, recoveryCodes, problem } = page;
  allowScript(response);
  const mayGoOn = factors.length > 0 || !isRequired;
  const body = html`
    ${problem !== null && html`<p id="problem" class="error" role="alert">${problem}</p>`}
    ${recoveryCodes !== null && codesShown(recoveryCodes)}
    <p>
      ${
        isRequired && factors.length === 0
          ? `${place.requirement} Add one to go on.`
          : "A second factor protects your account if somebody learns your password."
      }
    </p>
    ${mayGoOn && postForm(page, "finish", html`<button type="submit">Continue to ${place.name}</button>`)}
    ${factors.length > 0 && factorList(page)} ${factors.length < MOST_FACTORS && addForms(page)} ${passkeyScript()}
  `;
  sendPage(response, status, { title: "Your second factors", body });

  function factorList({ recoveryCodesLeft }: FactorsPage): Html {
    return html`
      <h2>Your factors</h2>
      <ul>
        ${factors.map(
          (factor) =>
            html`<li>
              ${factor.label}
              ${postForm(
                page,
                "remove",
                html`<input type="hidden" name="id" value="${factor.id}" />
                  <button type="submit" class="quiet" aria-label="Remove ${factor.label}">Remove</button>`,
              )}
            </li>`,
        )}
      </ul>
      <p>You have ${recoveryCodesLeft} unused recovery codes.</p>
      ${postForm(page, "codes", html`<button type="submit" class="quiet">Make new recovery codes</button>`)}
    `;
  }

  function addForms({ app, passkeyOptions }: FactorsPage): Html {
    return html`
      <h2>Add an authenticator app</h2>
      <p>Scan this picture with the app, or type the secret into it. Then enter the code that the app shows.</p>
      <div class="qr" role="img" aria-label="A QR code with the secret below">${new Html(renderSVG(app.uri))}</div>
      <p>Secret: <code class="reference">${groupByFour(app.secret)}</code></p>
      ${postForm(
        page,
        "app",
        html`<label for="code">Code of the app</label>
          <input id="code" name="code" autocomplete="one-time-code" inputmode="numeric" required maxlength="10" />
          <button type="submit">Add the app</button>`,
      )}
      <h2>Add a passkey</h2>
      ${passkeyForm({ formToken, options: passkeyOptions, purpose: "add", label: "Add a passkey" })}
    `;
  }
}

function codesShown(codes: readonly string[]): Html {
  return html`<div class="notice" role="status">
    <p>Save these recovery codes now. Each one replaces your second factor once. They are not shown again.</p>
    <ul>
      ${codes.map((code) => html`<li><code>${code}</code></li>`)}
    </ul>
  </div>`;
}

function postForm({ place, formToken }: FactorsPage, action: string, content: Html): Html {
  return html`<form method="post" action="${place.factorsUrl}">
    ${formTokenField(formToken)}
    <input type="hidden" name="action" value="${action}" />
    ${content}
  </form>`;
}

function groupByFour(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(" ");
}
