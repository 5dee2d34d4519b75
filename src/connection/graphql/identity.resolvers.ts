/** Adds the field `identities` to users, `connection` to sessions, and fields to identities. */
import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { scopeFor } from "../../access/caller.js";
import type { RequestContext } from "../../access/request-context.js";
import { SessionType } from "../../people/session/session.type.js";
import { UserType } from "../../people/user/user.type.js";
import type { Identity } from "../identity/identity.js";
import type { ConnectionLoaders } from "../loaders.js";
import type { Connection } from "../stored/connection.js";
import { SsoConnectionType } from "./connection.type.js";
import { IdentityType } from "./identity.type.js";

@Resolver(() => UserType)
export class UserIdentitiesResolver {
  constructor(private readonly loaders: ConnectionLoaders) {}

  @FieldResolver(() => [IdentityType], {
    description:
      "The user's identities at connections of your organization, the oldest first. Needs USERS_READ, except for yourself.",
  })
  async identities(
    @Root() user: { readonly id: string },
    @Ctx() context: RequestContext,
  ): Promise<readonly Identity[]> {
    const { caller } = context;
    if (caller.kind !== "PERSON" || caller.userId !== user.id) scopeFor(caller, "USERS_READ");
    return await this.loaders.identitiesOfUser(context).load(user.id);
  }
}

@Resolver(() => IdentityType)
export class IdentityResolver {
  constructor(private readonly loaders: ConnectionLoaders) {}

  @FieldResolver(() => Boolean, {
    description:
      "True while sign-ins ignore the link, because merging made it and the connection's policy does not allow merging. If the policy allows merging again, sign-ins follow the link.",
  })
  async hidden(@Root() identity: Identity, @Ctx() context: RequestContext): Promise<boolean> {
    if (identity.linkKind !== "MERGED" || identity.retiredAt !== null) return false;
    const { policies } = await this.connection(identity, context);
    return policies.accountLinking !== "MERGE_BY_EMAIL";
  }

  @FieldResolver(() => SsoConnectionType, { description: "The connection that the person signs in through." })
  async connection(@Root() identity: Identity, @Ctx() context: RequestContext): Promise<Connection> {
    const connection = await this.loaders.connection(context).load(identity.connectionId);
    // A foreign key keeps an identity from outliving its connection.
    if (connection === null) throw new Error(`identity ${identity.id} has no connection`);
    return connection;
  }
}

@Resolver(() => SessionType)
export class SessionConnectionResolver {
  constructor(private readonly loaders: ConnectionLoaders) {}

  @FieldResolver(() => SsoConnectionType, {
    nullable: true,
    description: "The connection that gave the session; null for a one-time link or a password.",
  })
  async connection(@Root() { connectionId }: SessionType, @Ctx() context: RequestContext): Promise<Connection | null> {
    return connectionId === null ? null : await this.loaders.connection(context).load(connectionId);
  }
}
