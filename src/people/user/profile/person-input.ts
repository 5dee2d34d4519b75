/** Checks and normalizes the fields of a person in the inputs of administrators and API clients. */
import { isEmailAddress, type InputCheck } from "../../../platform/errors/input.js";
import { foldCase } from "../../../platform/text.js";
import type { FieldValues } from "./field.js";
import { isFieldName, longestValueOf, PROFILE_FIELDS, type FieldName, type ProfileField } from "./field-name.js";

/** The fields of the profile; `null` removes the source's value. */
type ProfileInput = { readonly [Field in ProfileField]?: string | null } & {
  /** The organization's own attributes. */
  readonly custom?: readonly { readonly name: string; readonly value?: string | null }[] | null;
};

/** Fields of a new person. */
export interface PersonInput {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Absent: first and last name, joined. */
  readonly fullName?: string | null;
  readonly username?: string | null;
  readonly employeeId?: string | null;
  readonly profile?: ProfileInput | null;
}

/** Fields to change. Absent fields stay unchanged, and `null` clears a field that may be empty. */
export type PersonChange = { readonly [Name in keyof PersonInput]?: PersonInput[Name] | null };

/** The fields of a new person. Adds their mistakes to the check. */
export function readPerson(check: InputCheck, input: PersonInput): FieldValues {
  return {
    email: readEmail(check, input.email),
    firstName: check.text("firstName", input.firstName, { longest: longestValueOf("firstName") }),
    lastName: check.text("lastName", input.lastName, { longest: longestValueOf("lastName") }),
    ...readOptional(check, input),
  };
}

/** The fields of a change. Address, first and last name can be replaced but not cleared. */
export function readPersonChange(check: InputCheck, change: PersonChange): FieldValues {
  const { email, firstName, lastName } = change;
  return {
    ...readOptional(check, change),
    ...(email == null ? {} : { email: readEmail(check, email) }),
    ...(firstName == null ? {} : { firstName: check.text("firstName", firstName) }),
    ...(lastName == null ? {} : { lastName: check.text("lastName", lastName) }),
  };
}

function readOptional(check: InputCheck, input: PersonChange): FieldValues {
  const values: Partial<Record<FieldName, string | null>> = {};
  for (const field of ["fullName", "username", "employeeId"] as const)
    if (input[field] !== undefined)
      values[field] = check.optionalText(field, input[field], { longest: longestValueOf(field) });
  const { profile } = input;
  for (const field of PROFILE_FIELDS)
    if (profile?.[field] !== undefined)
      values[field] = check.optionalText(`profile.${field}`, profile[field], { longest: longestValueOf(field) });
  for (const [index, { name, value }] of (profile?.custom ?? []).entries()) {
    const field = `custom.${name}` as const;
    if (isFieldName(field))
      values[field] = check.optionalText(`profile.custom.${index}.value`, value, { longest: longestValueOf(field) });
    else
      check.add(
        `profile.custom.${index}.name`,
        "INVALID",
        "must be a letter followed by at most 49 letters, digits, hyphens and underscores",
      );
  }
  return values;
}

/** Accounts are found by the folded form, so it must also be an address and fit its column. */
function readEmail(check: InputCheck, value: string): string {
  const email = check.email("email", value);
  if (isEmailAddress(email) && foldCase(email).length > longestValueOf("email"))
    check.add("email", "INVALID", "must be an e-mail address");
  return email;
}
