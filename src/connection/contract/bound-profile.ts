/** Bounds the values of a profile, as the contract demands. The `normalize` of each connection type calls it last. */
import type { ProfileField } from "../../people/user/profile/field-name.js";
import { cutText, normalizeLine } from "../../platform/text.js";
import type { Authentication } from "../../protocols/authentication.js";
import type { NormalizedProfile } from "./profile.js";

/**
 * The longest values, in characters. Usher cuts names, but not identifiers: a cut identifier might be that of a
 * different person.
 */
export const PROFILE_LENGTHS = {
  email: 254,
  username: 254,
  firstName: 200,
  lastName: 200,
  fullName: 400,
  employeeId: 200,
  profile: 400,
} as const;

/**
 * The longest class (`acr`) and the longest method (`amr`), in characters, and the largest number of methods. The
 * methods of RFC 8176 have at most six characters.
 */
const AUTHENTICATION_LENGTHS = { acr: 255, method: 48, methods: 10 } as const;

/**
 * Puts each value on one line: removes white space and control characters at its ends, and replaces those inside it by
 * one space. Removes characters that change the direction of writing. Cuts names and profile fields to their length;
 * identifiers that are too long count as missing. Does not change issuer and subject, which the protocol has checked,
 * or groups and attributes, which mappings compare exactly.
 */
export function boundProfile(profile: NormalizedProfile): NormalizedProfile {
  const fields = Object.entries(profile.profile).flatMap(([field, value]) => {
    const text = cut(value, PROFILE_LENGTHS.profile);
    return text === null ? [] : [[field as ProfileField, text] as const];
  });
  const { authentication } = profile;
  const email = whole(profile.email, PROFILE_LENGTHS.email);
  return {
    ...profile,
    email,
    emailVerified: email === null ? null : profile.emailVerified,
    username: whole(profile.username, PROFILE_LENGTHS.username),
    firstName: cut(profile.firstName, PROFILE_LENGTHS.firstName),
    lastName: cut(profile.lastName, PROFILE_LENGTHS.lastName),
    fullName: cut(profile.fullName, PROFILE_LENGTHS.fullName),
    employeeId: whole(profile.employeeId, PROFILE_LENGTHS.employeeId),
    profile: Object.fromEntries(fields),
    authenticationMethods: profile.authenticationMethods.filter((method) => method.trim() !== ""),
    ...(authentication && { authentication: boundAuthentication(authentication) }),
  };
}

/**
 * A context class or a method that is too long counts as missing. If there are too many methods, Usher keeps the first
 * ones.
 */
function boundAuthentication(authentication: Authentication): Authentication {
  const methods = authentication.amr.flatMap((method) => whole(method, AUTHENTICATION_LENGTHS.method) ?? []);
  return {
    ...authentication,
    acr: whole(authentication.acr, AUTHENTICATION_LENGTHS.acr),
    amr: methods.slice(0, AUTHENTICATION_LENGTHS.methods),
  };
}

function cut(value: string | null | undefined, longest: number): string | null {
  return cutText(normalizeLine(value ?? ""), longest).trimEnd() || null;
}

function whole(value: string | null, longest: number): string | null {
  const text = normalizeLine(value ?? "");
  return text !== "" && text.length <= longest ? text : null;
}
