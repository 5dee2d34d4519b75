/** Adds to users what gave them their roles. */
import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import { memberKey, type PeopleLoaders } from "../loaders.js";
import { UserType } from "../user/user.type.js";
import { RoleGrantType } from "./role-grant.type.js";

@Resolver(() => UserType)
export class UserRoleGrantsResolver {
  constructor(private readonly loaders: PeopleLoaders) {}

  @FieldResolver(() => [RoleGrantType], {
    description: "The user's roles in the organization asked about with what gave each, the highest role first.",
  })
  async roleGrants(@Root() user: UserType, @Ctx() context: RequestContext): Promise<readonly RoleGrantType[]> {
    const grants = await this.loaders.roleGrantsOfMember(context).load(memberKey(user.organizationId, user.id));
    return grants.map(({ role, source, sourceId, connectionId, createdAt }) => ({
      role,
      source,
      mappingId: sourceId,
      connectionId,
      givenAt: createdAt,
    }));
  }
}
