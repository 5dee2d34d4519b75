/**
 * The part of an account that a caller sees. The home organization sees the whole account. An organization in which the
 * person is a guest sees name and address, and its own data. Reads apply this, so that a resolver cannot forget it.
 */
import { holds, type Caller } from "../../access/caller.js";
import type { Permission } from "../../access/permission.js";
import type { Condition } from "../../platform/graphql/keyset.js";
import { toGuest, type Member, type User } from "./user.js";

/** The accounts that a caller sees whole: those of an organization and the caller's own; `null` for all accounts. */
export type AccountScope = { readonly organizationId: string; readonly userId: string | null } | null;

/** The accounts that a caller sees whole. */
export function accountScopeOf(caller: Caller): AccountScope {
  switch (caller.kind) {
    case "OPERATOR":
    case "SYSTEM":
      return null;
    case "PERSON":
      return { organizationId: caller.organizationId, userId: caller.userId };
    case "API_KEY":
      return { organizationId: caller.organizationId, userId: null };
    case "ANONYMOUS":
      return { organizationId: "", userId: null };
  }
}

/** The accounts of a scope as a condition on the table alias `u`. */
export function accountsIn(scope: AccountScope): Condition {
  if (scope === null) return { sql: "1 = 1", parameters: [] };
  return { sql: "(u.home_organization_id = ? OR u.id = ?)", parameters: [scope.organizationId, scope.userId ?? ""] };
}

/** A user in an organization, without the data that the caller may not see. */
export function showMember(caller: Caller, user: User, organizationId: string): Member {
  const scope = accountScopeOf(caller);
  const isWhole = scope === null || scope.organizationId === user.homeOrganizationId || scope.userId === user.id;
  return { ...(isWhole ? user : toGuest(user)), organizationId, isGuest: !isWhole };
}

/** Whether a caller sees data of a user in an organization. The caller needs one of these permissions there, or is the user. */
export function maySeeIn(
  caller: Caller,
  organizationId: string,
  userId: string,
  ...permissions: readonly Permission[]
): boolean {
  if (caller.kind === "PERSON" && caller.userId === userId) return true;
  return permissions.some((permission) => holds(caller, organizationId, permission));
}

/** Whether a caller sees a user's roles in an organization. A caller who may give roles sees them. */
export function maySeeRoles(caller: Caller, organizationId: string, userId: string): boolean {
  return maySeeIn(caller, organizationId, userId, "USERS_READ", "USERS_WRITE");
}
