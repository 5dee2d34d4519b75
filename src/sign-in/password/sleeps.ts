/** Decides whether the password of an account sleeps, which means that it signs nobody in at present. */
import { hasLinkInForce } from "../../connection/identity/identity.repository.js";
import type { Organization } from "../../people/organization/organization.js";
import type { User } from "../../people/user/user.js";
import type { Reader } from "../../platform/database/database.js";

/**
 * Whether the person signs in through a provider, and the organization does not allow such a person a password, too.
 */
export async function sleeps(reader: Reader, { policies }: Organization, user: User): Promise<boolean> {
  if (policies.passwordForSsoUsers === "ALLOW") return false;
  return user.authMethod === "SSO" || (await hasLinkInForce(reader, user.id));
}
