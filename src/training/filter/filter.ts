/** Questions that an organization asks about its people, with the answers to choose from, in the house's own words. */

/** One answer to choose. */
export interface FilterAnswer {
  readonly id: string;
  readonly text: string;
}

/** One question. */
export interface Filter {
  readonly id: string;
  readonly organizationId: string;
  /** Unique in the organization without regard to case. */
  readonly question: string;
  /** In their order; each text once, without regard to case. */
  readonly answers: readonly FilterAnswer[];
  /** Its place among the organization's filters. */
  readonly position: number;
  /** Rises at every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a user answered to one question. */
export interface UserAnswer {
  readonly filterId: string;
  readonly question: string;
  readonly answerId: string;
  readonly text: string;
}

/** Filters of one organization at most: lists show all of them. */
export const MOST_FILTERS = 100;
/** Answers to one question at most. */
export const MOST_ANSWERS = 100;
export const LONGEST_QUESTION = 500;
export const LONGEST_ANSWER = 200;

/** The filter as audit entries show it. */
export function filterSnapshot({ question, answers }: Filter) {
  return { question, answers: answers.map(({ id, text }) => ({ id, text })) };
}
