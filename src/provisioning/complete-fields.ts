/**
 * Completes what a provider sent of a person: an account has an address and both names. Under `missingName: USE_EMAIL`, any
 * name that the provider sent stands in for what is missing, and the address does where it sent none. Pure.
 */
import type { ConnectionPolicies } from "../connection/stored/policies.js";
import { hasForeignLocalPart } from "../platform/errors/input.js";
import type { FieldValues } from "../people/user/profile/field.js";
import { longestValueOf } from "../people/user/profile/field-name.js";
import { joinNames, type User } from "../people/user/user.js";
import { cutText } from "../platform/text.js";
import type { VerifiedPerson } from "./verified-person.js";
import * as failures from "./failures.js";
import { refuse, type Refusal } from "./refusal.js";

/** Characters of an address (RFC 5321, section 4.5.3.1). */
const LONGEST_ADDRESS = 254;

type Profile = VerifiedPerson["profile"];

/** The fields of a new account. It needs an address and both names. */
export function completeNew(
  supplied: FieldValues,
  missingName: ConnectionPolicies["missingName"],
  profile: Profile,
): FieldValues | Refusal {
  const { email, firstName, lastName } = supplied;
  if (email == null) return refuseWithoutEmail(profile);
  if (missingName === "USE_EMAIL") return { ...supplied, ...fillNames(supplied, email) };
  if (firstName != null && lastName != null) return supplied;
  const missing = [firstName == null ? "first name" : null, lastName == null ? "last name" : null];
  const what = `The provider sent no ${missing.filter(Boolean).join(" and no ")}.`;
  return refuse(failures.NAME_MISSING, `${what} ${describeClaims(profile)}`);
}

/** Names an address that cannot be used: otherwise an administrator would look for a claim that the provider does send. */
function refuseWithoutEmail(profile: Profile): Refusal {
  for (const [claim, values] of Object.entries(profile.attributes)) {
    const unusable = values.find((value) => value.length <= LONGEST_ADDRESS && hasForeignLocalPart(value.trim()));
    if (unusable !== undefined)
      return refuse(
        failures.EMAIL_UNUSABLE,
        `The claim ${claim} is ${unusable}, with letters before the @ that are not ASCII.`,
      );
  }
  return refuse(failures.EMAIL_MISSING, `The provider sent no address. ${describeClaims(profile)}`);
}

/**
 * The fields of a prepared account at its first sign-in, under `USE_EMAIL`: names that are missing are filled as those of a new
 * account. What an administrator gave stays.
 *
 * @param updates what the provider changes
 * @param supplied what the provider sent
 */
export function completePrepared(
  updates: FieldValues,
  supplied: FieldValues,
  { email, filled }: { readonly email: string; readonly filled: ReadonlySet<string> },
): FieldValues {
  const names = fillNames(supplied, supplied.email ?? email);
  const missing = Object.entries(names).filter(([field]) => !filled.has(field));
  // Names that the provider sent make the full name with those that the administrator gave.
  const isNamed = supplied.firstName != null || supplied.lastName != null;
  return { ...Object.fromEntries(missing.filter(([field]) => field !== "fullName" || !isNamed)), ...updates };
}

/** A full name that was filled in from something else follows first and last name once the provider sends both. */
export function withFullName(supplied: FieldValues, { fullName, email, ...user }: User): FieldValues {
  const { firstName, lastName } = supplied;
  if (supplied.fullName != null || firstName == null || lastName == null) return supplied;
  const isAlone = user.firstName === user.lastName && fullName === user.firstName;
  return fullName === email || isAlone ? { ...supplied, fullName: joinNames(firstName, lastName) } : supplied;
}

/** First, last and full name and username, from what the provider sent of them, otherwise from the address. */
function fillNames(supplied: FieldValues, email: string): FieldValues {
  const { firstName, lastName, fullName, username } = supplied;
  const isWhole = firstName != null && lastName != null;
  const whole = fullName ?? firstName ?? lastName ?? email;
  const parts = fullName == null ? null : splitName(fullName, firstName ?? null, lastName ?? null);
  return {
    firstName: firstName ?? bound("firstName", parts?.firstName ?? whole),
    lastName: lastName ?? bound("lastName", parts?.lastName ?? whole),
    ...(isWhole && fullName == null ? {} : { fullName: whole }),
    username: username ?? email,
  };
}

/**
 * Splits a name in two, or answers `null` where it has only one part: beside a first or last name that is known, else at the
 * comma of `Lovelace, Ada`, else before the last word.
 */
function splitName(
  name: string,
  firstName: string | null,
  lastName: string | null,
): { readonly firstName: string; readonly lastName: string } | null {
  if (firstName !== null && name.startsWith(`${firstName} `))
    return { firstName, lastName: name.slice(firstName.length + 1) };
  if (lastName !== null && name.endsWith(` ${lastName}`))
    return { firstName: name.slice(0, -lastName.length - 1), lastName };
  const [, last, first] = /^([^,]+), ([^,]+)$/u.exec(name) ?? [];
  if (first !== undefined && last !== undefined) return { firstName: first, lastName: last };
  const space = name.lastIndexOf(" ");
  return space < 0 ? null : { firstName: name.slice(0, space), lastName: name.slice(space + 1) };
}

function bound(field: "firstName" | "lastName", text: string): string {
  return cutText(text, longestValueOf(field)).trimEnd();
}

/** How many claims the story of a refusal names. */
const MOST_CLAIMS = 40;

/** Names alone, so that an administrator sees which one to enter: a value may be anything. */
function describeClaims({ attributes, withheld }: Profile): string {
  const names = Object.keys(attributes);
  const why = withheld === undefined ? "" : ` Something was withheld: ${withheld}.`;
  if (names.length === 0) return `It sent nothing else about the person.${why}`;
  const more = names.length > MOST_CLAIMS ? ` and ${names.length - MOST_CLAIMS} more` : "";
  return `It sent the claims ${names.slice(0, MOST_CLAIMS).join(", ")}${more}.${why}`;
}
