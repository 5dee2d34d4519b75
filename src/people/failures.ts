/** What can go wrong with organizations, users, roles and keys. */
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
  /** Only the operator is told, and only where the address lies in another organization. */
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

export const GROUP_NAME_TAKEN = defineFailure<{ name: string }>({
  code: "GROUP_NAME_TAKEN",
  status: 409,
  message: ({ name }) => `The organization has a group named "${name}" already; case does not count.`,
  remedy: "Use that group, or choose another name. Nothing was changed.",
});

export const ROLE_KEY_TAKEN = defineFailure<{ key: string }>({
  code: "ROLE_KEY_TAKEN",
  status: 409,
  message: ({ key }) => `The organization has a role with the key ${key} already.`,
  remedy: "Choose another key, or change that role. Nothing was created.",
});

export const ROLE_BUILT_IN = defineFailure<{ key: string }>({
  code: "ROLE_BUILT_IN",
  status: 409,
  message: ({ key }) => `${key} is a role that every organization has; it can be neither changed nor deleted.`,
  remedy: "Create a role of your own with the name, rank and permissions that you need.",
});

export const ROLE_IN_USE = defineFailure<{ uses: readonly RoleUse[] }>({
  code: "ROLE_IN_USE",
  status: 409,
  message: ({ uses }) =>
    `The role is in use: ${uses.map(({ by, count }) => `${by.toLowerCase().replaceAll("_", " ")} (${count})`).join(", ")}.`,
  remedy: "Look at details.uses: give its users another role, and change what else names it. Nothing was deleted.",
});

export const LAST_ADMINISTRATOR = defineFailure({
  code: "LAST_ADMINISTRATOR",
  status: 409,
  message: "This is the last active administrator of the organization.",
  remedy: "Make somebody else an administrator first.",
});

export const OWNER_PROTECTED = defineFailure<{ organizationId: string }>({
  code: "OWNER_PROTECTED",
  status: 409,
  message: "This is the owner of the organization, who is neither demoted, disabled, removed nor deleted by hand.",
  remedy: "Make somebody else the owner first, with setOwner.",
});

export const ALREADY_MEMBER = defineFailure({
  code: "ALREADY_MEMBER",
  status: 409,
  message: "The person is a member of the organization already.",
  remedy: "Change the roles with setMemberRoles. Nothing was changed.",
});

export const MEMBER_AT_HOME = defineFailure({
  code: "MEMBER_AT_HOME",
  status: 409,
  message: "This is the person's home organization, which nobody leaves.",
  remedy: "Disable, archive or delete the account instead. Nothing was changed.",
});

export const DOMAIN_NOT_PROVED = defineFailure<{
  /** Where the record must lie, and what it must hold. */
  name: string;
  expected: string;
  /** What lies there now. */
  found: readonly string[];
  /** Why nothing could be found out; `null` where the DNS answered. */
  problem: string | null;
}>({
  code: "DOMAIN_NOT_PROVED",
  status: 409,
  message: ({ name, found, problem }) => {
    if (problem !== null) return `The TXT record ${name} could not be looked up. ${problem}`;
    return found.length === 0
      ? `There is no TXT record ${name} yet.`
      : `The TXT record ${name} holds something else: ${found.join(", ")}`;
  },
  remedy:
    "Set the TXT record details.name to details.expected, letter by letter, and call verifyDomain again; new records can take minutes to spread.",
});

export const DOMAIN_TAKEN = defineFailure<{ domain: string }>({
  code: "DOMAIN_TAKEN",
  status: 409,
  message: ({ domain }) => `Another organization of this installation has proved ${domain}.`,
  remedy: "Ask the operator, who can have the other organization give it up with removeDomain.",
});

const VERSION_CONFLICT = defineFailure<{ expected: number; actual: number }>({
  code: "VERSION_CONFLICT",
  status: 409,
  message: ({ expected, actual }) => `Somebody else changed it: you know version ${expected}, it is at ${actual}.`,
  remedy: "Read it again, and repeat your change on what is there now.",
});

/**
 * Refuses a change of something that is no longer what the caller knows.
 *
 * @param expected what the caller knows; absent changes whatever is there
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
    `Another source decides: ${fields.map(({ field, source }) => `${field} comes from ${source}`).join(", ")}.`,
  remedy:
    "Change the value where it comes from, or change the organization's policy fieldPrecedence. Nothing was changed.",
});

export const USER_STATUS_CONFLICT = defineFailure<{
  status: UserStatus;
  action: StatusAction;
  /** The action that fits; `null` where none does. */
  instead: StatusAction | null;
}>({
  code: "USER_STATUS_CONFLICT",
  status: 409,
  message: ({ status, action, instead }) =>
    `The account is ${status}, to which ${action} does not fit${instead === null ? "" : `; ${instead} does`}.`,
  remedy: "Look at details.instead for what fits the account's status. Nothing was changed.",
});

/** Provisioning answers the same code to people who are refused at the door, and lists it in the catalogue. */
export const SEATS_FULL = defineFailure<{ seatsInUse: number; totalSeats: number | null }>({
  code: "SEATS_FULL",
  status: 409,
  message: "All places of your organization's plan are taken.",
  remedy:
    "Free a seat, or ask the operator for more (totalSeats). The policy seatsFull: BLOCK_TRAINING lets accounts in without a seat, but nobody starts training without one.",
});

export const DELETION_REFUSED = defineFailure<{ reasons: readonly DeletionReason[] }>({
  code: "DELETION_REFUSED",
  status: 409,
  message: ({ reasons }) => `The account cannot be deleted: ${reasons.map(({ message }) => message).join(" ")}`,
  remedy: "Look at details.reasons. Archive the account meanwhile: its person has no access then. Nothing was deleted.",
});

export const PEOPLE_FAILURES = [
  SLUG_TAKEN,
  EMAIL_TAKEN,
  GROUP_NAME_TAKEN,
  ROLE_KEY_TAKEN,
  ROLE_BUILT_IN,
  ROLE_IN_USE,
  LAST_ADMINISTRATOR,
  OWNER_PROTECTED,
  ALREADY_MEMBER,
  MEMBER_AT_HOME,
  DOMAIN_NOT_PROVED,
  DOMAIN_TAKEN,
  VERSION_CONFLICT,
  FIELD_OVERRULED,
  USER_STATUS_CONFLICT,
  DELETION_REFUSED,
] as const;
