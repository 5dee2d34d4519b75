/** What the mutations of organizations take and answer. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { OrganizationType } from "./organization.type.js";
import type { OrganizationPoliciesChange } from "./policies.js";
import { OrganizationPoliciesInput } from "./policies-types.js";

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

@InputType({ description: "What of the plan's contents to change. What is left out stays." })
export class EntitlementsInput {
  @Field(() => Boolean, { nullable: true, description: "Signing in through identity providers." })
  sso?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: "Provisioning through SCIM." })
  scim?: boolean | null;
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

  @Field(() => EntitlementsInput, {
    nullable: true,
    description: "What the plan includes. Only the operator changes it.",
  })
  entitlements?: EntitlementsInput | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Paid places in the plan; null sets no limit. Only the operator changes it. Fewer than are taken is allowed: nobody loses a seat, and none is given until enough came back.",
  })
  totalSeats?: number | null;

  @Field(() => OrganizationPoliciesInput, { nullable: true, description: "Policies to change." })
  policies?: OrganizationPoliciesChange | null;
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

@InputType({ description: "Whose organization it is from now on." })
export class SetOwnerInput {
  @Field(() => ID, { description: "The organization." })
  organizationId!: string;

  @Field(() => ID, { description: "An active administrator of the organization." })
  userId!: string;
}

@ObjectType({ description: "What setOwner answers.", simpleResolvers: true })
export class SetOwnerPayload {
  @Field(() => OrganizationType, { description: "The organization as it is now." })
  organization!: OrganizationType;
}

@InputType({ description: "An organization to delete, with everything that goes with it." })
export class DeleteOrganizationInput {
  @Field(() => ID, { description: "The organization." })
  id!: string;

  @Field(() => String, { description: "Its short name, as proof that it is the one that you mean." })
  confirmSlug!: string;
}

@ObjectType("OrganizationPart", {
  description: "Something that goes with an organization when it is deleted.",
  simpleResolvers: true,
})
export class OrganizationPartType {
  @Field(() => String, { description: "What it is, such as `users`." })
  name!: string;

  @Field(() => Int, { description: "How many there are." })
  count!: number;
}

@ObjectType("OrganizationDeletion", {
  description: "What deleting an organization would delete.",
  simpleResolvers: true,
})
export class OrganizationDeletionType {
  @Field(() => [OrganizationPartType], { description: "Everything that goes with it." })
  parts!: readonly OrganizationPartType[];
}

@ObjectType({ description: "What deleteOrganization answers.", simpleResolvers: true })
export class DeleteOrganizationPayload {
  @Field(() => ID, { description: "The id that the organization had." })
  id!: string;

  @Field(() => [OrganizationPartType], { description: "What went with it." })
  parts!: readonly OrganizationPartType[];
}
