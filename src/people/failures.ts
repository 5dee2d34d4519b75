/** Failures of organizations, users, groups, roles, domains and seats. */
import { defineFailure, Failure } from "../platform/errors/failure.js";
import type { RoleUse } from "./role/role.js";
import type { DeletionReason } from "./user/delete/delete-guard.js";
import type { StatusAction } from "./user/status/user-status.js";
import type { UserStatus } from "./user/user.js";

export const SLUG_TAKEN = defineFailure<{ slug: string }>({
  code: "SLUG_TAKEN",
  status: 409,
  message: ({ slug }) => `The short name "${slug}" belongs to another organization.`,
  remedy: "Choose another short name. Nothing was created.",
});

export const EMAIL_TAKEN = defineFailure<{
  email: string;
  /** The other organization that has the address. Only the operator sees it. */
  organizationId: string | null;
}>({
  code: "EMAIL_TAKEN",
  status: 409,
  message: ({ email, organizationId }) =>
    organizationId === null
      ? `The address ${email} is already in use.`
      : `The address ${email} is already in use, in the organization ${organizationId}.`,
  remedy: "Use the account that has the address, or another address.",
});

export const MANAGED_BY_DIRECTORY = defineFailure<{ type: "user" | "group"; directoryId: string; name: string }>({
  code: "MANAGED_BY_DIRECTORY",
  status: 409,
  message: ({ type, name }) => `The provisioning directory "${name}" alone changes this ${type}.`,
  remedy:
    "Change it at the identity provider. To change it here, a caller with CONNECTIONS_WRITE can end the lock with updateProvisioningDirectory(input: { id, lockManaged: false }). Nothing was changed.",
});

export const GROUP_NAME_TAKEN = defineFailure<{ name: string }>({
  code: "GROUP_NAME_TAKEN",
  status: 409,
  message: ({ name }) => `The organization already has a group named "${name}"; case does not matter.`,
  remedy: "Use that group, or choose another name. Nothing was changed.",
});

export const ROLE_KEY_TAKEN = defineFailure<{ key: string }>({
  code: "ROLE_KEY_TAKEN",
  status: 409,
  message: ({ key }) => `The organization already has a role with the key ${key}.`,
  remedy: "Choose another key, or change that role. Nothing was created.",
});

export const ROLE_BUILT_IN = defineFailure<{ key: string }>({
  code: "ROLE_BUILT_IN",
  status: 409,
  message: ({ key }) => `${key} is a built-in role, which cannot be changed or deleted.`,
  remedy: "Create a role of your own with the name, rank and permissions that you need.",
});

export const ROLE_IN_USE = defineFailure<{ uses: readonly RoleUse[] }>({
  code: "ROLE_IN_USE",
  status: 409,
  message: ({ uses }) =>
    `The role is in use: ${uses.map(({ by, count }) => `${by.toLowerCase().replaceAll("_", " ")} (${count})`).join(", ")}.`,
  remedy:
    "Give the role's users another role, and change the policies and mappings in details.uses. Nothing was deleted.",
});

export const LAST_ADMINISTRATOR = defineFailure({
  code: "LAST_ADMINISTRATOR",
  status: 409,
  message: "This is the last active administrator of the organization.",
  remedy: "Make another user an administrator first.",
});

export const OWNER_PROTECTED = defineFailure<{ organizationId: string }>({
  code: "OWNER_PROTECTED",
  status: 409,
  message: "This is the owner of the organization, who cannot be demoted, disabled, archived, removed or deleted.",
  remedy: "Make another administrator the owner first, with setOwner.",
});

export const BREAK_GLASS_PROTECTED = defineFailure({
  code: "BREAK_GLASS_PROTECTED",
  status: 409,
  message: "This is a break-glass account, which no provider, directory or file finds, links, changes or removes.",
  remedy: "Use another account. An administrator can take the mark away with setBreakGlass. Nothing was changed.",
});

