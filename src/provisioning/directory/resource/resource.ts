/** What a directory says of a user or a group, and how Usher stores it. */
import type { FieldValues } from "../../../people/user/profile/field.js";

export type ResourceKind = "USER" | "GROUP";

/** A value in the form that filters compare. */
export interface IndexedValue {
  /** In lower case, with its parent: `emails.value`. */
  readonly attribute: string;
  /** The place in a list; 0 for a single value. */
  readonly element: number;
  readonly key: string;
}

/** The longest key of a value, in characters. Filters compare the beginning of longer values. */
export const LONGEST_VALUE_KEY = 300;

/** What the SCIM requests of a provider say of a resource. */
export interface ResourceContent {
  /** The `userName` or `displayName`, folded to one case. It is unique in the directory. */
  readonly nameKey: string;
  readonly externalId: string | null;
  /** The directory's own values, in the form in which Usher returns them. */
  readonly document: ResourceDocument;
  readonly values: readonly IndexedValue[];
}

export type ResourceDocument = Readonly<Record<string, unknown>>;

/** A user as a directory describes it. */
export interface DirectoryUser extends ResourceContent {
  readonly active: boolean;
  /** The fields of the account that the directory gives. They contain the address and both names. */
  readonly fields: FieldValues;
}

/** A group as a directory describes it, without its members. */
export interface DirectoryGroup extends ResourceContent {
  readonly displayName: string;
}

/** A stored resource. */
export interface Resource {
  readonly id: string;
  readonly directoryId: string;
  readonly kind: ResourceKind;
  /** The account or the group. */
  readonly subjectId: string;
  readonly document: ResourceDocument;
  /** Rises with every change. The ETag names it. */
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}
