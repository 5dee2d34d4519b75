/** Adds memberships to users, and roles and groups to memberships. */
import { Arg, Ctx, FieldResolver, ID, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Group } from "../group/group.js";
import { GroupType } from "../group/group.type.js";
import { memberKey, type PeopleLoaders } from "../loaders.js";
import { OrganizationType } from "../organization/organization.type.js";
import type { Role } from "../role/role.js";
import { RoleType } from "../role/role.type.js";
import { maySeeIn, maySeeRoles } from "../user/user.access.js";
import { UserType } from "../user/user.type.js";
import { MembershipType } from "./membership.type.js";

@Resolver(() => UserType)
export class UserMembershipResolver {
  constructor(private readonly loaders: PeopleLoaders) {}

  @FieldResolver(() => MembershipType, {
    nullable: true,
    description:
      "The user's membership in an organization; null if the user is not a member. Users other than yourself need USERS_READ there; without it, null.",
  })
  async membership(
    @Root() user: UserType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, { description: "The organization to look in." }) organizationId: string,
  ): Promise<MembershipType | null> {
    const { id: userId, knownRoles, knownGroups } = user;
    if (!maySeeRoles(context.caller, organizationId, userId)) return null;
    // Only lists of members read these together with the user, so the user is a member.
    if (organizationId === user.organizationId && (knownRoles !== undefined || knownGroups !== undefined))
      return { organizationId, userId, knownRoles, knownGroups };
    const member = await this.loaders.member(context).load(memberKey(organizationId, userId));
    return member === null ? null : { organizationId, userId };
  }
}

@Resolver(() => MembershipType)
export class MembershipResolver {
  constructor(private readonly loaders: PeopleLoaders) {}

  @FieldResolver(() => OrganizationType, { description: "The organization." })
  async organization(@Root() { organizationId }: MembershipType, @Ctx() context: RequestContext) {
    return await this.loaders.organization(context).load(organizationId);
  }

  @FieldResolver(() => RoleType, {
    nullable: true,
    description: "The person's highest role there; null for a person without a role.",
  })
  async role(@Root() membership: MembershipType, @Ctx() context: RequestContext): Promise<Role | null> {
    const [highest] = await this.roles(membership, context);
    return highest ?? null;
  }

  @FieldResolver(() => [RoleType], { description: "The person's roles there, the highest first." })
  async roles(@Root() membership: MembershipType, @Ctx() context: RequestContext): Promise<readonly Role[]> {
    const { organizationId, userId, knownRoles } = membership;
    return knownRoles ?? (await this.loaders.rolesOfMember(context).load(memberKey(organizationId, userId)));
  }

  @FieldResolver(() => [GroupType], {
    description:
      "The person's groups there, by name. People other than yourself need GROUPS_READ there; without it, the list is empty.",
  })
  async groups(@Root() membership: MembershipType, @Ctx() context: RequestContext): Promise<readonly Group[]> {
    const { organizationId, userId, knownGroups } = membership;
    if (!maySeeIn(context.caller, organizationId, userId, "GROUPS_READ")) return [];
    return knownGroups ?? (await this.loaders.groupsOfMember(context).load(memberKey(organizationId, userId)));
  }
}
