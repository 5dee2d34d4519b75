/** Patterns of rules in RE2 syntax. RE2 takes time linear in the value, so a pattern cannot stall a sign-in. */
import { RE2JS } from "re2js";

/** The most characters of a pattern, with repetitions written out. */
export const LONGEST_PATTERN = 1000;

/** Compiles a pattern; `null` if it is too long or not RE2 syntax. */
export function compilePattern(pattern: string, ignoreCase: boolean): RE2JS | null {
  if (writtenOutLength(pattern) > LONGEST_PATTERN) return null;
  try {
    return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    return null;
  }
}

/**
 * Matches one part of a pattern, in the order in which RE2 tries them: a quoted text, an escape, flags, a class, a
 * count of repetitions, a character. A class may begin with a closing bracket, and it may contain named classes, which
 * have closing brackets, too.
 */
const TOKEN =
  /\\Q([^]*?)(?:\\E|$)|\\[^]|(\(\?[imsU-]+\))|\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|[^]/gu;

/**
 * The length of a pattern with its counted repetitions written out: `[ab]{3}` is as long as `aba`. A group counts as one more
 * than its content. RE2 writes repetitions out, so its time to compile and to match each character grows with this length. The
 * result must not be too small, so the function finds the end of each group as RE2 does.
 */
export function writtenOutLength(pattern: string): number {
  const groups = [0];
  let last = 0;
  for (const [token, quoted, flags, least, most] of pattern.matchAll(TOKEN)) {
    const inner = groups.length - 1;
    // A repetition after flags or an empty quoted text applies to the token before them.
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
