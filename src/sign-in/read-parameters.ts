/** The first check of a provider's answer: each parameter must be one string of limited length. */
import { Failure } from "../platform/errors/failure.js";
import { SIGN_IN_PARAMETERS_INVALID } from "./failures.js";

const MOST_PARAMETERS = 30;

/**
 * The most characters of a value in an address. Codes, states and tickets are far shorter, and servers limit the whole
 * address anyway.
 */
const LONGEST_IN_ADDRESS = 16_384;
/** The most characters of a posted form. The protocols have lower limits, and their errors say what to do. */
export const LONGEST_IN_FORM = 600 * 1024;

/**
 * The parameters of an answer, as strings.
 *
 * @param longestValue the longest value, in characters. The default is for an address
 * @throws SIGN_IN_PARAMETERS_INVALID if a parameter is repeated, nested or too long, or if there are too many
 */
export function readParameters(
  query: Readonly<Record<string, unknown>>,
  longestValue: number = LONGEST_IN_ADDRESS,
): Readonly<Record<string, string>> {
  const entries = Object.entries(query);
  if (entries.length > MOST_PARAMETERS)
    throw invalid(`There are ${entries.length} parameters, more than ${MOST_PARAMETERS}.`);
  const parameters: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) {
    if (typeof value !== "string") throw invalid(`The parameter ${name.slice(0, 40)} is repeated or nested.`);
    if (value.length > longestValue)
      throw invalid(`The parameter ${name.slice(0, 40)} is longer than ${longestValue} characters.`);
    parameters[name] = value;
  }
  return parameters;
}

function invalid(detail: string) {
  return new Failure(SIGN_IN_PARAMETERS_INVALID, { detail });
}
