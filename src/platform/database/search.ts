/** Searches for words in a text column, the same on every database. */
import { foldForSearch } from "../text.js";
import type { SqlValue } from "./database.js";

/** More words than a person types. Each costs a comparison with every row. */
const MOST_WORDS = 8;
/** As long as a name can be. SQLite refuses patterns of many thousand characters. */
const LONGEST_WORD = 200;

const BETWEEN_WORDS = /[\s,;]+/;

/** A condition with its parameters. */
export interface SearchTerm {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/**
 * One condition for each word of a search. Each word must occur in the column, whose texts `foldForSearch` made. An empty
 * search adds no condition.
 *
 * @param column becomes part of the SQL, so it must never be input
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
