/** Checks the fields of a person as administrators and programs send them. */
import { isEmailAddress, type InputCheck } from "../../platform/errors/input.js";
import { foldCase } from "../../platform/text.js";
import { joinNames, type PersonFields } from "./user.js";

const LONGEST_EMAIL = 254;

/** Fields of a new person. */
export interface PersonInput {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Absent: first and last name, joined. */
  readonly fullName?: string | null;
  readonly username?: string | null;
  readonly employeeId?: string | null;
}

/** Fields to change: absent keeps, and `null` clears where a field may be empty. */
export type PersonChange = { readonly [Name in keyof PersonInput]?: PersonInput[Name] | null };

/** Brings the fields of a new person into their stored form; what is wrong with them is added to the check. */
export function readPerson(check: InputCheck, input: PersonInput): PersonFields {
  const firstName = check.text("firstName", input.firstName);
  const lastName = check.text("lastName", input.lastName);
  return {
    email: readEmail(check, input.email),
    username: check.optionalText("username", input.username, { longest: 254 }),
    firstName,
    lastName,
    fullName: check.optionalText("fullName", input.fullName, { longest: 400 }) ?? joinNames(firstName, lastName),
    employeeId: check.optionalText("employeeId", input.employeeId),
  };
}

/** The fields of a person after a change. A full name that nobody sends follows the first and last name. */
export function changePerson(check: InputCheck, before: PersonFields, change: PersonChange): PersonFields {
  const firstName = change.firstName == null ? before.firstName : check.text("firstName", change.firstName);
  const lastName = change.lastName == null ? before.lastName : check.text("lastName", change.lastName);
  const namesChange = firstName !== before.firstName || lastName !== before.lastName;
  const fullName = change.fullName == null ? null : check.optionalText("fullName", change.fullName, { longest: 400 });
  return {
    email: change.email == null ? before.email : readEmail(check, change.email),
    username:
      change.username === undefined
        ? before.username
        : check.optionalText("username", change.username, { longest: 254 }),
    firstName,
    lastName,
    fullName:
      fullName ?? (namesChange || change.fullName !== undefined ? joinNames(firstName, lastName) : before.fullName),
    employeeId:
      change.employeeId === undefined ? before.employeeId : check.optionalText("employeeId", change.employeeId),
  };
}

/** Addresses are found by their folded form, which must fit its column and be an address as well. */
function readEmail(check: InputCheck, value: string): string {
  const email = check.email("email", value);
  if (isEmailAddress(email) && foldCase(email).length > LONGEST_EMAIL)
    check.add("email", "INVALID", "must be an e-mail address");
  return email;
}
