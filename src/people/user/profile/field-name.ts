/**
 * The fields of a person, and how long their values may be. This file imports nothing: connection types get the names
 * from here through their contract, and must not reach the database.
 */
/** The fields that every account has columns for. */
export const CORE_FIELDS = ["email", "username", "firstName", "lastName", "fullName", "employeeId"] as const;

/** Further fields of a profile, in the order of forms. */
export const PROFILE_FIELDS = [
  "phone",
  "jobTitle",
  "department",
  "division",
  "streetAddress",
  "city",
  "state",
  "zipCode",
  "managerName",
  "managerEmail",
  "costCenter",
  "locale",
  "timeZone",
] as const;

export type CoreField = (typeof CORE_FIELDS)[number];
export type ProfileField = (typeof PROFILE_FIELDS)[number];
/** An organization's own attribute. */
type CustomField = `custom.${string}`;
export type FieldName = CoreField | ProfileField | CustomField;

/** The form of a custom attribute's name, with its prefix. */
const CUSTOM_FIELD = /^custom\.[A-Za-z][A-Za-z0-9_-]{0,49}$/;

/** Whether a text names a field: one that Usher knows, or `custom.NAME`. */
export function isFieldName(name: string): name is FieldName {
  return (
    (CORE_FIELDS as readonly string[]).includes(name) ||
    (PROFILE_FIELDS as readonly string[]).includes(name) ||
    CUSTOM_FIELD.test(name)
  );
}

/** Longest value of a core field, in characters, as wide as its column; all others may have `LONGEST_VALUE`. */
const LONGEST: Readonly<Record<CoreField, number>> = {
  email: 254,
  username: 254,
  firstName: 200,
  lastName: 200,
  fullName: 400,
  employeeId: 200,
};
const LONGEST_VALUE = 2000;

/** How long a value of a field may be, in characters. */
export function longestValueOf(field: FieldName): number {
  return (LONGEST as Readonly<Record<string, number>>)[field] ?? LONGEST_VALUE;
}
