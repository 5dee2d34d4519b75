/** Organizations in the schema. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import { definePage } from "../../platform/graphql/paging.js";
import type { OrganizationPolicies } from "./policies.js";
import { OrganizationPoliciesType } from "./policies-types.js";

@ObjectType("OrganizationEntitlements", {
  description: "The features in the organization's plan. Only the operator changes them.",
  simpleResolvers: true,
})
export class EntitlementsType {
  @Field(() => Boolean, { description: "Signing in through identity providers." })
  sso!: boolean;

  @Field(() => Boolean, { description: "Provisioning through SCIM." })
  scim!: boolean;
}

@ObjectType("Organization", {
  implements: NodeType,
  description: "A tenant of this installation.",
  simpleResolvers: true,
})
export class OrganizationType {
  /** Not in the schema. The resolvers of `entitlements` and `owner` need these fields. */
  ssoEntitled!: boolean;
  scimEntitled!: boolean;
  ownerUserId!: string | null;

  @Field(() => ID, { description: "The organization's id." })
  id!: string;

  @Field(() => String, { description: "What people read." })
  name!: string;

  @Field(() => String, { description: "The short name: lower case, unique, part of the address `/o/SLUG`." })
  slug!: string;

  @Field(() => String, { description: "The IANA name of the time zone, such as `Europe/Berlin`." })
  timeZone!: string;

  @Field(() => String, {
    nullable: true,
    description: "The page after a sign-in that names no page of its own.",
  })
  landingUrl!: string | null;

  @Field(() => String, { nullable: true, description: "The contact that people see when their sign-in fails." })
  supportContact!: string | null;

  @Field(() => Boolean, { description: "Whether the operator allows single sign-on here." })
  ssoAllowed!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: "The seats in the plan; null if it has no limit. `seats` has how many are taken.",
  })
  totalSeats!: number | null;

  @Field(() => OrganizationPoliciesType, { description: "The organization's policies for its accounts." })
  policies!: OrganizationPolicies;

  @Field(() => Int, {
    description:
      "Rises with every change. Send it as `expectedVersion` so that you do not overwrite a change that you have not read.",
  })
  version!: number;

  @Field(() => Date, { description: "When it was created." })
  createdAt!: Date;

  @Field(() => Date, { description: "When it last changed." })
  updatedAt!: Date;
}

export const OrganizationPage = definePage(
  "Organization",
  () => OrganizationType,
  "Organizations of this installation, by short name.",
);
