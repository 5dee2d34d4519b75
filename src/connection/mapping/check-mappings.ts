/** Checks the mappings of an input without the database. Each mistake has its own path. */
import { isFieldName } from "../../people/user/profile/field-name.js";
import type { InputCheck } from "../../platform/errors/input.js";
import type { RuleOperator } from "./mapping.js";
import { compilePattern, LONGEST_PATTERN, writtenOutLength } from "./pattern.js";

/** The most mappings of one kind. Every sign-in evaluates all of them. */
export const MOST_MAPPINGS = 200;
/** The most characters of a claim's name, as in its column. SAML claims are URLs. */
const LONGEST_CLAIM = 500;
/** The most characters of a value or a pattern. */
const LONGEST_VALUE = 1000;
/** The most characters of all patterns together, with repetitions written out. RE2 takes a second for so many. */
const MOST_PATTERN_LENGTH = 20_000;
/** The most bytes of all values of a rule as JSON. A text column of MySQL holds 65,535 bytes. */
const MOST_VALUE_BYTES = 60_000;

export interface AttributeMappingInput {
  readonly claim: string;
  readonly field: string;
}

/** A condition on a claim: `value` for one value, `values` for several. */
export interface RuleInput {
  readonly claim: string;
  readonly operator: RuleOperator;
  readonly value?: string | null;
  readonly values?: readonly string[] | null;
  readonly ignoreCase?: boolean | null;
}

export interface CheckedRule {
  readonly claim: string;
  readonly operator: RuleOperator;
  readonly values: readonly string[];
  readonly ignoreCase: boolean;
}

/** Refuses a list that is too long before its mappings are checked one by one. */
export function checkNumber(check: InputCheck, mappings: readonly unknown[]): void {
  if (mappings.length <= MOST_MAPPINGS) return;
  check.add("mappings", "INVALID", `must be at most ${MOST_MAPPINGS}`);
  check.finish();
}

/** Refuses patterns that would block the process for too long, before any pattern is compiled. */
export function checkPatterns(check: InputCheck, rules: readonly RuleInput[]): void {
  const patterns = rules.flatMap(({ operator, value, values }) =>
    operator === "MATCHES" ? [...(value == null ? [] : [value]), ...(values ?? [])] : [],
  );
  const lengths = patterns.map(writtenOutLength);
  const longest = Math.max(0, ...lengths);
  if (longest > LONGEST_PATTERN)
    check.add(
      "mappings",
      "INVALID",
      `must have patterns of at most ${LONGEST_PATTERN} characters, repetitions written out`,
    );
  else if (lengths.reduce((sum, each) => sum + each, 0) > MOST_PATTERN_LENGTH)
    check.add(
      "mappings",
      "INVALID",
      `must have at most ${MOST_PATTERN_LENGTH} characters of patterns, repetitions written out`,
    );
  check.finish();
}

/** Checks that claims have names and that fields exist. */
export function checkAttributeMappings(
  check: InputCheck,
  mappings: readonly AttributeMappingInput[],
): readonly AttributeMappingInput[] {
  checkNumber(check, mappings);
  return mappings.map(({ claim, field }, index) => {
    if (!isFieldName(field))
      check.add(`mappings.${index}.field`, "UNKNOWN", "must be a field of a profile, or custom.NAME");
    return { claim: checkClaim(check, index, claim), field };
  });
}

export function checkRule(check: InputCheck, index: number, rule: RuleInput): CheckedRule {
  const { operator } = rule;
  const ignoreCase = rule.ignoreCase ?? false;
  const claim = checkClaim(check, index, rule.claim);
  return { claim, operator, values: checkValues(check, index, rule, ignoreCase), ignoreCase };
}

function checkClaim(check: InputCheck, index: number, claim: string): string {
  return check.text(`mappings.${index}.claim`, claim, { longest: LONGEST_CLAIM });
}

function checkValues(
  check: InputCheck,
  index: number,
  { operator, value, values }: RuleInput,
  ignoreCase: boolean,
): readonly string[] {
  const path = `mappings.${index}.${value == null && values != null ? "values" : "value"}`;
  if (value != null && values != null)
    check.add(path, "INVALID", "cannot be sent together with values; send one of them");
  const given = value != null ? [value] : (values ?? []);
  if (given.length === 0)
    check.add(operator === "ONE_OF" ? `mappings.${index}.values` : path, "REQUIRED", "is required");
  else if (given.length > 1 && operator !== "ONE_OF")
    check.add(path, "INVALID", `must be a single value for ${operator}; only ONE_OF takes several`);
  for (const each of given) {
    if (each.trim() === "") check.add(path, "REQUIRED", "must not be empty");
    else if (each.length > LONGEST_VALUE)
      check.add(path, "INVALID", `must be at most ${LONGEST_VALUE} characters long`);
    else if (operator === "MATCHES" && compilePattern(each, ignoreCase) === null)
      check.add(path, "INVALID", "must be a pattern in RE2 syntax");
  }
  if (Buffer.byteLength(JSON.stringify(given)) > MOST_VALUE_BYTES)
    check.add(path, "INVALID", `must be at most ${MOST_VALUE_BYTES} bytes, all values together`);
  return given;
}
