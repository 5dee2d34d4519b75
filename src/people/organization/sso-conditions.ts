/** The conditions under which the people of an organization can use single sign-on. Pure. */
import type { Organization } from "./organization.js";

/** The condition that fails: the switch of the system, the plan, the operator's switch of the organization, or its policy. */
export type SsoObstacle = "SYSTEM_OFF" | "NOT_IN_PLAN" | "NOT_ALLOWED" | "SWITCHED_OFF";

/** The data that the conditions are read from. */
export interface SsoConditions {
  readonly installation: { readonly ssoAllowed: boolean };
  readonly organization: Pick<Organization, "ssoAllowed" | "ssoEntitled"> & {
    readonly policies: Pick<Organization["policies"], "ssoEnforcement">;
  };
}

/** The first condition that fails, in the order in which a refusal names them; `null` if single sign-on can be used. */
export function findSsoObstacle({ installation, organization }: SsoConditions): SsoObstacle | null {
  if (!installation.ssoAllowed) return "SYSTEM_OFF";
  if (!organization.ssoEntitled) return "NOT_IN_PLAN";
  if (!organization.ssoAllowed) return "NOT_ALLOWED";
  if (organization.policies.ssoEnforcement === "OFF") return "SWITCHED_OFF";
  return null;
}
