/** An account, in the house's own words. */
import type { Role } from "../role/role.js";

/** @internal */
export const USER_STATUSES = ["INVITED", "PENDING_APPROVAL", "ACTIVE", "DISABLED", "ARCHIVED"] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

const AUTH_METHODS = ["SSO", "PASSWORD"] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

export interface User {
  readonly id: string;
  /** Never changes, and alone decides about single sign-on. */
  readonly homeOrganizationId: string;
  readonly email: string;
  readonly username: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly fullName: string;
  readonly employeeId: string | null;
  readonly status: UserStatus;
  /** Set at creation. */
  readonly authMethod: AuthMethod;
  /** `null` while nobody has signed in yet: the account is *prepared*. */
  readonly firstSignedInAt: Date | null;
  readonly lastSignedInAt: Date | null;
  /** Rises at every stored change that events tell of. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The fields of an account that every organization sees of its members, wherever their home is. */
type GuestField = "id" | "homeOrganizationId" | "email" | "firstName" | "lastName" | "fullName";
type WithheldField = Exclude<keyof User, GuestField>;

/** An account as somebody sees it. A field that is withheld from them is `null`. */
export type SeenUser = Pick<User, GuestField> & { readonly [Field in WithheldField]: User[Field] | null };

/** The compiler asks about every new field of an account: a guest's organization does not see it unless `GuestField` says so. */
const WITHHELD: { readonly [Field in WithheldField]: null } = {
  username: null,
  employeeId: null,
  status: null,
  authMethod: null,
  firstSignedInAt: null,
  lastSignedInAt: null,
  version: null,
  createdAt: null,
  updatedAt: null,
};

/** A guest: a member whose home is another organization. Their name and address are seen, and nothing else of the account. */
export function toGuest({ id, homeOrganizationId, email, firstName, lastName, fullName }: User): SeenUser {
  return { ...WITHHELD, id, homeOrganizationId, email, firstName, lastName, fullName };
}

/** An account as an organization itself sees it: in its lists, its events and its files. */
export function seenIn(organizationId: string, user: User): SeenUser {
  return user.homeOrganizationId === organizationId ? user : toGuest(user);
}

/**
 * A user in one of the organizations that the user belongs to: roles and groups are those there. `showMember` makes it, for
 * the caller who is to see it.
 */
export type Member = SeenUser & {
  readonly organizationId: string;
  /** Whether the fields of the account are withheld from the caller. */
  readonly isGuest: boolean;
};

/** The fields that describe a person, as arrivals and administrators may set them. */
export interface PersonFields {
  readonly email: string;
  readonly username: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly fullName: string;
  readonly employeeId: string | null;
}

/** What `users` can be ordered by. */
const USER_ORDERS = ["LAST_NAME", "FIRST_NAME", "EMAIL", "CREATED_AT"] as const;
export type UserOrder = (typeof USER_ORDERS)[number];

const LONGEST_FULL_NAME = 400;

/** The name to show where nobody gave one. */
export function joinNames(firstName: string, lastName: string): string {
  return `${firstName} ${lastName}`.trim().slice(0, LONGEST_FULL_NAME);
}

/** What is shown of a user beside the account's own columns, in one organization. */
export interface UserSurroundings {
  readonly roles: readonly Role[];
  readonly groupIds: readonly string[];
  /** The winning values of the fields that have no column. */
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
    roles: roles.map((role) => role.key),
    groups: [...groupIds],
  };
}

/** An account that has an address, with what merging must know of it. */
export interface AddressHolder {
  readonly user: User;
  readonly operator: boolean;
  /** Whether a local password waits on an address that nobody has proved. */
  readonly unverifiedPassword: boolean;
}
