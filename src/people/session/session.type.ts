/** The GraphQL type of a session. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";

@ObjectType("Session", { description: "A session of a signed-in browser.", simpleResolvers: true })
export class SessionType {
  @Field(() => ID, { description: "Opaque id. It changes when the session moves into another organization." })
  id!: string;

  @Field(() => ID, {
    nullable: true,
    description: "The id of the connection that gave the session; null for a one-time link or a password.",
  })
  connectionId!: string | null;

  @Field(() => Date, { description: "When the person signed in." })
  createdAt!: Date;

  @Field(() => Date, {
    description:
      "When the session ends if no request uses it until then. Each use moves this time, by `sessionIdleMinutes`, up to `sessionLifetimeMinutes` after the sign-in or the end that the provider set. From then on, requests are anonymous and need a new sign-in.",
  })
  expiresAt!: Date;

  @Field(() => Date, { description: "When it was last used, to the minute." })
  lastUsedAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: "The network address at the sign-in; null if a proxy sent an invalid one.",
  })
  address!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The `User-Agent` header at the sign-in; null if the browser sent none.",
  })
  userAgent!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The authentication context class (`acr`, or SAML's AuthnContextClassRef); null if the provider named none.",
  })
  acr!: string | null;

  @Field(() => [String], { description: "The authentication methods (`amr`); empty if the provider named none." })
  amr!: readonly string[];

  @Field(() => Date, {
    nullable: true,
    description:
      "When the person authenticated at the provider (`auth_time`, or SAML's AuthnInstant); null if the provider did not say.",
  })
  authTime!: Date | null;
}

export const SessionPage = definePage("Session", () => SessionType, "Sessions of one person, the newest first.");

@InputType({ description: "The person whose sessions to end." })
export class RevokeSessionsInput {
  @Field(() => ID, {
    nullable: true,
    description: "The user; yourself if left out. An API key and an operator must name one.",
  })
  userId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the session of this request stays. Default: false.",
  })
  keepCurrent?: boolean | null;
}

@ObjectType({ description: "What revokeSession answers.", simpleResolvers: true })
export class RevokeSessionPayload {
  @Field(() => SessionType, { description: "The session before its end." })
  session!: SessionType;
}

@ObjectType({ description: "What revokeSessions answers.", simpleResolvers: true })
export class RevokeSessionsPayload {
  @Field(() => Int, { description: "How many sessions ended." })
  count!: number;
}