export const BREAK_GLASS_IMPOSSIBLE = defineFailure<{
  /** Why: `AUTH_METHOD`, `IDENTITIES`, `STATUS`, `ROLE`. */
  reason: BreakGlassObstacle;
}>({
  code: "BREAK_GLASS_IMPOSSIBLE",
  status: 409,
  message: ({ reason }) => `The account cannot be a break-glass account: ${BREAK_GLASS_OBSTACLES[reason]}.`,
  remedy:
    "Create an account with authMethod PASSWORD and the role ADMIN that no provider is linked to, and mark it. Nothing was changed.",
});

/** What keeps an account from being marked, with the sentence for the caller. */
const BREAK_GLASS_OBSTACLES = {
  AUTH_METHOD: "its person signs in through a provider",
  IDENTITIES: "a provider is linked to it",
  STATUS: "it is not active",
  ROLE: "it does not have the role ADMIN",
} as const;

export type BreakGlassObstacle = keyof typeof BREAK_GLASS_OBSTACLES;

export const AUTH_METHOD_KEPT = defineFailure<{
  /** Why: `POLICY`, `SSO_OFF`, `NO_CONNECTION`. */
  reason: AuthMethodObstacle;
}>({
  code: "AUTH_METHOD_KEPT",
  status: 409,
  message: ({ reason }) => `The account cannot be moved to single sign-on: ${AUTH_METHOD_OBSTACLES[reason]}.`,
  remedy:
    "Set the policy authMethodChange to ADMIN, and activate a connection, before you move people. Nothing was changed.",
});

/** What keeps an account from being moved to single sign-on, with the sentence for the caller. */
const AUTH_METHOD_OBSTACLES = {
  POLICY: "the organization's policy authMethodChange is FORBID",
  SSO_OFF: "single sign-on is switched off or not allowed here",
  NO_CONNECTION: "the organization has no active connection, so the person could not sign in",
} as const;

export type AuthMethodObstacle = keyof typeof AUTH_METHOD_OBSTACLES;

export const LAST_BREAK_GLASS = defineFailure({
  code: "LAST_BREAK_GLASS",
  status: 409,
  message:
    "The organization requires single sign-on, and this is its last break-glass account that can sign in. It keeps its mark, role, status and password.",
  remedy:
    "Mark another active administrator with a password first, with setBreakGlass, or set the policy ssoEnforcement to OPTIONAL.",
});

export const LAST_OPERATOR = defineFailure({
  code: "LAST_OPERATOR",
  status: 409,
  message: "This is the last operator who can sign in, and no operator key is configured.",
  remedy: "Invite another operator and let them set a password, or set USHER_OPERATOR_KEY. Nothing was changed.",
});

export const ALREADY_MEMBER = defineFailure({
  code: "ALREADY_MEMBER",
  status: 409,
  message: "The person is already a member of the organization.",
  remedy: "Change the roles with setMemberRoles. Nothing was changed.",
});

export const MEMBER_AT_HOME = defineFailure({
  code: "MEMBER_AT_HOME",
  status: 409,
  message: "This is the person's home organization, which a person cannot leave.",
  remedy: "Disable, archive or delete the account instead. Nothing was changed.",
});

export const DOMAIN_NOT_PROVED = defineFailure<{
  /** The name of the TXT record. */
  name: string;
  expected: string;
  /** The records that the DNS has under this name. */
  found: readonly string[];
  /** Why the look-up failed; `null` if the DNS answered. */
  problem: string | null;
}>({
  code: "DOMAIN_NOT_PROVED",
  status: 409,
  message: ({ name, found, problem }) => {
    if (problem !== null) return `The TXT record ${name} could not be looked up. ${problem}`;
    return found.length === 0
      ? `There is no TXT record ${name} yet.`
      : `The TXT record ${name} has a different value: ${found.join(", ")}`;
  },
  remedy:
    "Set the TXT record details.name to exactly details.expected and call verifyDomain again. New records can take minutes to spread.",
});

export const DOMAIN_TAKEN = defineFailure<{ domain: string }>({
  code: "DOMAIN_TAKEN",
  status: 409,
  message: ({ domain }) => `Another organization of this installation has proved ${domain}.`,
  remedy: "Ask the operator, who can release the domain from the other organization with removeDomain.",
});

