/** Adds the sources of roles to users. */
import { Arg, Ctx, FieldResolver, ID, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { memberKey, type PeopleLoaders } from "../loaders.js";
import { maySeeRoles } from "../user/user.access.js";
import { IN_ORGANIZATION, UserType } from "../user/user.type.js";
import { RoleGrantType } from "./role-grant.type.js";

@Resolver(() => UserType)
export class UserRoleGrantsResolver {
  constructor(private readonly loaders: PeopleLoaders) {}

  @FieldResolver(() => [RoleGrantType], {
    description:
      "The user's roles in the organization with the source of each, the highest role first. Users other than yourself need USERS_READ there; without it, the list is empty.",
  })
  async roleGrants(
    @Root() { id, homeOrganizationId }: UserType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, IN_ORGANIZATION) organizationId: string | null | undefined,
  ): Promise<readonly RoleGrantType[]> {
    const asked = organizationId ?? homeOrganizationId;
    if (!maySeeRoles(context.caller, asked, id)) return [];
    const grants = await this.loaders.roleGrantsOfMember(context).load(memberKey(asked, id));
    return grants.map(({ role, source, sourceId, connectionId, directoryId, createdAt }) => ({
      role,
      source,
      mappingId: sourceId,
      connectionId,
      directoryId,
      givenAt: createdAt,
    }));
  }
}
