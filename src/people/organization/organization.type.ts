/** Organizations in the schema. */
import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { definePage } from "../../platform/graphql/paging.js";
import { RoleKeyScalar } from "../role/role-key.scalar.js";
import type { OrganizationPolicies } from "./policies.js";

/** Stands for the enum `SsoEnforcement` in decorators. */
export const SsoEnforcementEnum: { readonly [Value in OrganizationPolicies["ssoEnforcement"]]: Value } = {
  OPTIONAL: "OPTIONAL",
  REQUIRED: "REQUIRED",
  OFF: "OFF",
};

registerEnumType(SsoEnforcementEnum, {
  name: "SsoEnforcement",
  description: "Whether the people of an organization sign in through an identity provider.",
  valuesConfig: {
    OPTIONAL: { description: "They may." },
    REQUIRED: { description: "They must. Its address goes straight on where one connection is active." },
    OFF: { description: "They cannot." },
  },
});

@ObjectType("OrganizationPolicies", {
  description: "What an organization has decided about its accounts.",
  simpleResolvers: true,
})
export class OrganizationPoliciesType {
  @Field(() => SsoEnforcementEnum, { description: "Whether people may, must or cannot sign in through a provider." })
  ssoEnforcement!: OrganizationPolicies["ssoEnforcement"];

  @Field(() => RoleKeyScalar, { description: "The role that a person gets when nothing else says which." })
  defaultRole!: string;
}

@ObjectType("Organization", { description: "A tenant of this installation.", simpleResolvers: true })
export class OrganizationType {
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
