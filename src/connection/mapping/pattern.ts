/** Patterns of rules: RE2 syntax, which takes time linear in the value, so that no pattern can stall a sign-in. */
import { RE2JS } from "re2js";

/** Characters of a pattern at most, repetitions written out. */
export const LONGEST_PATTERN = 1000;

/** A pattern in RE2 syntax; `null` when it is none, or too long. */
export function compilePattern(pattern: string, ignoreCase: boolean): RE2JS | null {
  if (writtenOutLength(pattern) > LONGEST_PATTERN) return null;
  try {
    return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    return null;
  }
}

/** A character or an escape, a class, or a count of repetitions. */
const TOKEN = /\\.|\[(?:\\.|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|[^]/gu;

/**
 * How long a pattern is with its counted repetitions written out, as RE2 does: `(ab){3}` is as long as `ababab`. RE2 takes
 * time for that length, not for the pattern's, both to compile it and for every character that it is tried on.
 */
export function writtenOutLength(pattern: string): number {
  const groups = [0];
  let last = 0;
  for (const [token, least, most] of pattern.matchAll(TOKEN)) {
    const inner = groups.length - 1;
    if (token === "(") {
      groups.push(0);
      continue;
    }
    let added = 1;
    if (token === ")" && inner > 0) {
      last = added = groups.pop()!;
    } else if (least !== undefined) {
      const times = Math.max(Number(least), Number(most ?? 0), 1);
      added = last * (times - 1);
      last *= times;
    } else last = 1;
    groups[groups.length - 1]! += added;
  }
  return groups.reduce((sum, each) => sum + each, 0);
}
