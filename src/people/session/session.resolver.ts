/** The sessions of people in GraphQL. */
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import type { RequestContext } from "../../access/request-context.js";
import type { Store } from "../../access/store.js";
import type { Clock } from "../../platform/clock.js";
import { PageArgs, type Page } from "../../platform/graphql/paging.js";
import { ViewerType } from "../viewer/viewer.type.js";
import { describeDevice } from "./describe-device.js";
import { listOwnSessions, listSessions, revokeSession, revokeSessions } from "./session.operations.js";
import {
  RevokeSessionPayload,
  RevokeSessionsInput,
  RevokeSessionsPayload,
  SessionPage,
  SessionType,
} from "./session.type.js";

@Resolver(() => SessionType)
export class SessionResolver {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  @Query(() => SessionPage, {
    description:
      "The sessions of a user whose home organization is yours, including sessions in other organizations, the newest first. Needs USERS_READ. `viewer { sessions }` are your own.",
  })
  async sessions(
    @Ctx() { caller }: RequestContext,
    @Arg("userId", () => ID, { description: "The user." }) userId: string,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<SessionType>> {
    return await listSessions(this.store, caller, userId, page, this.clock());
  }

  @Mutation(() => RevokeSessionPayload, {
    description:
      "Ends a session at once. Your own needs no permission; one of a user whose home organization is yours needs USERS_WRITE.",
  })
  async revokeSession(
    @Ctx() { caller }: RequestContext,
    @Arg("id", () => ID, { description: "The session." }) id: string,
  ): Promise<RevokeSessionPayload> {
    return { session: await revokeSession(this.store, caller, id) };
  }

  @Mutation(() => RevokeSessionsPayload, {
    description:
      "Ends all sessions of a person at once. Your own need no permission; those of a user whose home organization is yours need USERS_WRITE.",
  })
  async revokeSessions(
    @Ctx() { caller }: RequestContext,
    @Arg("input", () => RevokeSessionsInput, { description: "The person." }) input: RevokeSessionsInput,
  ): Promise<RevokeSessionsPayload> {
    return { count: await revokeSessions(this.store, caller, input) };
  }

  @FieldResolver(() => Boolean, { description: "Whether this request uses the session." })
  current(@Root() { id }: SessionType, @Ctx() { caller }: RequestContext): boolean {
    return caller.kind === "PERSON" && caller.sessionId === id;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "Browser and system at the sign-in, such as `Firefox on Windows`; null if `userAgent` names none that Usher knows. The browser chooses its `User-Agent`, so this proves nothing.",
  })
  device(@Root() { userAgent }: SessionType): string | null {
    return describeDevice(userAgent);
  }
}

@Resolver(() => ViewerType)
export class ViewerSessionsResolver {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  @FieldResolver(() => SessionPage, {
    nullable: true,
    description: "The signed-in person's sessions, the newest first; null for an API key.",
  })
  async sessions(
    @Ctx() { caller }: RequestContext,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Page<SessionType> | null> {
    return await listOwnSessions(this.store, caller, page, this.clock());
  }
}
