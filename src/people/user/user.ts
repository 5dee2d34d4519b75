/** Accounts, and the parts of them that organizations see. */
import type { Role } from "../role/role.js";

/** @internal */
export const USER_STATUSES = ["INVITED", "PENDING_APPROVAL", "ACTIVE", "DISABLED", "ARCHIVED"] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

const AUTH_METHODS = ["SSO", "PASSWORD"] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

export interface User {
  readonly id: string;
  /** Never changes. Only the home organization's policies and connections decide how the person signs in. */
  readonly homeOrganizationId: string;
  readonly email: string;
  readonly username: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly fullName: string;
  readonly employeeId: string | null;
  readonly status: UserStatus;
  /** Set when the account is created. Only `changeAuthMethod` changes it, from PASSWORD to SSO. */
  readonly authMethod: AuthMethod;
  /** Whether this is a break-glass account: it always signs in by password, and no sign-in, directory or file changes it. */
  readonly breakGlass: boolean;
  /** `null` before the first sign-in: the account is *prepared*. */
  readonly firstSignedInAt: Date | null;
  readonly lastSignedInAt: Date | null;
  /** Rises with every change that has an event. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The fields of an account that an organization sees of its guests. */
type GuestField = "id" | "homeOrganizationId" | "email" | "firstName" | "lastName" | "fullName";
type WithheldField = Exclude<keyof User, GuestField>;

/** An account as a caller sees it. Withheld fields are `null`. */
export type SeenUser = Pick<User, GuestField> & { readonly [Field in WithheldField]: User[Field] | null };

/** The compiler requires a decision on every new field of an account: it is withheld unless `GuestField` names it. */
const WITHHELD: { readonly [Field in WithheldField]: null } = {
  username: null,
  employeeId: null,
  status: null,
  authMethod: null,
  breakGlass: null,
  firstSignedInAt: null,
  lastSignedInAt: null,
  version: null,
  createdAt: null,
  updatedAt: null,
};

/** The account of a guest, a member whose home is another organization, without the withheld fields. */
export function toGuest({ id, homeOrganizationId, email, firstName, lastName, fullName }: User): SeenUser {
  return { ...WITHHELD, id, homeOrganizationId, email, firstName, lastName, fullName };
}

/** An account as an organization sees it in lists, events and files. */
export function seenIn(organizationId: string, user: User): SeenUser {
  return user.homeOrganizationId === organizationId ? user : toGuest(user);
}

/** A user in one organization, as a caller sees the user. `showMember` makes this value. */
export type Member = SeenUser & {
  readonly organizationId: string;
  /** Whether the fields of the account are withheld from the caller. */
  readonly isGuest: boolean;
};

/** The columns of an account that describe its person. */
export interface PersonFields {
  readonly email: string;
  readonly username: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly fullName: string;
  readonly employeeId: string | null;
}

/** The orders that the query `users` offers. */
const USER_ORDERS = ["LAST_NAME", "FIRST_NAME", "EMAIL", "CREATED_AT"] as const;
export type UserOrder = (typeof USER_ORDERS)[number];

const LONGEST_FULL_NAME = 400;

/** The display name if no source gives one. */
export function joinNames(firstName: string, lastName: string): string {
  return `${firstName} ${lastName}`.trim().slice(0, LONGEST_FULL_NAME);
}

/** The data of a user in one organization that are not columns of the account. */
export interface UserSurroundings {
  readonly roles: readonly Role[];
  readonly groupIds: readonly string[];
  /** The winning values of the fields without a column. */
  readonly profile: Readonly<Record<string, string>>;
}

/** The user as events and audit entries show it. */
export type UserSnapshot = ReturnType<typeof userSnapshot>;

/** Makes the snapshot of a user. */
export function userSnapshot(user: SeenUser, { roles, groupIds, profile }: UserSurroundings) {
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    firstName: user.firstName,
    lastName: user.lastName,
    fullName: user.fullName,
    employeeId: user.employeeId,
    profile: { ...profile },
    status: user.status,
    authMethod: user.authMethod,
    breakGlass: user.breakGlass,
    roles: roles.map((role) => role.key),
    groups: [...groupIds],
  };
}

/** An account with an address, with the facts that merging needs. */
export interface AddressHolder {
  readonly user: User;
  /** Whether the account has a password and an unproved address. */
  readonly unverifiedPassword: boolean;
}
