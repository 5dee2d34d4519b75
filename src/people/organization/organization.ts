/** A tenant. */
import type { OrganizationPolicies } from "./policies.js";

export interface Organization {
  readonly id: string;
  readonly name: string;
  /** Lower case, unique, part of the organization's URLs. */
  readonly slug: string;
  /** IANA name. */
  readonly timeZone: string;
  /** The page after a sign-in without a `returnTo`. */
  readonly landingUrl: string | null;
  /** The contact that people see when their sign-in fails. */
  readonly supportContact: string | null;
  /** The operator's switch. */
  readonly ssoAllowed: boolean;
  /** Whether the organization's plan includes single sign-on. The operator sets it. */
  readonly ssoEntitled: boolean;
  readonly scimEntitled: boolean;
  /** The person who owns the organization, or `null`. */
  readonly ownerUserId: string | null;
  /** The seats in the plan, which the operator sets; `null` for no limit. */
  readonly totalSeats: number | null;
  readonly policies: OrganizationPolicies;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A short name, the last segment of `/o/:slug`. */
export const SLUG_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether the runtime knows a time zone by this IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== undefined;
  } catch {
    return false;
  }
}
