/** Looking for words in a text column, the same on every database. */
import { foldForSearch } from "../text.js";
import type { SqlValue } from "./database.js";

/** More words than anybody types; each costs a comparison with every row. */
const MOST_WORDS = 8;
/** As long as a name can be. SQLite gives up on patterns of many thousand characters. */
const LONGEST_WORD = 200;

/** What stands between the words that somebody types; everything else may be part of a title. */
const BETWEEN_WORDS = /[\s,;]+/;

/** A condition and what is bound to it. */
export interface SearchTerm {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/**
 * One condition for each word of a search, which must occur somewhere in a column that holds texts as `foldForSearch` makes
 * them. An empty search adds no condition.
 *
 * @param column written into the statement, so never from outside
 */
export function findWordsIn(column: string, search: string | null | undefined): SearchTerm[] {
  return foldForSearch(search ?? "")
    .split(BETWEEN_WORDS)
    .filter((word) => word !== "")
    .slice(0, MOST_WORDS)
    .map((word) => ({
      sql: `${column} LIKE ? ESCAPE '!'`,
      parameters: [`%${word.slice(0, LONGEST_WORD).replaceAll(/[!%_]/g, "!$&")}%`],
    }));
}
