/** Finds organizations, users, groups and roles by id for `node` and `nodes`. */
import type { Caller } from "../access/caller.js";
import { findByIds, scopeIfGranted, type NodeSource } from "../access/node.js";
import { ownOrganizationOf } from "../access/organization-argument.js";
import type { Store } from "../access/store.js";
import type { Reader } from "../platform/database/database.js";
import { GROUP_COLUMNS, groupFromRaw } from "./group/group.repository.js";
import { findMembers } from "./membership/membership.repository.js";
import { findOrganizations } from "./organization/organization.repository.js";
import { ROLE_COLUMNS, roleFromRaw } from "./role/role.repository.js";
import { showMember } from "./user/user.access.js";
import { findUsers } from "./user/user.repository.js";
import type { Member } from "./user/user.js";

/** The node sources of people. */
export function createPeopleNodes({ reader }: Store): readonly NodeSource[] {
  return [
    { type: "User", find: (caller, ids) => findUserNodes(reader, caller, ids) },
    {
      type: "Group",
      find: (caller, ids) =>
        findByIds(
          reader,
          { columns: GROUP_COLUMNS, from: "user_group g", alias: "g", read: groupFromRaw },
          scopeIfGranted(caller, "GROUPS_READ"),
          ids,
        ),
    },
    {
      type: "Organization",
      find: async (caller, ids) => {
        const own = ownOrganizationOf(caller);
        const seen = own === null ? ids : ids.filter((id) => id === own);
        return new Map((await findOrganizations(reader, seen)).map((organization) => [organization.id, organization]));
      },
    },
    {
      // Every member sees the roles of the organization.
      type: "Role",
      find: (caller, ids) =>
        findByIds(
          reader,
          { columns: ROLE_COLUMNS, from: "role r", alias: "r", read: roleFromRaw },
          ownOrganizationOf(caller),
          ids,
        ),
    },
  ];
}

async function findUserNodes(
  reader: Reader,
  caller: Caller,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Member>> {
  const scope = scopeIfGranted(caller, "USERS_READ");
  if (scope === undefined) return new Map();
  const members =
    scope === null
      ? [...(await findUsers(reader, ids)).values()].map((user) => showMember(caller, user, user.homeOrganizationId))
      : await findMembers(
          reader,
          caller,
          ids.map((userId) => ({ organizationId: scope, userId })),
        );
  return new Map(members.map((member) => [member.id, member]));
}
