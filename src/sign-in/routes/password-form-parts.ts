/** The parts of the password form that depend on the request. */
import type { Request, Response } from "express";
import { describeAnyPasskey, passkeySiteOf } from "../../people/factor/passkeys.js";
import type { Organization } from "../../people/organization/organization.js";
import { challengeSource } from "../factor/sign-in-by-passkey.js";
import type { PasswordForm } from "../pages/password-form.js";
import { issueFormToken } from "./form-token.js";
import type { SignInRouteOptions } from "./options.js";

/** The form's token and, if people of the organization can sign in by a passkey alone, the challenge for a passkey. */
export async function issueFormParts(
  { services, cookies }: SignInRouteOptions,
  request: Request,
  response: Response,
  { policies }: Organization,
): Promise<Pick<PasswordForm, "formToken" | "passkey">> {
  const formToken = issueFormToken(cookies.form, request, response);
  if (!policies.passkeySignIn) return { formToken, passkey: null };
  const issuedAt = String(services.clock().getTime());
  const site = passkeySiteOf(services.returnRules.publicUrl);
  const options = await describeAnyPasskey(site, challengeSource({ formToken, issuedAt }));
  return { formToken, passkey: { issuedAt, options } };
}
