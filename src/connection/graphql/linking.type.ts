/** Links in the schema: the effect of switching accountLinking, link requests, and results of moving people. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { ErrorCode } from "../../platform/graphql/error-codes.js";
import { definePage } from "../../platform/graphql/paging.js";
import type { LinkRequestState } from "../identity/link-request.js";
import type { RelinkResult } from "../identity/relink-identities.js";

@ObjectType("AccountLinkingEffect", {
  description: "What switching a connection's policy `accountLinking` would do.",
})
export class AccountLinkingEffectType {
  /** Not in the schema. The resolver of the field `users` needs these values. */
  organizationId!: string;
  userIds!: readonly string[];

  @Field(() => Int, {
    description:
      "How many users get a different account at their next sign-in, through this connection or another one that merges, if they keep the address of their last sign-in. Send the number as `confirmAffectedUsers` with the switch.",
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
  description: "The state of a link request.",
  valuesConfig: {
    PENDING: { description: "Not answered yet. The person's sign-ins are refused until an administrator answers." },
    APPROVED: { description: "The person is linked to the account." },
    REJECTED: { description: "The person gets an account of their own." },
  },
});

@ObjectType("LinkRequest", {
  description:
    "A person signed in under the policy ADMIN_LINK with the address of an existing account. An administrator decides whether the account is theirs.",
  simpleResolvers: true,
})
export class LinkRequestType {
  /** Not in the schema. The resolvers of the fields `user` and `connection` need these values. */
  organizationId!: string;
  connectionId!: string;
  userId!: string;

  @Field(() => ID, { description: "The request's id." })
  id!: string;

  @Field(() => LinkRequestStateEnum, { description: "The state of the request." })
  state!: LinkRequestState;

  @Field(() => String, { description: "The issuer that vouches for the person." })
  issuer!: string;

  @Field(() => String, { description: "The person's stable id at the issuer." })
  subject!: string;

  @Field(() => String, { nullable: true, description: "The address that the provider sent." })
  email!: string | null;

  @Field(() => Date, { description: "When the person signed in." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When an administrator answered; null if not yet." })
  decidedAt!: Date | null;

  @Field(() => ID, {
    nullable: true,
    description: "The id of the user or API key that answered; null if not answered yet.",
  })
  decidedBy!: string | null;
}

export const LinkRequestPage = definePage(
  "LinkRequest",
  () => LinkRequestType,
  "Requests to link people, the newest first.",
);

@ObjectType("RelinkResult", {
  description: "The result of moving one user.",
  simpleResolvers: true,
})
export class RelinkResultType implements RelinkResult {
  @Field(() => ID, { description: "The user. Moving does not change the user." })
  userId!: string;

  @Field(() => ID, { nullable: true, description: "The moved link; null if the user has no link at the connection." })
  identityId!: string | null;

  @Field(() => String, { nullable: true, description: "The issuer that vouches for the person." })
  issuer!: string | null;

  @Field(() => String, { nullable: true, description: "The person's stable id at the issuer." })
  subject!: string | null;

  @Field(() => Boolean, { description: "Whether the user was moved; with `dryRun`, whether the user would be moved." })
  ok!: boolean;

  @Field(() => ErrorCode, {
    nullable: true,
    description:
      "Why the user was not moved: NOT_FOUND if the user has no link at the connection, FORBIDDEN if the user has a permission that you lack, or IDENTITY_TAKEN. null if `ok`.",
  })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "The reason as a sentence; null if `ok`." })
  message!: string | null;
}
