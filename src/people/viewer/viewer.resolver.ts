/** The caller in GraphQL. */
import { Ctx, FieldResolver, Query, Resolver } from "type-graphql";
import { ownOrganizationOf } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import { ApiKeyType } from "../api-key/api-key.type.js";
import type { PeopleLoaders } from "../loaders.js";
import { MembershipType } from "../membership/membership.type.js";
import { OperatorType } from "../operator/operator.type.js";
import { OrganizationType } from "../organization/organization.type.js";
import { SessionType } from "../session/session.type.js";
import { UserType } from "../user/user.type.js";
import {
  readOwnApiKey,
  readOwnMemberships,
  readOwnOperator,
  readOwnPermissions,
  readOwnSession,
  readOwnUser,
  type Membership,
} from "./viewer.operations.js";
import { ViewerType } from "./viewer.type.js";

@Resolver(() => ViewerType)
export class ViewerResolver {
  constructor(
    private readonly store: Store,
    private readonly loaders: PeopleLoaders,
  ) {}

  @Query(() => ViewerType, {
    nullable: true,
    description: "The caller; null for a request without a session or an API key.",
  })
  viewer(@Ctx() { caller }: RequestContext): ViewerType | null {
    return caller.kind === "ANONYMOUS" ? null : { permissions: readOwnPermissions(caller) };
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: "The signed-in person; null for an API key and for an operator.",
  })
  async user(@Ctx() context: RequestContext): Promise<UserType | null> {
    return await readOwnUser(this.store, context.caller);
  }

  @FieldResolver(() => SessionType, {
    nullable: true,
    description: "The session of the request; null for an API key and for an operator.",
  })
  async session(@Ctx() context: RequestContext): Promise<SessionType | null> {
    return await readOwnSession(this.store, context.caller);
  }

  @FieldResolver(() => OrganizationType, {
    nullable: true,
    description:
      "The organization of the session, which `switchOrganization` changes, or of the API key; null for an operator.",
  })
  async organization(@Ctx() context: RequestContext): Promise<OrganizationType | null> {
    const organizationId = ownOrganizationOf(context.caller);
    return organizationId === null ? null : await this.loaders.organization(context).load(organizationId);
  }

  @FieldResolver(() => [MembershipType], {
    description:
      "The organizations that the signed-in person is a member of, the oldest membership first; empty for an API key and for an operator.",
  })
  async memberships(@Ctx() context: RequestContext): Promise<readonly Membership[]> {
    return await readOwnMemberships(this.store, context.caller);
  }

  @FieldResolver(() => OperatorType, {
    nullable: true,
    description: "The operator who is signed in at `/operator`; null for other callers, also for an operator key.",
  })
  async operator(@Ctx() context: RequestContext): Promise<OperatorType | null> {
    return await readOwnOperator(this.store, context.caller);
  }

  @FieldResolver(() => ApiKeyType, { nullable: true, description: "The API key of the request; null for a person." })
  async apiKey(@Ctx() context: RequestContext): Promise<ApiKeyType | null> {
    return await readOwnApiKey(this.store, context.caller);
  }
}
