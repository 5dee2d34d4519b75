/** Inputs and payloads of the mutations on links. */
import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { LinkRequestState } from "../identity/link-request.js";
import { MOST_PEOPLE_AT_ONCE, type RelinkResult } from "../identity/relink-identities.js";
import { IdentityType } from "./identity.type.js";
import { LinkRequestStateEnum, LinkRequestType, RelinkResultType } from "./linking.type.js";

@InputType("LinkRequestFilter", { description: "Which requests to list. A field that is left out does not filter." })
export class LinkRequestFilterInput {
  @Field(() => LinkRequestStateEnum, { nullable: true, description: "Requests in this state." })
  state?: LinkRequestState | null;
}

@InputType({
  description:
    "A person at a provider, and the account to link the person to. Name the person by `identityId`, or by `connectionId`, `issuer` and `subject`, which a refused sign-in attempt shows.",
})
export class RelinkIdentityInput {
  @Field(() => ID, { nullable: true, description: "An identity of the person, which may be retired." })
  identityId?: string | null;

  @Field(() => ID, { nullable: true, description: "The connection that the person signs in through." })
  connectionId?: string | null;

  @Field(() => String, { nullable: true, description: "The issuer that vouches for the person, compared exactly." })
  issuer?: string | null;

  @Field(() => String, { nullable: true, description: "The person's stable id at the issuer, compared exactly." })
  subject?: string | null;

  @Field(() => ID, { description: "The account. Its home must be the connection's organization." })
  userId!: string;
}

@InputType({
  description:
    "People to move from one connection to another, or inside one connection from one issuer to another. Their subjects stay the same. If both connections have the same provider, people sign in as before. If the other connection has a different provider, the first sign-in finds the person by e-mail address, if it is verified as `requireVerifiedEmail` of that connection demands.",
})
export class RelinkIdentitiesInput {
  @Field(() => ID, { description: "The connection that the people sign in through now." })
  fromConnectionId!: string;

  @Field(() => ID, {
    description:
      "The connection that the people will sign in through, of the same organization. If the issuer of the connection changed, the same connection.",
  })
  toConnectionId!: string;

  @Field(() => String, {
    nullable: true,
    description: "Only inside one connection: the issuer that the links have now, compared exactly.",
  })
  fromIssuer?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Only inside one connection: the new issuer, which the connection's settings must name, compared exactly.",
  })
  toIssuer?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: `The users to move, at most ${MOST_PEOPLE_AT_ONCE}. If left out, the first ${MOST_PEOPLE_AT_ONCE} of all users.`,
  })
  userIds?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "If true, nothing changes, and the results say what would happen.",
  })
  dryRun?: boolean | null;
}

@ObjectType({ description: "What unmergeIdentity answers.", simpleResolvers: true })
export class UnmergeIdentityPayload {
  @Field(() => IdentityType, { description: "The retired link." })
  identity!: IdentityType;
}

@ObjectType({ description: "What relinkIdentity answers.", simpleResolvers: true })
export class RelinkIdentityPayload {
  @Field(() => IdentityType, { description: "The link to the new account." })
  identity!: IdentityType;
}

@ObjectType({ description: "What relinkIdentities answers.", simpleResolvers: true })
export class RelinkIdentitiesPayload {
  @Field(() => [RelinkResultType], {
    description: "The result for each user; with `dryRun`, the result that the request would have.",
  })
  results!: readonly RelinkResult[];

  @Field(() => Boolean, {
    description: "Whether there are more people than one request moves. Repeat the request, or name `userIds`.",
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
