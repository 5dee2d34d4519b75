/** The errors that refuse a verified person. The person sees the message, administrators the remedy and the detail. */
import { defineFailure } from "../platform/errors/failure.js";

/** For administrators only: the person must not see it. */
export interface RefusalDetails {
  readonly detail: string | null;
}

const refusal = <const Code extends string>(code: Code, message: string, remedy: string) => ({
  ...defineFailure<RefusalDetails>({ code, status: 403, message, remedy }),
  code,
});

export const SSO_NOT_ALLOWED = refusal(
  "SSO_NOT_ALLOWED",
  "Single sign-on is not available for your organization.",
  "The operator can allow it with updateOrganization(input: { id, ssoAllowed: true }).",
);

export const SSO_SWITCHED_OFF = refusal(
  "SSO_SWITCHED_OFF",
  "Your organization has switched single sign-on off.",
  "Set the organization's policy ssoEnforcement to OPTIONAL or REQUIRED to switch it on again.",
);

export const CONNECTION_NOT_ACTIVE = refusal(
  "CONNECTION_NOT_ACTIVE",
  "This way of signing in is switched off.",
  "Activate the connection with activateConnection, or let people use another one.",
);

export const EMAIL_MISSING = refusal(
  "EMAIL_MISSING",
  "Your company account sent no e-mail address, and one is needed.",
  "Let the provider send an e-mail claim for this person, or name the right claim in the connection's settings; the attempt's detail names the claims that came. A value that is not an address, such as a user name, is ignored.",
);

export const EMAIL_UNUSABLE = refusal(
  "EMAIL_UNUSABLE",
  "The e-mail address of your company account has letters before the @ that cannot be used here.",
  "At the provider, give the person an address with only ASCII letters before the @, or map another claim that holds such an address to the field email. The attempt's detail names the claim.",
);

export const NAME_MISSING = refusal(
  "NAME_MISSING",
  "Your company account sent no first and last name, and both are needed.",
  "Let the provider send the names, name the right claims in the connection's settings (the attempt's detail names those that came), or set the policy missingName to USE_EMAIL.",
);

export const NO_MATCHING_ACCOUNT = refusal(
  "NO_MATCHING_ACCOUNT",
  "There is no account for you here yet.",
  "Create the account first (createUser), or set the connection's policy jitProvisioning to true so that accounts are made at the first sign-in.",
);

export const ACCOUNT_AMBIGUOUS = refusal(
  "ACCOUNT_AMBIGUOUS",
  "More than one account was prepared for your address. An administrator has to choose yours.",
  "Keep one of the prepared accounts with this address and change or remove the others.",
);

export const SUBJECT_CHANGED = refusal(
  "SUBJECT_CHANGED",
  "Your address belongs to an account that was used with another company account.",
  "The provider re-created the person or gave the address to somebody else. Make sure who it is before you give them the existing account.",
);

export const ISSUER_CHANGED = refusal(
  "ISSUER_CHANGED",
  "Your company's sign-in service has changed, and your account is not linked to the new one yet. Please tell your administrator.",
  "The connection's issuer changed, and the person's link names the former issuer. Move the links with relinkIdentities; the attempt's detail names both issuers. If the change was a mistake, change the settings back.",
);

export const ACCOUNT_DISABLED = refusal(
  "ACCOUNT_DISABLED",
  "Your account is disabled.",
  "Enable the account if the person should have access.",
);

export const ACCOUNT_ARCHIVED = refusal(
  "ACCOUNT_ARCHIVED",
  "Your account is archived.",
  "Restore the account if the person should have access again.",
);

export const ACCOUNT_PENDING_APPROVAL = refusal(
  "ACCOUNT_PENDING_APPROVAL",
  "Your account is waiting for approval.",
  "An administrator approves the account before the person can sign in.",
);

export const ACCOUNT_BREAK_GLASS = refusal(
  "ACCOUNT_BREAK_GLASS",
  "This account signs in with its password only.",
  "The account is a break-glass account: no provider, directory or link opens it. Give the person an account of their own, or take the mark away with setBreakGlass.",
);

export const SSO_NOT_IN_PLAN = refusal(
  "SSO_NOT_IN_PLAN",
  "Your organization's plan does not include single sign-on.",
  "The operator can include it with updateOrganization(input: { id, entitlements: { sso: true } }).",
);

export const SSO_SYSTEM_OFF = refusal(
  "SSO_SYSTEM_OFF",
  "Single sign-on is switched off for this system.",
  "The operator can switch it on with updateInstallation(input: { ssoAllowed: true }).",
);

export const LINK_PENDING = refusal(
  "LINK_PENDING",
  "An account with your address exists already, and an administrator has to approve that it is yours.",
  "Look at linkRequests and answer with approveLinkRequest or rejectLinkRequest.",
);

export const NO_ROLE = refusal(
  "NO_ROLE",
  "You have not been given access here.",
  "No role mapping of the connection matches this person. Put them into a group that a mapping names, add a mapping, or set the policy unmappedUser to ALLOW.",
);

export const GROUPS_UNKNOWN = refusal(
  "GROUPS_UNKNOWN",
  "Your company's sign-in service did not say which groups you are in, and they decide your access.",
  "The provider left the groups out because there are too many (overage). Let it send only the groups that are assigned to the application, or use app roles.",
);

export const MAPPINGS_TOO_COSTLY = refusal(
  "MAPPINGS_TOO_COSTLY",
  "Your organization's access rules are too complex to apply to you.",
  "The patterns of the connection's mappings (MATCHES) are too long for the groups and claims that the provider sends. Use EQUALS, ONE_OF or CONTAINS, shorten the patterns, or let the provider send less.",
);

export const SEATS_FULL = refusal(
  "SEATS_FULL",
  "All seats of your organization's plan are taken.",
  "Free a seat, or ask the operator for more (totalSeats). With the policy seatsFull: BLOCK_TRAINING, people without a seat can sign in but not start training.",
);

export const REMOVED_BY_DIRECTORY = refusal(
  "REMOVED_BY_DIRECTORY",
  "Your company has removed you from this application.",
  "The provisioning directory deleted the person. Assign them to the application again at the provider, so that the directory creates them again. Until then a sign-in creates no account for them.",
);

export const PROVISIONING_FAILURES = [
  SSO_NOT_IN_PLAN,
  SSO_SYSTEM_OFF,
  LINK_PENDING,
  NO_ROLE,
  GROUPS_UNKNOWN,
  MAPPINGS_TOO_COSTLY,
  SEATS_FULL,
  SSO_NOT_ALLOWED,
  SSO_SWITCHED_OFF,
  CONNECTION_NOT_ACTIVE,
  EMAIL_MISSING,
  EMAIL_UNUSABLE,
  NAME_MISSING,
  NO_MATCHING_ACCOUNT,
  ACCOUNT_AMBIGUOUS,
  SUBJECT_CHANGED,
  ISSUER_CHANGED,
  ACCOUNT_DISABLED,
  ACCOUNT_ARCHIVED,
  ACCOUNT_PENDING_APPROVAL,
  ACCOUNT_BREAK_GLASS,
  REMOVED_BY_DIRECTORY,
] as const;
