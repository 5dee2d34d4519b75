/** The profile that a connection type makes from a verified message, the same for every kind of identity provider. */
import type { ProfileField } from "../../people/user/profile/field-name.js";
import type { Authentication } from "../../protocols/authentication.js";

/**
 * The groups that a provider sent. *Silent*: the provider sent no groups claim. *Unknown*: the person has groups that
 * the provider did not send; Entra ID leaves out a long list, for example. Neither *silent* nor *unknown* means that
 * the person has no groups.
 */
export type Groups =
  | { readonly kind: "known"; readonly values: readonly string[] }
  | { readonly kind: "silent" }
  | { readonly kind: "unknown"; readonly reason: string };

/** A person as a provider describes them. No string is empty; an unknown value is `null`. */
export interface NormalizedProfile {
  /** The verified issuer (OpenID Connect Core 2, SAML core 2.2.5). */
  readonly issuer: string;
  /** The person's stable id at this issuer. Connection, issuer and subject are the identity. */
  readonly subject: string;
  /** The id by which the provider's SCIM client names the person (`externalId`); absent if it is the subject. */
  readonly externalId?: string;
  readonly email: string | null;
  /** Whether the provider calls the address verified; `null` if it does not say. */
  readonly emailVerified: boolean | null;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly fullName: string | null;
  readonly employeeId: string | null;
  readonly groups: Groups;
  /**
   * The names of the claims that the connection reads groups from: the claim that its settings name, or the usual
   * claims. A mapping rule on such a claim is a rule on groups, even if the provider did not send the claim.
   */
  readonly groupsClaims: readonly string[];
  readonly profile: Readonly<Partial<Record<ProfileField, string>>>;
  /** Every claim or attribute of the message as a list of texts, for mappings. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Explains to an administrator why usual values may be missing; absent if the provider withheld nothing. */
  readonly withheld?: string;
  /** The claim that each field came from, by the field's name or `groups`. Explains a sign-in to administrators. */
  readonly sources?: Readonly<Record<string, string>>;
  /** How the person authenticated, in the provider's terms (`amr`, `acr`, AuthnContextClassRef). */
  readonly authenticationMethods: readonly string[];
  /** What the provider says about the authentication and the session; absent if the type does not read it. */
  readonly authentication?: Authentication;
}
