/** Looking for words in a text column, the same on every database. */
import { foldCase } from "../text.js";
import type { SqlValue } from "./database.js";

/** More words than anybody types; each costs a comparison with every row. */
const MOST_WORDS = 8;
/** As long as a name can be. SQLite gives up on patterns of many thousand characters. */
const LONGEST_WORD = 200;

/** A condition and what is bound to it. */
export interface SearchTerm {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/**
 * One condition for each word of a search, which must occur somewhere in a folded column. Nothing to look for is no
 * condition.
 *
 * @param column written into the statement, so never from outside
 */
export function findWordsIn(column: string, search: string | null | undefined): SearchTerm[] {
  return foldCase(search ?? "")
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(0, MOST_WORDS)
    .map((word) => ({
      sql: `${column} LIKE ? ESCAPE '!'`,
      parameters: [`%${word.slice(0, LONGEST_WORD).replaceAll(/[!%_]/g, "!$&")}%`],
    }));
}
