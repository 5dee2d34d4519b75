/** The filter of a list of users. */
import type { ProfileField } from "../profile/field-name.js";
import type { AuthMethod, UserStatus } from "../user.js";

/** A condition that is left out or empty has no effect. */
export interface UserFilter {
  /** Each word must be the beginning of a word in a name, the address, the username or the employee ID. A guest's username and employee ID do not match. */
  readonly search?: string | null;
  readonly status?: readonly UserStatus[] | null;
  /** Users who have at least one of these roles in the organization. */
  readonly roleKeys?: readonly string[] | null;
  /** Users who are in at least one of these groups of the organization. */
  readonly groupIds?: readonly string[] | null;
  readonly authMethod?: AuthMethod | null;
  /** Users who lack a value in at least one of these fields. */
  readonly missing?: readonly MissingField[] | null;
  /** Users linked through one of these connections of the organization. */
  readonly connectionIds?: readonly string[] | null;
  /** Users who gave at least one of these answers in the organization. */
  readonly answers?: readonly string[] | null;
  /** Users who report to one of these managers. */
  readonly managerIds?: readonly string[] | null;
  /** Users who have not signed in since this time, or never. */
  readonly notSignedInSince?: Date | null;
  /** `true`: users who never signed in; `false`: users who have. */
  readonly neverSignedIn?: boolean | null;
  /** `true`: users who hold a seat in the organization; `false`: users who do not. */
  readonly hasSeat?: boolean | null;
  /** `true`: break-glass accounts; `false`: accounts that are none. */
  readonly breakGlass?: boolean | null;
}

/** A field that can be empty. Address and names never are. */
export type MissingField = ProfileField | "username" | "employeeId";
