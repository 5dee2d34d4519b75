/** First check of an answer: its parameters are single strings of bounded length, each there at most once. */
import { Failure } from "../platform/errors/failure.js";
import { SIGN_IN_PARAMETERS_INVALID } from "./failures.js";

const MOST_PARAMETERS = 30;
const LONGEST_VALUE = 16_384;

/**
 * The parameters of an answer, as strings.
 *
 * @throws SIGN_IN_PARAMETERS_INVALID when one is repeated, nested or overlong
 */
export function readParameters(query: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(query);
  if (entries.length > MOST_PARAMETERS) throw invalid(`There are ${entries.length} parameters.`);
  const parameters: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) {
    if (typeof value !== "string") throw invalid(`The parameter ${name.slice(0, 40)} is not a single text.`);
    if (value.length > LONGEST_VALUE) throw invalid(`The parameter ${name.slice(0, 40)} is too long.`);
    parameters[name] = value;
  }
  return parameters;
}

function invalid(detail: string) {
  return new Failure(SIGN_IN_PARAMETERS_INVALID, { detail });
}
