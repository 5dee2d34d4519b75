/** What look-ups of results of one request are gathered into. Whoever loads has made sure that the caller may see it. */
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { defineListLoader } from "../../platform/graphql/loaders.js";
import type { Result, ResultCorrection } from "./result.js";
import { findChildrenOfResults, findCorrectionsOfResults } from "./result.repository.js";

/** Declares the loaders of results over a store. */
export function createResultLoaders({ reader }: Store) {
  return {
    /** The courses' results of which a module's is made, by its id, in the module's order. */
    childrenOfResult: defineListLoader<RequestContext, Result>((ids) => findChildrenOfResults(reader, ids)),
    /** What was changed of a result by its id, the first change first. */
    correctionsOfResult: defineListLoader<RequestContext, ResultCorrection>((ids) =>
      findCorrectionsOfResults(reader, ids),
    ),
  };
}

export type ResultLoaders = ReturnType<typeof createResultLoaders>;
