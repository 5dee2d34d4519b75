/** Links in GraphQL: undoing merges, relinking people, link requests, and the effect of switching accountLinking. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { requirePermission } from "../../access/caller.js";
import { OrganizationArgument } from "../../access/organization-argument.js";
import type { RequestContext } from "../../access/request-context.js";
import { orNull } from "../../platform/errors/or-null.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { showMember } from "../../people/user/user.access.js";
import { UserPage, UserType } from "../../people/user/user.type.js";
import { relinkIdentity, unmergeIdentity } from "../identity/identity.operations.js";
import { approveLinkRequest, listLinkRequests, rejectLinkRequest } from "../identity/link-request.operations.js";
import { relinkIdentities } from "../identity/relink-identities.js";
import type { ConnectionLoaders } from "../loaders.js";
import type { ConnectionServices } from "../services.js";
import { readConnection } from "../stored/connection.operations.js";
import type { Connection } from "../stored/connection.js";
import { findAffectedUsers, listAffectedUsers } from "../stored/policies-linking.js";
import type { ConnectionPolicies } from "../stored/policies.js";
import { SsoConnectionType } from "./connection.type.js";
import {
  ApproveLinkRequestPayload,
  LinkRequestFilterInput,
  RejectLinkRequestPayload,
  RelinkIdentitiesInput,
  RelinkIdentitiesPayload,
  RelinkIdentityInput,
  RelinkIdentityPayload,
  UnmergeIdentityPayload,
} from "./linking.input.js";
import { AccountLinkingEffectType, LinkRequestPage, LinkRequestType } from "./linking.type.js";
import { policyEnum } from "./policies-types.js";

@Resolver(() => AccountLinkingEffectType)
export class AccountLinkingResolver {
  constructor(private readonly services: ConnectionServices) {}

  @Query(() => AccountLinkingEffectType, {
    nullable: true,
    description:
      "What switching a connection's policy `accountLinking` would do. Query it before `updateConnection`. null if the id is unknown or belongs to a different organization. Needs CONNECTIONS_READ.",
  })
  async accountLinkingEffect(
    @Ctx() { caller }: RequestContext,
    @Arg("connectionId", () => ID, { description: "The connection." }) connectionId: string,
    @Arg("accountLinking", () => policyEnum("accountLinking"), { description: "The new value of the policy." })
    accountLinking: ConnectionPolicies["accountLinking"],
  ): Promise<AccountLinkingEffectType | null> {
    const connection = await orNull(readConnection(this.services, caller, connectionId));
    if (connection === null) return null;
    const userIds = await findAffectedUsers(this.services.reader, { connection, accountLinking });
    return { organizationId: connection.organizationId, userIds, affectedUsers: userIds.length };
  }

  @FieldResolver(() => UserPage, {
    description:
      "The affected users. If the switch hides or brings back a merged link, the list has the account of that link. If not, it has the account that the person leaves. Needs USERS_READ.",
  })
  async users(
    @Root() effect: AccountLinkingEffectType,
    @Ctx() { caller }: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<UserType>> {
    return await listAffectedUsers(this.services, caller, effect, page);
  }
}

@Resolver(() => LinkRequestType)
export class LinkRequestResolver {
  constructor(
    private readonly services: ConnectionServices,
    private readonly loaders: ConnectionLoaders,
  ) {}

  @Query(() => LinkRequestPage, {
    description: "Requests to link a person to an account with their address, the newest first. Needs USERS_READ.",
  })
  async linkRequests(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization.") organizationId: string,
    @Arg("filter", () => LinkRequestFilterInput, { nullable: true, description: "Which requests to list." })
    filter: LinkRequestFilterInput | null | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<LinkRequestType>> {
    return await listLinkRequests(this.services, caller, { organizationId, filter: filter ?? null, page });
  }

  @FieldResolver(() => UserType, { description: "The account that the person would sign in to." })
  async user(@Root() request: LinkRequestType, @Ctx() context: RequestContext): Promise<UserType> {
    const { organizationId } = request;
    requirePermission(context.caller, organizationId, "USERS_READ");
    const user = await this.loaders.user(context).load(request.userId);
    // A foreign key keeps a request from outliving its user.
    if (user === null) throw new Error(`link request ${request.id} has no user`);
    return showMember(context.caller, user, organizationId);
  }

  @FieldResolver(() => SsoConnectionType, { description: "The connection that the person signed in through." })
  async connection(@Root() request: LinkRequestType, @Ctx() context: RequestContext): Promise<Connection> {
    const connection = await this.loaders.connection(context).load(request.connectionId);
    // A foreign key keeps a request from outliving its connection.
    if (connection === null) throw new Error(`link request ${request.id} has no connection`);
    return connection;
  }

  @Mutation(() => ApproveLinkRequestPayload, {
    description:
      "Links the person to the account, because it is theirs. Needs USERS_WRITE and every permission of the account. Errors: LINK_REQUEST_DECIDED, IDENTITY_TAKEN.",
  })
  async approveLinkRequest(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The request's id." }) id: string,
  ): Promise<ApproveLinkRequestPayload> {
    return {
      linkRequest: await approveLinkRequest(this.services, context.caller, id),
    };
  }

  @Mutation(() => RejectLinkRequestPayload, {
    description:
      "Decides that the account belongs to a different person. The person gets an account of their own at the next sign-in. Needs USERS_WRITE. Errors: LINK_REQUEST_DECIDED.",
  })
  async rejectLinkRequest(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The request's id." }) id: string,
  ): Promise<RejectLinkRequestPayload> {
    return {
      linkRequest: await rejectLinkRequest(this.services, context.caller, id),
    };
  }
}

@Resolver()
export class LinkingResolver {
  constructor(private readonly services: ConnectionServices) {}

  @Mutation(() => UnmergeIdentityPayload, {
    description:
      "Undoes a merge. The link is retired, the person's sessions through the connection end, and the person gets an account of their own at the next sign-in. Merging does not join the person again; relinkIdentity can. Needs USERS_WRITE and every permission of the account. Errors: IDENTITY_NOT_MERGED.",
  })
  async unmergeIdentity(
    @Ctx() context: RequestContext,
    @Arg("id", () => ID, { description: "The identity's id." }) id: string,
  ): Promise<UnmergeIdentityPayload> {
    return {
      identity: await unmergeIdentity(this.services, context.caller, id),
    };
  }

  @Mutation(() => RelinkIdentityPayload, {
    description:
      "Links a person at a provider to a different account, and ends their sessions in the old one. Use it after SUBJECT_CHANGED, if the provider re-created the person. Needs USERS_WRITE and every permission of both accounts.",
  })
  async relinkIdentity(
    @Ctx() context: RequestContext,
    @Arg("input", () => RelinkIdentityInput, { description: "The person and the account." }) input: RelinkIdentityInput,
  ): Promise<RelinkIdentityPayload> {
    return {
      identity: await relinkIdentity(this.services, context.caller, input),
    };
  }

  @Mutation(() => RelinkIdentitiesPayload, {
    description:
      "Moves people to another connection, or inside one connection to its new issuer, which ends the refusal ISSUER_CHANGED. Ends their sessions through the old connection. Send `dryRun` first and read `results`: a person who cannot be moved has the reason there, and the others are moved. Needs USERS_WRITE.",
  })
  async relinkIdentities(
    @Ctx() context: RequestContext,
    @Arg("input", () => RelinkIdentitiesInput, { description: "The people to move, and where to." })
    input: RelinkIdentitiesInput,
  ): Promise<RelinkIdentitiesPayload> {
    return await relinkIdentities(this.services, context.caller, input);
  }
}
