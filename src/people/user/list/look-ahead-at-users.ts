/** Finds out whether a query selects roles or groups of a page's users, so that they are read with the page. */
import type { GraphQLResolveInfo } from "graphql";
import { asksItemsFor } from "../../look-ahead.js";
import type { UsersQuery } from "./list-users.js";

const ROLE_FIELDS: ReadonlySet<string> = new Set(["role", "roles"]);
const GROUP_FIELDS: ReadonlySet<string> = new Set(["groups"]);

/** @param info of the resolver that returns the page */
export function lookAheadAtUsers(info: GraphQLResolveInfo): Required<Pick<UsersQuery, "withRoles" | "withGroups">> {
  return { withRoles: asksItemsFor(info, ROLE_FIELDS), withGroups: asksItemsFor(info, GROUP_FIELDS) };
}
