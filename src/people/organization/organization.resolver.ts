/** Organizations in GraphQL. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { orNull } from "../../platform/errors/or-null.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { memberKey, type PeopleLoaders } from "../loaders.js";
import type { Role } from "../role/role.js";
import { RoleType } from "../role/role.type.js";
import { UserType } from "../user/user.type.js";
import { listOrganizations } from "./list-organizations.js";
import {
  CreateOrganizationInput,
  CreateOrganizationPayload,
  SetOwnerInput,
  SetOwnerPayload,
  UpdateOrganizationInput,
  UpdateOrganizationPayload,
} from "./organization.input.js";
import {
  createOrganization,
  readOrganization,
  updateOrganization,
  type RequireSso,
} from "./organization.operations.js";
import { EntitlementsType, OrganizationPage, OrganizationType } from "./organization.type.js";
import { setOwner } from "./set-owner.js";

@Resolver(() => OrganizationType)
export class OrganizationResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
    private readonly requireSso: RequireSso | null,
  ) {}

  @Query(() => OrganizationType, {
    nullable: true,
    description:
      "One organization, by short name or by id. null if it does not exist, and for callers other than its members, its API keys and the operator.",
  })
  async organization(
    @Ctx() context: RequestContext,
    @Arg("slug", () => String, { nullable: true, description: "The short name. Give this or `id`." })
    slug: string | null | undefined,
    @Arg("id", () => ID, { nullable: true, description: "The id. Give this or `slug`." })
    id: string | null | undefined,
  ): Promise<OrganizationType | null> {
    return await orNull(readOrganization(this.store, context.caller, { slug, id }));
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

  @FieldResolver(() => EntitlementsType, { description: "The features in the plan." })
  entitlements(@Root() { ssoEntitled, scimEntitled }: OrganizationType): EntitlementsType {
    return { sso: ssoEntitled, scim: scimEntitled };
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description:
      "The organization's owner. Other administrators cannot demote, disable, remove or delete the owner. null if there is no owner. Needs USERS_READ.",
  })
  async owner(@Root() { id, ownerUserId }: OrganizationType, @Ctx() context: RequestContext): Promise<UserType | null> {
    requirePermission(context.caller, id, "USERS_READ");
    return ownerUserId === null ? null : await this.loaders.member(context).load(memberKey(id, ownerUserId));
  }

  @Mutation(() => CreateOrganizationPayload, {
    description: "Creates an organization with the built-in roles. For the operator. Errors: SLUG_TAKEN.",
  })
  async createOrganization(
    @Ctx() context: RequestContext,
    @Arg("input", () => CreateOrganizationInput, { description: "What to create." }) input: CreateOrganizationInput,
  ): Promise<CreateOrganizationPayload> {
    return { organization: await createOrganization(this.store, context.caller, input) };
  }

  @Mutation(() => UpdateOrganizationPayload, {
    description:
      "Changes an organization. Needs ORGANIZATION_WRITE; only the operator changes `slug`, `ssoAllowed`, `entitlements` and `totalSeats`. Errors: SLUG_TAKEN and VERSION_CONFLICT; for `ssoEnforcement: REQUIRED` also SSO_REQUIREMENT_NOT_MET and CONFIRMATION_REQUIRED.",
  })
  async updateOrganization(
    @Ctx() context: RequestContext,
    @Arg("input", () => UpdateOrganizationInput, { description: "What to change." }) input: UpdateOrganizationInput,
  ): Promise<UpdateOrganizationPayload> {
    const { id, ...change } = input;
    const organization = await updateOrganization(this.store, context.caller, id, change, this.requireSso);
    return { organization };
  }

  @Mutation(() => SetOwnerPayload, {
    description:
      "Makes an active administrator the owner of the organization. For the operator and for the present owner.",
  })
  async setOwner(
    @Ctx() context: RequestContext,
    @Arg("input", () => SetOwnerInput, { description: "The organization and its new owner." }) input: SetOwnerInput,
  ): Promise<SetOwnerPayload> {
    const organization = await setOwner(this.store, context.caller, input);
    return { organization };
  }
}
