/** Which users a list shows. */
import type { ProfileField } from "../profile/field-name.js";
import type { AuthMethod, UserStatus } from "../user.js";

/** What is left out or empty restricts nothing. */
export interface UserFilter {
  /** Words, each of which must begin a word of a name, of the address, of the username or of the employee ID. What is withheld of a guest is found by none of these. */
  readonly search?: string | null;
  readonly status?: readonly UserStatus[] | null;
  /** Users who have at least one of these roles in the organization. */
  readonly roleKeys?: readonly string[] | null;
  /** Users who are in at least one of these groups of the organization. */
  readonly groupIds?: readonly string[] | null;
  readonly authMethod?: AuthMethod | null;
  /** Users who lack a value in at least one of these fields. */
  readonly missing?: readonly MissingField[] | null;
  /** Users whom one of these connections of the organization lets in. */
  readonly connectionIds?: readonly string[] | null;
  /** Users who gave at least one of these answers in the organization. */
  readonly answers?: readonly string[] | null;
  /** Users who report to one of these. */
  readonly managerIds?: readonly string[] | null;
  /** Users who have not signed in since then, or never. */
  readonly notSignedInSince?: Date | null;
  /** Users who never signed in; `false` for those who did. */
  readonly neverSignedIn?: boolean | null;
  /** Users who hold a seat in the organization; `false` for those who hold none. */
  readonly hasSeat?: boolean | null;
}

/** A field that somebody can lack: address and names are always there. */
export type MissingField = ProfileField | "username" | "employeeId";
