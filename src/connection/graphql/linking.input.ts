/** What the mutations of linking take and answer. */
import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { LinkRequestState } from "../identity/link-request.js";
import { MOST_PEOPLE_AT_ONCE, type RelinkResult } from "../identity/relink-identities.js";
import { IdentityType } from "./identity.type.js";
import { LinkRequestStateEnum, LinkRequestType, RelinkResultType } from "./linking.type.js";

@InputType("LinkRequestFilter", { description: "Which requests to show. What is left out restricts nothing." })
export class LinkRequestFilterInput {
  @Field(() => LinkRequestStateEnum, { nullable: true, description: "Requests in this state." })
  state?: LinkRequestState | null;
}

@InputType({
  description:
    "A person at a provider, and the account that is to be theirs. The person is named by `identityId`, or by `connectionId`, `issuer` and `subject`, as a refused sign-in attempt tells them.",
})
export class RelinkIdentityInput {
  @Field(() => ID, { nullable: true, description: "An identity of the person; one that was retired will do." })
  identityId?: string | null;

  @Field(() => ID, { nullable: true, description: "The connection that the person signs in through." })
  connectionId?: string | null;

  @Field(() => String, { nullable: true, description: "Who vouches for the person, letter by letter." })
  issuer?: string | null;

  @Field(() => String, { nullable: true, description: "The person's stable id at the issuer, letter by letter." })
  subject?: string | null;

  @Field(() => ID, { description: "The account, whose home is the connection's organization." })
  userId!: string;
}

@InputType({
  description:
    "People to move from one connection to another, or inside one connection from one issuer to another, whose subjects stay the same. Where both connections are the same provider, they sign in as before. Where the other is a different provider, the person is found by the address that they come with, once, if it is verified as `requireVerifiedEmail` of that connection asks.",
})
export class RelinkIdentitiesInput {
  @Field(() => ID, { description: "The connection that they sign in through now." })
  fromConnectionId!: string;

  @Field(() => ID, {
    description:
      "The connection that they are to sign in through; of the same organization. The same connection where its issuer changed.",
  })
  toConnectionId!: string;

  @Field(() => String, {
    nullable: true,
    description: "Inside one connection: the issuer that their links are under, letter by letter.",
  })
  fromIssuer?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Inside one connection: the issuer that the connection has now, letter by letter.",
  })
  toIssuer?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: `Whom to move, at most ${MOST_PEOPLE_AT_ONCE}. Everybody when left out, ${MOST_PEOPLE_AT_ONCE} in one request.`,
  })
  userIds?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether to change nothing, and answer what would become of each.",
  })
  dryRun?: boolean | null;
}

@ObjectType({ description: "What unmergeIdentity answers.", simpleResolvers: true })
export class UnmergeIdentityPayload {
  @Field(() => IdentityType, { description: "The link, retired." })
  identity!: IdentityType;
}

@ObjectType({ description: "What relinkIdentity answers.", simpleResolvers: true })
export class RelinkIdentityPayload {
  @Field(() => IdentityType, { description: "The link, which leads to the account now." })
  identity!: IdentityType;
}

@ObjectType({ description: "What relinkIdentities answers.", simpleResolvers: true })
export class RelinkIdentitiesPayload {
  @Field(() => [RelinkResultType], { description: "What became of each; with `dryRun`, what would." })
  results!: readonly RelinkResult[];

  @Field(() => Boolean, {
    description: "Whether there are more people than one request takes; repeat it, or name `userIds`.",
  })
  hasMore!: boolean;
}

@ObjectType({ description: "What approveLinkRequest answers.", simpleResolvers: true })
export class ApproveLinkRequestPayload {
  @Field(() => LinkRequestType, { description: "The request as it is now." })
  linkRequest!: LinkRequestType;
}

@ObjectType({ description: "What rejectLinkRequest answers.", simpleResolvers: true })
export class RejectLinkRequestPayload {
  @Field(() => LinkRequestType, { description: "The request as it is now." })
  linkRequest!: LinkRequestType;
}
