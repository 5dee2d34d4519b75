/** The search terms of members, and the terms of a search. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { insertRows, placeholders } from "../../../platform/database/statements.js";
import { cutText, foldForSearch } from "../../../platform/text.js";
import type { SeenUser } from "../user.js";

/** The width of the column, in characters. */
export const LONGEST_TERM = 100;

/** Separates words. Emoji are words, because names contain them. */
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}\p{So}]+/u;
/** Separates the parts of a search that need not follow each other in a text. */
const BETWEEN_PHRASES = /[\s,;]+/;

/** The most words of a text that become terms. Names and addresses have fewer. */
const MOST_WORDS_OF_TEXT = 32;

/** The words of a text, folded for comparison. */
function wordsOf(text: string, apostrophe?: string): string[] {
  return foldForSearch(text, apostrophe)
    .split(BETWEEN_WORDS)
    .filter((word) => word !== "");
}

function toTerm(words: readonly string[]): string {
  return cutText(words.join(" "), LONGEST_TERM).trim();
}

/**
 * The distinct search terms of a user: for each word of a text, the text from that word to its end. A search matches the
 * beginning of terms, so it finds `acme.example` in an address, and both `neil` and `oneil` in O'Neil.
 */
export function termsOf(user: SeenUser): string[] {
  const texts = [user.firstName, user.lastName, user.fullName, user.email, user.username ?? "", user.employeeId ?? ""];
  const terms = texts
    .flatMap((text) => [wordsOf(text), wordsOf(text, " ")])
    .flatMap((words) => words.slice(0, MOST_WORDS_OF_TEXT).map((_, start) => toTerm(words.slice(start))));
  return [...new Set(terms)].sort();
}

/** A user with the search terms for one organization. */
export interface MemberTerms {
  readonly userId: string;
  readonly terms: readonly string[];
}

/** Writes the terms of members who have none yet. */
export async function insertTerms(
  unit: UnitOfWork,
  organizationId: string,
  members: readonly MemberTerms[],
): Promise<void> {
  const rows = members.flatMap(({ userId, terms }) => terms.map((term) => [organizationId, term, userId]));
  await insertRows(unit, "membership_term", ["organization_id", "term", "user_id"], rows);
}

/**
 * Changes the terms of a member in one organization. Replaces a term that is stored already, because a replica of an
 * older version may have written it.
 */
export async function changeTerms(
  unit: UnitOfWork,
  { organizationId, userId }: { readonly organizationId: string; readonly userId: string },
  were: readonly string[],
  are: readonly string[],
): Promise<void> {
  const gone = were.filter((term) => !are.includes(term));
  const added = are.filter((term) => !were.includes(term));
  if (gone.length > 0)
    await unit.execute(
      `DELETE FROM membership_term WHERE organization_id = ? AND user_id = ? AND term IN (${placeholders(gone)})`,
      [organizationId, userId, ...gone],
    );
  if (added.length > 0)
    await unit.execute(
      `REPLACE INTO membership_term (organization_id, term, user_id) VALUES ${added.map(() => "(?, ?, ?)").join(", ")}`,
      added.flatMap((term) => [organizationId, term, userId]),
    );
}

/** Replaces all terms of members, except terms that begin with a space, because those name managers. */
export async function replaceTerms(
  unit: UnitOfWork,
  organizationId: string,
  members: readonly MemberTerms[],
): Promise<void> {
  const userIds = members.map(({ userId }) => userId);
  await unit.execute(
    `DELETE FROM membership_term
      WHERE organization_id = ? AND user_id IN (${placeholders(userIds)}) AND term NOT LIKE ' %'`,
    [organizationId, ...userIds],
  );
  await insertTerms(unit, organizationId, members);
}

/** The most words of a search, because each word costs an index look-up. People type fewer words. */
const MOST_WORDS = 8;

/**
 * The terms of a search. Words that punctuation joins, as in `berg-and`, must follow each other. Words between spaces need
 * not. A search of punctuation alone has no matches.
 */
export function splitSearch(search: string): string[] {
  const phrases = search.split(BETWEEN_PHRASES).map((phrase) => toTerm(wordsOf(phrase)));
  const found = [...new Set(phrases.filter((phrase) => phrase !== ""))].slice(0, MOST_WORDS);
  const typed = search.trim();
  return found.length === 0 && typed !== "" ? [typed.slice(0, LONGEST_TERM)] : found;
}

/**
 * The last character of Unicode. In byte order, a word followed by this character comes after every text that begins with
 * the word.
 */
const LAST_CHARACTER = "\u{10FFFF}";

/** The first and last possible term that begin with a word. A range always uses the index, and a pattern does not. */
export function rangeOf(word: string): readonly [string, string] {
  return [word, `${word}${LAST_CHARACTER}`];
}
