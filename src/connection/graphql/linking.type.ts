/** Linking in the schema: what a switch of policy does, requests that wait for an answer, and what became of moved people. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { ErrorCode } from "../../platform/graphql/error-codes.js";
import { definePage } from "../../platform/graphql/paging.js";
import type { LinkRequestState } from "../identity/link-request.js";
import type { RelinkResult } from "../identity/relink-identities.js";

@ObjectType("AccountLinkingEffect", {
  description: "What switching a connection's policy `accountLinking` would do. Nothing was changed by asking.",
})
export class AccountLinkingEffectType {
  /** What `users` lists; not in the schema. */
  organizationId!: string;
  userIds!: readonly string[];

  @Field(() => Int, {
    description:
      "How many users the switch leads to another account at their next sign-in, through this connection or another one that merges, if they come with the address of their last sign-in. Send it as `confirmAffectedUsers` with the switch.",
  })
  affectedUsers!: number;
}

/** Stands for the enum `LinkRequestState` in decorators. */
export const LinkRequestStateEnum: { readonly [State in LinkRequestState]: State } = {
  PENDING: "PENDING",
  APPROVED: "APPROVED",
  REJECTED: "REJECTED",
};

registerEnumType(LinkRequestStateEnum, {
  name: "LinkRequestState",
  description: "What became of a request.",
  valuesConfig: {
    PENDING: { description: "Nobody has answered; the person is refused until somebody does." },
    APPROVED: { description: "The person signs in to the account." },
    REJECTED: { description: "The person gets an account of their own." },
  },
});

@ObjectType("LinkRequest", {
  description:
    "Somebody arrived whose address an account has, under the policy ADMIN_LINK: an administrator decides whether it is theirs.",
  simpleResolvers: true,
})
export class LinkRequestType {
  /** What `user` and `connection` load; not in the schema. */
  organizationId!: string;
  connectionId!: string;
  userId!: string;

  @Field(() => ID, { description: "The request's id." })
  id!: string;

  @Field(() => LinkRequestStateEnum, { description: "What became of it." })
  state!: LinkRequestState;

  @Field(() => String, { description: "Who vouches for the person." })
  issuer!: string;

  @Field(() => String, { description: "The person's stable id at the issuer." })
  subject!: string;

  @Field(() => String, { nullable: true, description: "The address that the provider sent." })
  email!: string | null;

  @Field(() => Date, { description: "When the person arrived." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When somebody answered; null while nobody has." })
  decidedAt!: Date | null;

  @Field(() => ID, {
    nullable: true,
    description: "Who answered: the id of a user or of an API key; null while nobody has.",
  })
  decidedBy!: string | null;
}

export const LinkRequestPage = definePage(
  "LinkRequest",
  () => LinkRequestType,
  "Requests to link people, the newest first.",
);

@ObjectType("RelinkResult", {
  description: "What became, or would become, of one person who is moved to another connection.",
  simpleResolvers: true,
})
export class RelinkResultType implements RelinkResult {
  @Field(() => ID, { description: "The user, who stays the same." })
  userId!: string;

  @Field(() => ID, { nullable: true, description: "The link that is moved; null for a user who has none there." })
  identityId!: string | null;

  @Field(() => String, { nullable: true, description: "Who vouches for the person." })
  issuer!: string | null;

  @Field(() => String, { nullable: true, description: "The person's stable id at the issuer." })
  subject!: string | null;

  @Field(() => Boolean, { description: "Whether it was done, or with `dryRun` would be." })
  ok!: boolean;

  @Field(() => ErrorCode, {
    nullable: true,
    description:
      "Why not: NOT_FOUND for a user without a link at the connection, IDENTITY_TAKEN, FORBIDDEN for a user who may do more than you. null when it was done.",
  })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "The same as a sentence; null when it was done." })
  message!: string | null;
}
