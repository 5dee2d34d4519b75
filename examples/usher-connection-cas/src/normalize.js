/**
 * Makes a profile from the server's answer about a person. It is pure and never throws: attributes can have any value.
 */
import { boundProfile, readEmailAddress } from "usher/contract";

/**
 * @param {import("./strategy.js").VerifiedPerson} verified
 * @param {import("./settings.js").CasSettings} settings
 * @returns {import("usher/contract").NormalizedProfile}
 */
export function normalize({ issuer, subject, user, attributes }, settings) {
  /** @param {string | null} name */
  const all = (name) => (name !== null && Object.hasOwn(attributes, name) ? (attributes[name] ?? []) : []);
  /** @param {string | null} name */
  const first = (name) => all(name)[0] ?? null;
  const emails = all(settings.emailAttribute).flatMap((text) => readEmailAddress(text.trim()) ?? []);
  const { groupsAttribute } = settings;
  return boundProfile({
    issuer,
    subject,
    email: emails[0] ?? null,
    // The protocol does not say whether the server verified the address.
    emailVerified: null,
    username: user,
    firstName: first(settings.firstNameAttribute),
    lastName: first(settings.lastNameAttribute),
    fullName: first("displayName"),
    employeeId: first(settings.employeeIdAttribute),
    // A server without the groups attribute may not release it. The person may still be in groups.
    groups: Object.hasOwn(attributes, groupsAttribute)
      ? { kind: "known", values: all(groupsAttribute).filter((group) => group.trim() !== "") }
      : { kind: "silent" },
    groupsClaims: [groupsAttribute],
    profile: {},
    attributes,
    authenticationMethods: all("authenticationMethod"),
  });
}
