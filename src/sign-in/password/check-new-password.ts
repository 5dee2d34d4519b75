/** Checks and hashes a new password that a person enters on a page. */
import { checkPassword } from "../../people/credential/password.rules.js";
import type { Organization } from "../../people/organization/organization.js";
import type { User } from "../../people/user/user.js";
import { hashPassword, verifyPassword } from "../../platform/crypto/passwords.js";
import { Failure, type FieldIssue } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";

/** The hash of an accepted password, or the sentence that says why the password is refused. */
export type CheckedPassword = { readonly hash: string } | { readonly problem: string };

/** @param present the hash of the present password, which the new one must differ from; `null` if the person may keep it */
export async function checkNewPassword(
  organization: Organization,
  user: User,
  password: string,
  present: string | null,
): Promise<CheckedPassword> {
  const check = new InputCheck();
  try {
    await checkPassword(check, "password", password, organization, user);
    check.finish();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { fields } = error.details as { readonly fields: readonly FieldIssue[] };
    return { problem: fields.map(({ message }) => `The new password ${message}.`).join(" ") };
  }
  if (present !== null && (await verifyPassword(present, password)))
    return { problem: "The new password must be different from the present one." };
  return { hash: await hashPassword(password) };
}
