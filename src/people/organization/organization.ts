/** A tenant, in the house's own words. */
import type { OrganizationPolicies } from "./policies.js";

export interface Organization {
  readonly id: string;
  readonly name: string;
  /** Lower case; names the organization in addresses; unique. */
  readonly slug: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Where a person goes after signing in without a `returnTo`. */
  readonly landingUrl: string | null;
  /** Shown to people who could not sign in. */
  readonly supportContact: string | null;
  /** The operator's switch. */
  readonly ssoAllowed: boolean;
  /** What the organization's plan includes; set by the operator. */
  readonly ssoEntitled: boolean;
  readonly scimEntitled: boolean;
  /** The person who owns the organization; `null` while nobody does. */
  readonly ownerUserId: string | null;
  /** Paid places, set by the operator; `null` sets no limit. */
  readonly totalSeats: number | null;
  readonly policies: OrganizationPolicies;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The form of a short name: what may stand between the slashes of `/o/:slug`. */
export const SLUG_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether the runtime knows a time zone by this IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== undefined;
  } catch {
    return false;
  }
}
