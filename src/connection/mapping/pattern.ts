/** Patterns of rules: RE2 syntax, which takes time linear in the value, so that no pattern can stall a sign-in. */
import { RE2JS } from "re2js";

/** A pattern in RE2 syntax; `null` when it is none. */
export function compilePattern(pattern: string, ignoreCase: boolean): RE2JS | null {
  try {
    return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    return null;
  }
}
