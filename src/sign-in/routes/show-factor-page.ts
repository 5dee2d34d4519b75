/** Shows the pages of second factors to people and to operators, and reads their forms. */
import type { Request, Response } from "express";
import { deriveAppSecret, describeApp } from "../../people/factor/codes.js";
import type { Passkey } from "../../people/factor/factor.js";
import { countRecoveryCodesOf, findFactors } from "../../people/factor/factor.repository.js";
import type { FactorHolder } from "../../people/factor/holder.js";
import { describeNewPasskey, describePasskeys, passkeySiteOf } from "../../people/factor/passkeys.js";
import type { ShownFactor } from "../factor/check-factor.js";
import type { FactorChange } from "../factor/make-change.js";
import {
  sendFactorsPage,
  sendSecondFactorPage,
  type FactorPlace,
  type FactorsPage,
  type SecondFactorPage,
} from "../pages/factor-pages.js";
import { issueFormToken } from "./form-token.js";
import type { SignInRouteOptions } from "./options.js";
import type { ReadField } from "./password.js";

/** Whose pages they are, and the token of the sign-in that waits. */
export interface PageHolder {
  readonly place: FactorPlace;
  readonly holder: FactorHolder;
  readonly person: { readonly id: string; readonly email: string; readonly fullName: string };
  readonly token: string;
}

/** Shows the page that asks for a second factor. */
export async function showSecondFactorPage(
  { services, cookies }: SignInRouteOptions,
  request: Request,
  response: Response,
  { place, holder, token }: PageHolder,
  { status, problem }: { readonly status: number; readonly problem: SecondFactorPage["problem"] },
): Promise<void> {
  const factors = await findFactors(services.store.reader, holder);
  const passkeys = factors.filter((each): each is Passkey => each.kind === "PASSKEY");
  const site = passkeySiteOf(services.returnRules.publicUrl);
  sendSecondFactorPage(response, status, {
    place,
    formToken: issueFormToken(cookies.form, request, response),
    hasApp: factors.some(({ kind }) => kind === "AUTHENTICATOR_APP"),
    passkeyOptions: passkeys.length === 0 ? null : await describePasskeys(site, token, passkeys),
    problem,
  });
}

/** Shows the page of a person's factors. */
export async function showFactorsPage(
  { services, cookies }: SignInRouteOptions,
  request: Request,
  response: Response,
  { place, holder, person, token }: PageHolder,
  { isRequired, recoveryCodes, problem }: Pick<FactorsPage, "isRequired" | "recoveryCodes" | "problem">,
): Promise<void> {
  const { reader } = services.store;
  const factors = await findFactors(reader, holder);
  const secret = deriveAppSecret(token);
  const site = passkeySiteOf(services.returnRules.publicUrl);
  sendFactorsPage(response, problem === null ? 200 : 400, {
    place,
    formToken: issueFormToken(cookies.form, request, response),
    factors,
    recoveryCodesLeft: await countRecoveryCodesOf(reader, holder),
    isRequired,
    app: { secret, uri: describeApp(place.name, person.email, secret) },
    passkeyOptions: await describeNewPasskey(site, token, person, {
      siteName: place.name,
      existing: factors.filter((each): each is Passkey => each.kind === "PASSKEY"),
    }),
    recoveryCodes,
    problem,
  });
}

/** The factor that a posted form shows. */
export function readShown(text: ReadField): ShownFactor {
  return text("passkey") === "" ? { code: text("code") } : { passkey: text("passkey") };
}

/** The change that a posted form asks for; `null` if the person wants to go on. */
export function readChange(text: ReadField): FactorChange | null {
  const label = text("label");
  switch (text("action")) {
    case "app":
      return { kind: "ADD_APP", code: text("code"), label };
    case "passkey":
      return { kind: "ADD_PASSKEY", response: text("passkey"), label };
    case "remove":
      return { kind: "REMOVE", id: text("id") };
    case "codes":
      return { kind: "NEW_CODES" };
    default:
      return null;
  }
}
