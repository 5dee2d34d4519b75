/** The policies of an organization, stored as one document; what is missing there has its default. */

import { FIELD_SOURCES, type FieldSource } from "../user/field.js";

export const SSO_ENFORCEMENTS = ["OPTIONAL", "REQUIRED", "OFF"] as const;

export interface OrganizationPolicies {
  /** Whether people may, must or cannot sign in through an identity provider. */
  readonly ssoEnforcement: (typeof SSO_ENFORCEMENTS)[number];
  /** The key of the role that a person gets when nothing else says which. */
  readonly defaultRole: string;
  /** Whose word on a field of a person is shown when several sources have one, the strongest first. */
  readonly fieldPrecedence: readonly FieldSource[];
}

export const DEFAULT_ORGANIZATION_POLICIES: OrganizationPolicies = {
  ssoEnforcement: "OPTIONAL",
  defaultRole: "USER",
  fieldPrecedence: FIELD_SOURCES,
};

/** Completes a stored policy document with the defaults. */
export function readOrganizationPolicies(stored: unknown): OrganizationPolicies {
  return { ...DEFAULT_ORGANIZATION_POLICIES, ...(stored as Partial<OrganizationPolicies> | null) };
}
