/**
 * Compares values with the conditions of rules, within a bound on the work. A tenant chooses the rules and its provider the
 * values, so without a bound one sign-in could block the process. Pure.
 */
import type { ClaimRule } from "../../connection/mapping/mapping.js";
import { compilePattern, LONGEST_PATTERN, writtenOutLength } from "../../connection/mapping/pattern.js";

/**
 * How many steps the rules of one sign-in may take: about half a second. One step compares one character of a pattern
 * (with repetitions written out) with one character of a value.
 * @internal
 */
export const MOST_STEPS = 20_000_000;

/** Steps to compile one character of a pattern. */
const COMPILING_STEPS = 100;
/** The characters of a searched text that one step compares with one position of a value. */
const SEARCHES_PER_STEP = 100;

/** The result of a search among the values of a claim. */
export type Found =
  | { readonly kind: "matched"; readonly value: string }
  | { readonly kind: "unmatched" }
  /** The steps were used up before a value was found. */
  | { readonly kind: "too-costly" };

/** Finds a value that satisfies a rule. */
export type Find = (rule: ClaimRule, values: readonly string[]) => Found;

const UNMATCHED: Found = { kind: "unmatched" };

/** Starts the count for one sign-in. The rules share case-folded values and compiled patterns. */
export function startWork(): Find {
  let left = MOST_STEPS;
  const spend = (steps: number) => (left -= steps) >= 0;
  const fold = (text: string, ignoreCase: boolean) =>
    ignoreCase ? text.normalize("NFC").toLowerCase() : text.normalize("NFC");
  const indexes = { plain: new Map<readonly string[], Index>(), folded: new Map<readonly string[], Index>() };
  /** The values of a claim as rules compare them, each with the provider's spelling. */
  const indexOf = (values: readonly string[], ignoreCase: boolean): Index => {
    const known = ignoreCase ? indexes.folded : indexes.plain;
    const before = known.get(values);
    if (before !== undefined) return before;
    const index = new Map<string, string>();
    for (const value of values) {
      const text = fold(value, ignoreCase);
      if (!index.has(text)) index.set(text, value);
    }
    known.set(values, index);
    return index;
  };
  const compiled = new Map<string, ReturnType<typeof compilePattern>>();
  const compile = (pattern: string, ignoreCase: boolean) => {
    const key = `${ignoreCase} ${pattern}`;
    const length = Math.min(writtenOutLength(pattern), LONGEST_PATTERN);
    if (!compiled.has(key))
      compiled.set(key, spend(COMPILING_STEPS * length) ? compilePattern(pattern, ignoreCase) : null);
    return compiled.get(key) ?? null;
  };
  const search = (values: Iterable<Entry>, steps: (text: string) => number, fits: (text: string) => boolean): Found => {
    for (const [text, value] of values) {
      if (!spend(steps(text))) return { kind: "too-costly" };
      if (fits(text)) return { kind: "matched", value };
    }
    return UNMATCHED;
  };

  return ({ operator, values: wanted, ignoreCase }, values) => {
    if (values.length === 0) return UNMATCHED;
    switch (operator) {
      case "EQUALS":
      case "ONE_OF": {
        const index = indexOf(values, ignoreCase);
        if (!spend(wanted.length)) return { kind: "too-costly" };
        const value = wanted.map((each) => index.get(fold(each, ignoreCase))).find((each) => each !== undefined);
        return value === undefined ? UNMATCHED : { kind: "matched", value };
      }
      case "CONTAINS": {
        const parts = wanted.map((part) => fold(part, ignoreCase));
        const length = parts.reduce((sum, part) => sum + part.length, 0);
        return search(
          indexOf(values, ignoreCase),
          (text) => 1 + (length * text.length) / SEARCHES_PER_STEP,
          (text) => parts.some((part) => text.includes(part)),
        );
      }
      case "MATCHES": {
        const patterns = wanted.flatMap((pattern) => compile(pattern, ignoreCase) ?? []);
        const length = patterns.reduce((sum, pattern) => sum + writtenOutLength(pattern.pattern()), 0);
        return search(
          values.map((value) => [value, value]),
          (text) => length * (text.length + 1),
          (text) => patterns.some((pattern) => pattern.matches(text)),
        );
      }
    }
  };
}

/** A value as rules compare it, and in the provider's spelling. */
type Entry = readonly [text: string, value: string];
type Index = ReadonlyMap<string, string>;
