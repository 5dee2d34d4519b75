/** The loaders of filters: each reads the data of all items of a list in one query. */
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { readMemberKey } from "../../people/loaders.js";
import { defineListLoader, defineLoader } from "../../platform/graphql/loaders.js";
import type { UserAnswer } from "./filter.js";
import { countUsersWithAnswers } from "./filter.repository.js";
import { findAnswersOfMembers } from "./user-answers.repository.js";

export function createFilterLoaders({ reader }: Store) {
  return {
    /** How many members have an answer, by the answer's id; `null` for none. */
    usersWithAnswer: defineLoader<RequestContext, number>((ids) => countUsersWithAnswers(reader, ids)),
    /** A user's answers in an organization, in the filters' order; the key is `memberKey`. */
    answersOfMember: defineListLoader<RequestContext, UserAnswer>((keys) =>
      findAnswersOfMembers(reader, keys.map(readMemberKey)),
    ),
  };
}

export type FilterLoaders = ReturnType<typeof createFilterLoaders>;
