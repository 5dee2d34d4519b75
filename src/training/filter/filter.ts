/** Filters: questions that an organization asks about its people, with the answers to choose from. */

export interface FilterAnswer {
  readonly id: string;
  readonly text: string;
}

export interface Filter {
  readonly id: string;
  readonly organizationId: string;
  /** Unique in the organization, ignoring case. */
  readonly question: string;
  /** In their order; texts are unique, ignoring case. */
  readonly answers: readonly FilterAnswer[];
  /** The position among the organization's filters, from 0. Gaps are possible. */
  readonly position: number;
  /** Rises with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A user's answer to one question. */
export interface UserAnswer {
  readonly filterId: string;
  readonly question: string;
  readonly answerId: string;
  readonly text: string;
}

/** The most filters of one organization. Lists have no pages. */
export const MOST_FILTERS = 100;
/** The most answers of one filter. */
export const MOST_ANSWERS = 100;
export const LONGEST_QUESTION = 500;
export const LONGEST_ANSWER = 200;

/** The filter as audit entries show it. */
export function filterSnapshot({ question, answers }: Filter) {
  return { question, answers: answers.map(({ id, text }) => ({ id, text })) };
}
