/**
 * Completes the fields that a provider sent, because an account needs an address and both names. Under the policy
 * `USE_EMAIL`, fills a missing name from the other names, or from the address if there are none. Pure.
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

/** The fields of a new account. Refuses the person if the address or a name is still missing. */
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

/**
 * Refuses a person without a usable address. If a claim has an unusable one, the refusal names that claim, so that the
 * administrator does not look for a missing claim.
 */
function refuseWithoutEmail(profile: Profile): Refusal {
  for (const [claim, values] of Object.entries(profile.attributes)) {
    const unusable = values.find((value) => value.length <= LONGEST_ADDRESS && hasForeignLocalPart(value.trim()));
    if (unusable !== undefined)
      return refuse(
        failures.EMAIL_UNUSABLE,
        `The claim ${claim} is ${unusable}; it has letters before the @ that are not ASCII.`,
      );
  }
  return refuse(failures.EMAIL_MISSING, `The provider sent no address. ${describeClaims(profile)}`);
}

/**
 * Completes a prepared account at its first sign-in, under `USE_EMAIL`. It fills missing names as for a new account, and
 * keeps the fields that an administrator gave.
 *
 * @param updates the fields that the provider changes
 * @param supplied the fields that the provider sent
 */
export function completePrepared(
  updates: FieldValues,
  supplied: FieldValues,
  { email, filled }: { readonly email: string; readonly filled: ReadonlySet<string> },
): FieldValues {
  const names = fillNames(supplied, supplied.email ?? email);
  const missing = Object.entries(names).filter(([field]) => !filled.has(field));
  // If the provider sent a name, the full name is derived from it and the administrator's other name.
  const isNamed = supplied.firstName != null || supplied.lastName != null;
  return { ...Object.fromEntries(missing.filter(([field]) => field !== "fullName" || !isNamed)), ...updates };
}

/** Adds the full name from a first and a last name, if the stored full name only stood in for missing names. */
export function withFullName(supplied: FieldValues, { fullName, email, ...user }: User): FieldValues {
  const { firstName, lastName } = supplied;
  if (supplied.fullName != null || firstName == null || lastName == null) return supplied;
  const isAlone = user.firstName === user.lastName && fullName === user.firstName;
  return fullName === email || isAlone ? { ...supplied, fullName: joinNames(firstName, lastName) } : supplied;
}

/** Makes first, last and full name and username from the names that the provider sent, or from the address. */
export function fillNames(supplied: FieldValues, email: string): FieldValues {
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
 * Splits a name in two: after a known first name, before a known last name, at the comma of `Lovelace, Ada`, or before the last
 * word. Returns `null` for a name of one part.
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

/** How many claims the detail of a refusal names. */
const MOST_CLAIMS = 40;

/**
 * Lists the names of the claims, so that an administrator sees which one to map. Leaves out their values, which may be
 * sensitive.
 */
function describeClaims({ attributes, withheld }: Profile): string {
  const names = Object.keys(attributes);
  const why = withheld === undefined ? "" : ` The provider withheld some claims: ${withheld}.`;
  if (names.length === 0) return `It sent no other claims about the person.${why}`;
  const more = names.length > MOST_CLAIMS ? ` and ${names.length - MOST_CLAIMS} more` : "";
  return `It sent the claims ${names.slice(0, MOST_CLAIMS).join(", ")}${more}.${why}`;
}
