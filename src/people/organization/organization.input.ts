/** What the mutations of organizations take and answer. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { RoleKeyScalar } from "../role/role-key.scalar.js";
import { OrganizationType, SsoEnforcementEnum } from "./organization.type.js";
import type { OrganizationPolicies } from "./policies.js";

@InputType({ description: "An organization to create." })
export class CreateOrganizationInput {
  @Field(() => String, { description: "What people read. At most 200 characters." })
  name!: string;

  @Field(() => String, {
    description: "The short name, unique in the installation: lower-case letters, digits and hyphens, at most 63.",
  })
  slug!: string;

  @Field(() => String, { nullable: true, description: "The IANA name of the time zone; `UTC` when left out." })
  timeZone?: string | null;
}

@InputType({ description: "Policies to change. What is left out stays." })
export class OrganizationPoliciesInput {
  @Field(() => SsoEnforcementEnum, {
    nullable: true,
    description: "Whether people may, must or cannot sign in through a provider.",
  })
  ssoEnforcement?: OrganizationPolicies["ssoEnforcement"] | null;

  @Field(() => RoleKeyScalar, {
    nullable: true,
    description:
      "The role that a person gets when nothing else says which. Nobody names one that grants more than they hold.",
  })
  defaultRole?: string | null;
}

@InputType({ description: "What to change in an organization. What is left out stays." })
export class UpdateOrganizationInput {
  @Field(() => ID, { description: "The organization to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you know. The change is refused with VERSION_CONFLICT when it is no longer that.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "What people read." })
  name?: string | null;

  @Field(() => String, { nullable: true, description: "The short name. Only the operator changes it." })
  slug?: string | null;

  @Field(() => String, { nullable: true, description: "The IANA name of the time zone." })
  timeZone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Where a person goes after signing in, when the sign-in itself names no place. null clears it.",
  })
  landingUrl?: string | null;

  @Field(() => String, { nullable: true, description: "Shown to people who could not sign in. null clears it." })
  supportContact?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether single sign-on is allowed here. Only the operator changes it.",
  })
  ssoAllowed?: boolean | null;

  @Field(() => OrganizationPoliciesInput, { nullable: true, description: "Policies to change." })
  policies?: OrganizationPoliciesInput | null;
}

@ObjectType({ description: "What createOrganization answers.", simpleResolvers: true })
export class CreateOrganizationPayload {
  @Field(() => OrganizationType, { description: "The new organization." })
  organization!: OrganizationType;
}

@ObjectType({ description: "What updateOrganization answers.", simpleResolvers: true })
export class UpdateOrganizationPayload {
  @Field(() => OrganizationType, { description: "The organization as it is now." })
  organization!: OrganizationType;
}
