/** Adds groups to users. */
import { Arg, Ctx, FieldResolver, ID, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { memberKey, type PeopleLoaders } from "../loaders.js";
import { maySeeIn } from "../user/user.access.js";
import { IN_ORGANIZATION, UserType } from "../user/user.type.js";
import type { Group } from "./group.js";
import { GroupType } from "./group.type.js";

@Resolver(() => UserType)
export class UserGroupsResolver {
  constructor(private readonly loaders: PeopleLoaders) {}

  @FieldResolver(() => [GroupType], {
    description:
      "The user's groups in the organization, by name. Users other than yourself need GROUPS_READ there; without it, the list is empty.",
  })
  groups(
    @Root() user: UserType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, IN_ORGANIZATION) organizationId: string | null | undefined,
  ): readonly Group[] | Promise<readonly Group[]> {
    const asked = organizationId ?? user.homeOrganizationId;
    if (!maySeeIn(context.caller, asked, user.id, "GROUPS_READ")) return [];
    if (asked === user.organizationId && user.knownGroups !== undefined) return user.knownGroups;
    return this.loaders.groupsOfMember(context).load(memberKey(asked, user.id));
  }

  @FieldResolver(() => [GroupType], {
    description:
      "The groups that the user manages in the organization, by name. Users other than yourself need GROUPS_READ there; without it, the list is empty.",
  })
  async managedGroups(
    @Root() { id, homeOrganizationId }: UserType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, IN_ORGANIZATION) organizationId: string | null | undefined,
  ): Promise<readonly Group[]> {
    const asked = organizationId ?? homeOrganizationId;
    if (!maySeeIn(context.caller, asked, id, "GROUPS_READ")) return [];
    return await this.loaders.managedGroupsOfMember(context).load(memberKey(asked, id));
  }
}
