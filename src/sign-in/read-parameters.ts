/** First check of an answer: its parameters are single strings of bounded length, each there at most once. */
import { Failure } from "../platform/errors/failure.js";
import { SIGN_IN_PARAMETERS_INVALID } from "./failures.js";

const MOST_PARAMETERS = 30;

/** In an address. Codes, states and tickets are far shorter; servers bound the whole address there anyway. */
const LONGEST_IN_ADDRESS = 16_384;
/** In a posted form: the whole form. A protocol's own bound for its message is lower, and says what to do about it. */
export const LONGEST_IN_FORM = 600 * 1024;

/**
 * The parameters of an answer, as strings.
 *
 * @param longestValue in characters; that of an address unless it is said otherwise
 * @throws SIGN_IN_PARAMETERS_INVALID when one is repeated, nested or overlong
 */
export function readParameters(
  query: Readonly<Record<string, unknown>>,
  longestValue: number = LONGEST_IN_ADDRESS,
): Readonly<Record<string, string>> {
  const entries = Object.entries(query);
  if (entries.length > MOST_PARAMETERS) throw invalid(`There are ${entries.length} parameters.`);
  const parameters: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) {
    if (typeof value !== "string") throw invalid(`The parameter ${name.slice(0, 40)} is not a single text.`);
    if (value.length > longestValue) throw invalid(`The parameter ${name.slice(0, 40)} is too long.`);
    parameters[name] = value;
  }
  return parameters;
}

function invalid(detail: string) {
  return new Failure(SIGN_IN_PARAMETERS_INVALID, { detail });
}
