/** Users in GraphQL. */
import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Mutation, Query, Resolver, Root } from "type-graphql";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { orNull } from "../../platform/errors/or-null.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { memberKey, type PeopleLoaders } from "../loaders.js";
import { OrganizationType } from "../organization/organization.type.js";
import type { Role } from "../role/role.js";
import { RoleType } from "../role/role.type.js";
import { listUsers } from "./list/list-users.js";
import { lookAheadAtUsers } from "./list/look-ahead-at-users.js";
import {
  CreateUserInput,
  CreateUserPayload,
  UpdateUserInput,
  UpdateUserPayload,
  UserFilterInput,
  UserOrderInput,
} from "./user.input.js";
import { createUser, readUser, updateUser } from "./user.operations.js";
import { maySeeRoles } from "./user.access.js";
import { IN_ORGANIZATION, UserPage, UserType } from "./user.type.js";

@Resolver(() => UserType)
export class UserResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
  ) {}

  @Query(() => UserType, {
    nullable: true,
    description:
      "One member of the caller's organization; for the operator, any user. null for an unknown id and for an id of another organization. Needs USERS_READ.",
  })
  async user(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The user's id." }) id: string,
  ): Promise<UserType | null> {
    return await orNull(readUser(this.store, context.caller, id));
  }

  @Query(() => UserPage, {
    description:
      "The members of an organization, by default in the order in which their accounts were created. Needs USERS_READ.",
  })
  async users(
    @Ctx() context: RequestContext,
    @OrganizationArgument("The organization whose members to show.") organizationId: string,
    @Arg("filter", () => UserFilterInput, { nullable: true, description: "Which users to show." })
    filter: UserFilterInput | null | undefined,
    @Arg("orderBy", () => UserOrderInput, { nullable: true, description: "The order." })
    orderBy: UserOrderInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Page<UserType>> {
    const query = { organizationId, filter, orderBy, page, ...lookAheadAtUsers(info) };
    return await listUsers(this.store, context.caller, query);
  }

  @FieldResolver(() => RoleType, {
    nullable: true,
    description:
      "The user's highest role in the organization; null for a user without a role. Users other than yourself need USERS_READ there; without it, null.",
  })
  role(
    @Root() user: UserType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, IN_ORGANIZATION) organizationId: string | null | undefined,
  ): Role | null | Promise<Role | null> {
    const roles = this.roles(user, context, organizationId);
    return roles instanceof Promise ? roles.then(([highest]) => highest ?? null) : (roles[0] ?? null);
  }

  @FieldResolver(() => [RoleType], {
    description:
      "The user's roles in the organization, the highest first. Users other than yourself need USERS_READ there; without it, the list is empty.",
  })
  roles(
    @Root() user: UserType,
    @Ctx() context: RequestContext,
    @Arg("organizationId", () => ID, IN_ORGANIZATION) organizationId: string | null | undefined,
  ): readonly Role[] | Promise<readonly Role[]> {
    const asked = organizationId ?? user.homeOrganizationId;
    if (!maySeeRoles(context.caller, asked, user.id)) return [];
    if (asked === user.organizationId && user.knownRoles !== undefined) return user.knownRoles;
    return this.loaders.rolesOfMember(context).load(memberKey(asked, user.id));
  }

  @FieldResolver(() => OrganizationType, {
    nullable: true,
    description:
      "The home organization, which never changes. null for a guest whose home organization you may not see.",
  })
  async organization(@Root() user: UserType, @Ctx() context: RequestContext): Promise<OrganizationType | null> {
    if (user.isGuest) return null;
    return await this.loaders.organization(context).load(user.homeOrganizationId);
  }

  @Mutation(() => CreateUserPayload, {
    description:
      "Creates an account before the person's first sign-in. Needs USERS_WRITE. Errors: EMAIL_TAKEN and SEATS_FULL.",
  })
  async createUser(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateUserInput, { description: "The account." }) input: CreateUserInput,
  ): Promise<CreateUserPayload> {
    return { user: await createUser(this.store, context.caller, input) };
  }

  @Mutation(() => UpdateUserPayload, {
    description:
      "Changes an account. Needs USERS_WRITE in the account's home organization. Errors: VERSION_CONFLICT, EMAIL_TAKEN, FIELD_OVERRULED, LAST_ADMINISTRATOR and OWNER_PROTECTED.",
  })
  async updateUser(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateUserInput, { description: "What to change." }) input: UpdateUserInput,
  ): Promise<UpdateUserPayload> {
    const user = await updateUser(this.store, context.caller, input);
    return { user };
  }
}
