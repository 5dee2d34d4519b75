/** The words by which a member is found, and what a search makes of what was typed. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { insertRows } from "../../platform/database/statements.js";
import { foldCase } from "../../platform/text.js";
import type { SeenUser } from "./user.js";

/** As wide as the column, in characters. */
export const LONGEST_TERM = 100;

/** What stands between the words of names and addresses. */
const BETWEEN_WORDS = /[\s@._+-]+/;

/**
 * The terms by which a user is found, each once: every text as a whole, what stands between its spaces, and every word of
 * it. Search finds what begins with what was typed.
 */
export function termsOf(user: SeenUser): string[] {
  const texts = [user.firstName, user.lastName, user.fullName, user.email, user.username ?? "", user.employeeId ?? ""];
  const words = texts.flatMap((text) => {
    const folded = foldCase(text).trim();
    return [folded, ...folded.split(/\s+/), ...folded.split(BETWEEN_WORDS)];
  });
  return [...new Set(words.map((word) => word.slice(0, LONGEST_TERM).trim()))].filter((word) => word !== "").sort();
}

/** Makes the terms of a member in one organization others than they were. */
export async function writeTerms(
  unit: UnitOfWork,
  member: { readonly organizationId: string; readonly userId: string },
  were: readonly string[],
  are: readonly string[],
): Promise<void> {
  const { organizationId, userId } = member;
  const gone = were.filter((term) => !are.includes(term));
  if (gone.length > 0)
    await unit.execute(
      `DELETE FROM membership_term WHERE organization_id = ? AND user_id = ? AND term IN (${gone.map(() => "?").join(", ")})`,
      [organizationId, userId, ...gone],
    );
  const added = are.filter((term) => !were.includes(term));
  await insertRows(
    unit,
    "membership_term",
    ["organization_id", "term", "user_id"],
    added.map((term) => [organizationId, term, userId]),
  );
}

/** More words than anybody types; each costs a look into the index. */
const MOST_WORDS = 8;

/** The words that were typed, in the form in which terms are kept. */
export function splitSearch(search: string): string[] {
  const words = foldCase(search)
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => word.slice(0, LONGEST_TERM));
  return [...new Set(words)].slice(0, MOST_WORDS);
}

/** The last character of Unicode: in byte order, nothing that begins with a word comes after the word with it. */
const LAST_CHARACTER = "\u{10FFFF}";

/** Where the terms that begin with a word begin and end. A range and no pattern: it is found in the index as it is. */
export function rangeOf(word: string): readonly [string, string] {
  return [word, `${word}${LAST_CHARACTER}`];
}
