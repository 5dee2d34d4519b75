/**
 * Settings that say how, and how recently, a person must have authenticated at the provider. A connection type can
 * declare them if its protocol names the time or the class of an authentication.
 */
import { integer, list } from "./settings.js";

/** Half a year. A longer time is probably a mistake in the unit. */
const LONGEST_AGE_SECONDS = 183 * 24 * 60 * 60;

/** A class has no spaces, because `acr_values` separates classes by spaces. */
const CLASS = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Declares the setting for the time, in seconds, since a person authenticated at the provider. An older authentication
 * is refused. `sentence` becomes part of the setting's help; it says how the protocol asks for a recent authentication.
 */
export function maxAgeSeconds(sentence: string) {
  return integer({
    minimum: 0,
    maximum: LONGEST_AGE_SECONDS,
    label: "Longest time since the authentication, in seconds",
    help: `How long ago the person may have authenticated at the provider. ${sentence} Left out, any time is accepted.`,
  });
}

/**
 * Declares the setting for the accepted authentication context classes. `claim` is the protocol's name for the class.
 */
export function requiredAcr(claim: string) {
  return list({
    label: "Required authentication context classes",
    help: `Usher accepts a sign-in only if ${claim} is one of these classes, compared exactly. Left out, every class is accepted.`,
    longestItem: 255,
    item: (value) => (CLASS.test(value) ? { value } : { issue: "must be one class without spaces and quotes" }),
  });
}
