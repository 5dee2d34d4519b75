/** Adds their groups to users. */
import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import type { RequestContext } from "../../access/request-context.js";
import { memberKey, type PeopleLoaders } from "../loaders.js";
import { UserType } from "../user/user.type.js";
import type { Group } from "./group.js";
import { GroupType } from "./group.type.js";

@Resolver(() => UserType)
export class UserGroupsResolver {
  constructor(private readonly loaders: PeopleLoaders) {}

  @FieldResolver(() => [GroupType], {
    description: "The user's groups in the organization asked about, by name. Needs GROUPS_READ, but for yourself.",
  })
  groups(@Root() user: UserType, @Ctx() context: RequestContext): readonly Group[] | Promise<readonly Group[]> {
    requireGroupsOf(user, context);
    return user.knownGroups ?? this.loaders.groupsOfMember(context).load(memberKey(user.organizationId, user.id));
  }
  @FieldResolver(() => [GroupType], {
    description:
      "The groups that the user manages in the organization asked about, by name. Needs GROUPS_READ, but for yourself.",
  })
  async managedGroups(@Root() user: UserType, @Ctx() context: RequestContext): Promise<readonly Group[]> {
    requireGroupsOf(user, context);
    return await this.loaders.managedGroupsOfMember(context).load(memberKey(user.organizationId, user.id));
  }
}

function requireGroupsOf(user: UserType, { caller }: RequestContext): void {
  if (caller.kind === "PERSON" && caller.userId === user.id) return;
  requirePermission(caller, user.organizationId, "GROUPS_READ");
}
