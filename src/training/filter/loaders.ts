/** What single look-ups of one request about filters are gathered into. */
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { readMemberKey } from "../../people/loaders.js";
import { defineListLoader, defineLoader } from "../../platform/graphql/loaders.js";
import type { UserAnswer } from "./filter.js";
import { countUsersWithAnswers } from "./filter.repository.js";
import { findAnswersOfMembers } from "./user-answers.repository.js";

/** Declares the loaders of filters over a store. */
export function createFilterLoaders({ reader }: Store) {
  return {
    /** How many members have an answer by its id; `null` for none. */
    usersWithAnswer: defineLoader<RequestContext, number>((ids) => countUsersWithAnswers(reader, ids)),
    /** What a user answered in an organization by `memberKey`, in the filters' order. */
    answersOfMember: defineListLoader<RequestContext, UserAnswer>((keys) =>
      findAnswersOfMembers(reader, keys.map(readMemberKey)),
    ),
  };
}

export type FilterLoaders = ReturnType<typeof createFilterLoaders>;
