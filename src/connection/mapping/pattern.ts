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

/**
 * In the order in which RE2 tries them: a quoted text, an escape, flags, a class, a count of repetitions, a character. A class
 * may begin with its closing bracket, and hold named classes that have one, too.
 */
const TOKEN =
  /\\Q([^]*?)(?:\\E|$)|\\[^]|(\(\?[imsU-]+\))|\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|[^]/gu;

/**
 * How long a pattern is with its counted repetitions written out, as RE2 does: `[ab]{3}` is as long as `aba`. A group counts for
 * one more than what is in it. RE2 takes time for that length, not for the pattern's, both to compile it and for every character that it is tried on. Never less
 * than that: a parenthesis that is taken for the end of a group would hide what RE2 repeats.
 */
export function writtenOutLength(pattern: string): number {
  const groups = [0];
  let last = 0;
  for (const [token, quoted, flags, least, most] of pattern.matchAll(TOKEN)) {
    const inner = groups.length - 1;
    // RE2 repeats what stands before these.
    if (flags !== undefined || quoted === "") continue;
    if (token === "(") {
      groups.push(1);
      continue;
    }
    let added = quoted?.length ?? 1;
    if (token === ")" && inner > 0) {
      last = added = groups.pop()!;
    } else if (least !== undefined) {
      const times = Math.max(Number(least), Number(most ?? 0), 1);
      added = last * (times - 1);
      last *= times;
    } else if (/^[*+?]$/.test(token)) last += 1;
    else last = added;
    groups[groups.length - 1]! += added;
  }
  return groups.reduce((sum, each) => sum + each, 0);
}
