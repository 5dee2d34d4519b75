/** Finds out which related data a query selects for the results of a page, so that one read covers the page. */
import type { GraphQLResolveInfo } from "graphql";
import { asksItemsFor } from "../../people/look-ahead.js";
import type { ResultsQuery } from "./list-results.js";

const USER: ReadonlySet<string> = new Set(["user"]);
const COURSE: ReadonlySet<string> = new Set(["course"]);
const CHILDREN: ReadonlySet<string> = new Set(["children"]);
const CORRECTIONS: ReadonlySet<string> = new Set(["corrections"]);

/** @param info of the resolver that returns the page */
export function lookAheadAtResults(
  info: GraphQLResolveInfo,
): Required<Pick<ResultsQuery, "withUsers" | "withCourses" | "withChildren" | "withCorrections">> {
  return {
    withUsers: asksItemsFor(info, USER),
    withCourses: asksItemsFor(info, COURSE),
    withChildren: asksItemsFor(info, CHILDREN),
    withCorrections: asksItemsFor(info, CORRECTIONS),
  };
}
