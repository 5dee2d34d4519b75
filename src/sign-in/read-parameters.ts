/** First check of an answer: each parameter is one string of bounded length. */
import { Failure } from "../platform/errors/failure.js";
import { SIGN_IN_PARAMETERS_INVALID } from "./failures.js";

const MOST_PARAMETERS = 30;

/** Characters of a value in an address. Codes, states and tickets are far shorter, and servers bound the whole address. */
const LONGEST_IN_ADDRESS = 16_384;
/** Characters of a posted form. The protocols have lower limits, whose errors say what to do. */
export const LONGEST_IN_FORM = 600 * 1024;

/**
 * The parameters of an answer, as strings.
 *
 * @param longestValue in characters. The default is for an address.
 * @throws SIGN_IN_PARAMETERS_INVALID if one is repeated, nested or too long
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
