/** What a connection type makes of a verified message: the same shape for every kind of identity provider. */
import type { ProfileField } from "../../people/user/profile/field-name.js";

/**
 * The groups that a provider reported. *Silent* means that it sent no groups claim at all, which is not an empty list;
 * *unknown* means that there are groups that it did not tell, as in Entra ID's overage, which is never empty either.
 */
export type Groups =
  | { readonly kind: "known"; readonly values: readonly string[] }
  | { readonly kind: "silent" }
  | { readonly kind: "unknown"; readonly reason: string };

/** A person as a provider describes them, in Usher's words. Every string is non-empty; what is not known is `null`. */
export interface NormalizedProfile {
  /** Who vouches: the verified issuer (OpenID Connect Core 2, SAML core 2.2.5). */
  readonly issuer: string;
  /** Who is vouched for, stable at this issuer. With connection and issuer it is the identity. */
  readonly subject: string;
  readonly email: string | null;
  /** The provider's word on the address: `null` when it says nothing. */
  readonly emailVerified: boolean | null;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly fullName: string | null;
  readonly employeeId: string | null;
  readonly groups: Groups;
  /**
   * The names of the claims that the connection reads groups from: the one that its settings name, or else the usual ones.
   * A rule on one of them is a rule on groups, whether the provider sent that claim or not.
   */
  readonly groupsClaims: readonly string[];
  readonly profile: Readonly<Partial<Record<ProfileField, string>>>;
  /** Every claim or attribute of the message, multi-valued, as text: what mappings match on. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Why something that the provider usually tells may be missing, for the administrator; absent when nothing was withheld. */
  readonly withheld?: string;
  /** How the person authenticated at the provider, in its own words (`amr`, `acr`, AuthnContextClassRef). */
  readonly authenticationMethods: readonly string[];
}
