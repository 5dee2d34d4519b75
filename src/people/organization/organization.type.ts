/** Organizations in the schema. */
import { Field, ID, Int, ObjectType } from "type-graphql";
import { NodeType } from "../../access/node.js";
import { definePage } from "../../platform/graphql/paging.js";
import type { OrganizationPolicies } from "./policies.js";
import { OrganizationPoliciesType } from "./policies-types.js";

@ObjectType("OrganizationEntitlements", {
  description: "What the organization's plan includes. The operator decides.",
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
  /** What `entitlements` and `owner` answer; not in the schema. */
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
    description: "Where a person goes after signing in, when the sign-in itself names no place.",
  })
  landingUrl!: string | null;

  @Field(() => String, { nullable: true, description: "Shown to people who could not sign in." })
  supportContact!: string | null;

  @Field(() => Boolean, { description: "Whether the operator allows single sign-on here." })
  ssoAllowed!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: "Paid places in the plan; null where nothing limits them. `seats` tells how many are taken.",
  })
  totalSeats!: number | null;

  @Field(() => OrganizationPoliciesType, { description: "What the organization has decided about its accounts." })
  policies!: OrganizationPolicies;

  @Field(() => Int, {
    description: "Rises at every change. Send it as `expectedVersion` to change only what you know.",
  })
  version!: number;

  @Field(() => Date, { description: "When it was created." })
  createdAt!: Date;

  @Field(() => Date, { description: "When it was changed last." })
  updatedAt!: Date;
}

export const OrganizationPage = definePage(
  "Organization",
  () => OrganizationType,
  "Organizations of this installation, by short name.",
);
