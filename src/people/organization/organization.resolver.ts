/** Organizations in GraphQL. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { clearLoaders } from "../../platform/graphql/loaders.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import type { PeopleLoaders } from "../loaders.js";
import type { Role } from "../role/role.js";
import { RoleType } from "../role/role.type.js";
import { listOrganizations } from "./list-organizations.js";
import {
  CreateOrganizationInput,
  CreateOrganizationPayload,
  UpdateOrganizationInput,
  UpdateOrganizationPayload,
} from "./organization.input.js";
import { createOrganization, readOrganization, updateOrganization } from "./organization.operations.js";
import { OrganizationPage, OrganizationType } from "./organization.type.js";

@Resolver(() => OrganizationType)
export class OrganizationResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
  ) {}

  @Query(() => OrganizationType, {
    description:
      "One organization, by short name or by id. Its members and its keys see it; to all others it is NOT_FOUND.",
  })
  async organization(
    @Ctx() context: RequestContext,
    @Arg("slug", () => String, { nullable: true, description: "The short name. Give this or `id`." })
    slug: string | null | undefined,
    @Arg("id", () => ID, { nullable: true, description: "The id. Give this or `slug`." })
    id: string | null | undefined,
  ): Promise<OrganizationType> {
    return await readOrganization(this.store, context.caller, { slug, id });
  }

  @Query(() => OrganizationPage, { description: "Every organization, by short name. For the operator." })
  async organizations(
    @Ctx() context: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<OrganizationType>> {
    return await listOrganizations(this.store, context.caller, page);
  }

  @FieldResolver(() => [RoleType], { description: "The roles of the organization, the highest first." })
  async roles(@Root() organization: OrganizationType, @Ctx() context: RequestContext): Promise<readonly Role[]> {
    return await this.loaders.rolesOfOrganization(context).load(organization.id);
  }

  @Mutation(() => CreateOrganizationPayload, {
    description: "Creates an organization with the built-in roles. For the operator. Answers SLUG_TAKEN.",
  })
  async createOrganization(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateOrganizationInput, { description: "What to create." }) input: CreateOrganizationInput,
  ): Promise<CreateOrganizationPayload> {
    return { organization: await createOrganization(this.store, context.caller, input) };
  }

  @Mutation(() => UpdateOrganizationPayload, {
    description: "Changes an organization. Needs ORGANIZATION_WRITE. Answers SLUG_TAKEN and VERSION_CONFLICT.",
  })
  async updateOrganization(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateOrganizationInput, { description: "What to change." }) input: UpdateOrganizationInput,
  ): Promise<UpdateOrganizationPayload> {
    const { id, ...change } = input;
    const organization = await updateOrganization(this.store, context.caller, id, change);
    clearLoaders(context);
    return { organization };
  }
}