const VERSION_CONFLICT = defineFailure<{ expected: number; actual: number }>({
  code: "VERSION_CONFLICT",
  status: 409,
  message: ({ expected, actual }) => `The version is ${actual}, but the change expects version ${expected}.`,
  remedy: "Read it again, and repeat the change with the new version. Nothing was changed.",
});

/**
 * Refuses a change that expects a different version.
 *
 * @param expected the version that the caller has read; absent to change any version
 * @throws VERSION_CONFLICT
 */
export function requireVersion(expected: number | null | undefined, actual: number): void {
  if (expected != null && expected !== actual) throw new Failure(VERSION_CONFLICT, { expected, actual });
}

export const FIELD_OVERRULED = defineFailure<{
  fields: readonly { readonly field: string; readonly source: string }[];
}>({
  code: "FIELD_OVERRULED",
  status: 409,
  message: ({ fields }) =>
    `Sources with precedence give these fields: ${fields.map(({ field, source }) => `${field} comes from ${source}`).join(", ")}.`,
  remedy: "Change the value at its source, or change the organization's policy fieldPrecedence. Nothing was changed.",
});

export const USER_STATUS_CONFLICT = defineFailure<{
  status: UserStatus;
  action: StatusAction;
  /** The action that is possible instead; `null` if there is none. */
  instead: StatusAction | null;
}>({
  code: "USER_STATUS_CONFLICT",
  status: 409,
  message: ({ status, action, instead }) =>
    `${action} is not possible for an account that is ${status}${instead === null ? "" : `; use ${instead}`}.`,
  remedy: "Use the action in details.instead. Nothing was changed.",
});

export const USER_NOT_INVITED = defineFailure<{ status: UserStatus }>({
  code: "USER_NOT_INVITED",
  status: 409,
  message: ({ status }) => `The account is ${status}: no invitation waits for its person.`,
  remedy: "Only an account with the status INVITED has an invitation. Nothing was changed.",
});

/** Provisioning refuses sign-ins with the same code, so its catalogue has the code too. */
export const SEATS_FULL = defineFailure<{ seatsInUse: number; totalSeats: number | null }>({
  code: "SEATS_FULL",
  status: 409,
  message: "All seats of your organization's plan are taken.",
  remedy:
    "Free a seat, or ask the operator for more (totalSeats). With the policy seatsFull: BLOCK_TRAINING, people without a seat can sign in but not start training.",
});

export const DELETION_REFUSED = defineFailure<{ reasons: readonly DeletionReason[] }>({
  code: "DELETION_REFUSED",
  status: 409,
  message: ({ reasons }) => `The account cannot be deleted: ${reasons.map(({ message }) => message).join(" ")}`,
  remedy: "Read details.reasons. To end the person's access now, archive the account. Nothing was deleted.",
});

export const PASSWORD_NOT_ALLOWED = defineFailure({
  code: "PASSWORD_NOT_ALLOWED",
  status: 409,
  message: "The person of this account signs in through the identity provider, so the account cannot have a password.",
  remedy:
    "Allow it with the organization's policy passwordForSsoUsers: ALLOW, or create an account with authMethod PASSWORD for a person without single sign-on. Nothing was changed.",
});

export const PEOPLE_FAILURES = [
  SLUG_TAKEN,
  EMAIL_TAKEN,
  MANAGED_BY_DIRECTORY,
  GROUP_NAME_TAKEN,
  ROLE_KEY_TAKEN,
  ROLE_BUILT_IN,
  ROLE_IN_USE,
  LAST_ADMINISTRATOR,
  OWNER_PROTECTED,
  BREAK_GLASS_PROTECTED,
  BREAK_GLASS_IMPOSSIBLE,
  AUTH_METHOD_KEPT,
  LAST_BREAK_GLASS,
  LAST_OPERATOR,
  ALREADY_MEMBER,
  MEMBER_AT_HOME,
  DOMAIN_NOT_PROVED,
  DOMAIN_TAKEN,
  VERSION_CONFLICT,
  FIELD_OVERRULED,
  USER_STATUS_CONFLICT,
  USER_NOT_INVITED,
  DELETION_REFUSED,
  PASSWORD_NOT_ALLOWED,
] as const;
