/** Linking in GraphQL: undoing merges, leading people to other accounts, and answering requests. */
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
      "What switching a connection's policy `accountLinking` would do, to be looked at before `updateConnection`. null for an id that is unknown or another organization's. Needs CONNECTIONS_READ.",
  })
  async accountLinkingEffect(
    @Ctx() { caller }: RequestContext,
    @Arg("connectionId", () => ID, { description: "The connection." }) connectionId: string,
    @Arg("accountLinking", () => policyEnum("accountLinking"), { description: "What the policy is to be." })
    accountLinking: ConnectionPolicies["accountLinking"],
  ): Promise<AccountLinkingEffectType | null> {
    const connection = await orNull(readConnection(this.services, caller, connectionId));
    if (connection === null) return null;
    const userIds = await findAffectedUsers(this.services.reader, { connection, accountLinking });
    return { organizationId: connection.organizationId, userIds, affectedUsers: userIds.length };
  }

  @FieldResolver(() => UserPage, {
    description:
      "The users whom the switch leads to another account. Where the switch hides or brings back a link that merging made, this lists the account of that link; otherwise the account that the person leaves. Needs USERS_READ.",
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
    description:
      "People who wait for an answer whether an account with their address is theirs, the newest first. Needs USERS_READ.",
  })
  async linkRequests(
    @Ctx() { caller }: RequestContext,
    @OrganizationArgument("The organization.") organizationId: string,
    @Arg("filter", () => LinkRequestFilterInput, { nullable: true, description: "Which requests to show." })
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

  @FieldResolver(() => SsoConnectionType, { description: "The connection that the person came through." })
  async connection(@Root() request: LinkRequestType, @Ctx() context: RequestContext): Promise<Connection> {
    const connection = await this.loaders.connection(context).load(request.connectionId);
    // A foreign key keeps a request from outliving its connection.
    if (connection === null) throw new Error(`link request ${request.id} has no connection`);
    return connection;
  }

  @Mutation(() => ApproveLinkRequestPayload, {
    description:
      "Says that the account is the person's: they sign in to it from then on. Needs USERS_WRITE and all that the account may do. Answers LINK_REQUEST_DECIDED and IDENTITY_TAKEN.",
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
      "Says that the account is somebody else's: the person gets one of their own at the next sign-in. Needs USERS_WRITE. Answers LINK_REQUEST_DECIDED.",
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
      "Undoes a merge: the link is kept for the record, the person's sessions through the connection end, and the person gets an account of their own at the next sign-in. Merging never joins them again; relinkIdentity can. Needs USERS_WRITE and all that the account may do. Answers IDENTITY_NOT_MERGED.",
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
      "Leads a person at a provider to an account, and ends their sessions in the one before: the way out of SUBJECT_CHANGED, when the provider re-created somebody. Needs USERS_WRITE and all that both accounts may do.",
  })
  async relinkIdentity(
    @Ctx() context: RequestContext,
    @Arg("input", () => RelinkIdentityInput, { description: "Who, and which account." }) input: RelinkIdentityInput,
  ): Promise<RelinkIdentityPayload> {
    return {
      identity: await relinkIdentity(this.services, context.caller, input),
    };
  }

  @Mutation(() => RelinkIdentitiesPayload, {
    description:
      "Moves people to another connection, or inside one connection to its new issuer, which ends the refusal ISSUER_CHANGED. Ends their sessions through the connection that they were in. Send `dryRun` first and read `results`: a person who cannot be moved has the reason there, and the others are moved. Needs USERS_WRITE.",
  })
  async relinkIdentities(
    @Ctx() context: RequestContext,
    @Arg("input", () => RelinkIdentitiesInput, { description: "Whom to move where." }) input: RelinkIdentitiesInput,
  ): Promise<RelinkIdentitiesPayload> {
    return await relinkIdentities(this.services, context.caller, input);
  }
}
