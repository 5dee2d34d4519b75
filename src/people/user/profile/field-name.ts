/**
 * The fields of a person, and how long their values may be. This file imports nothing, because the contract of
 * connection types exports the names, and connection types must not reach the database.
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
/** An attribute that the organization defines. */
type CustomField = `custom.${string}`;
export type FieldName = CoreField | ProfileField | CustomField;

/** The name of a custom attribute, with its prefix. */
const CUSTOM_FIELD = /^custom\.[A-Za-z][A-Za-z0-9_-]{0,49}$/;

/** Whether a text is the name of a field: a known field, or `custom.NAME`. */
export function isFieldName(name: string): name is FieldName {
  return (
    (CORE_FIELDS as readonly string[]).includes(name) ||
    (PROFILE_FIELDS as readonly string[]).includes(name) ||
    CUSTOM_FIELD.test(name)
  );
}

/** The longest value of a core field, in characters, as wide as its column. Other fields have `LONGEST_VALUE`. */
const LONGEST: Readonly<Record<CoreField, number>> = {
  email: 254,
  username: 254,
  firstName: 200,
  lastName: 200,
  fullName: 400,
  employeeId: 200,
};
const LONGEST_VALUE = 2000;

/** The longest value of a field, in characters. */
export function longestValueOf(field: FieldName): number {
  return (LONGEST as Readonly<Record<string, number>>)[field] ?? LONGEST_VALUE;
}
