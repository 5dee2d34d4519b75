/** Inputs and payloads of the mutations of organizations. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { OrganizationType } from "./organization.type.js";
import type { OrganizationPoliciesChange } from "./policies.js";
import { OrganizationPoliciesInput } from "./policies-types.js";

@InputType({ description: "The organization to create." })
export class CreateOrganizationInput {
  @Field(() => String, { description: "The name, at most 200 characters." })
  name!: string;

  @Field(() => String, {
    description: "The short name, unique in the installation: lower-case letters, digits and hyphens, at most 63.",
  })
  slug!: string;

  @Field(() => String, { nullable: true, description: "The IANA name of the time zone; `UTC` if left out." })
  timeZone?: string | null;
}

@InputType({ description: "Changes to the contents of the plan. Fields that are left out stay." })
export class EntitlementsInput {
  @Field(() => Boolean, { nullable: true, description: "Signing in through identity providers." })
  sso?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: "Provisioning through SCIM." })
  scim?: boolean | null;
}

@InputType({ description: "Changes to an organization. Fields that are left out stay." })
export class UpdateOrganizationInput {
  @Field(() => ID, { description: "The organization to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you have read. If it has changed since, the mutation fails with VERSION_CONFLICT.",
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
    description: "The page after a sign-in that names no page of its own. null clears it.",
  })
  landingUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The contact that people see when their sign-in fails. null clears it.",
  })
  supportContact?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether single sign-on is allowed here. Only the operator changes it.",
  })
  ssoAllowed?: boolean | null;

  @Field(() => EntitlementsInput, {
    nullable: true,
    description: "The features in the plan. Only the operator changes them.",
  })
  entitlements?: EntitlementsInput | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The seats in the plan; null removes the limit. Only the operator changes it. If it is less than the seats that are taken, users keep their seats, and nobody gets a seat until enough are free.",
  })
  totalSeats?: number | null;

  @Field(() => OrganizationPoliciesInput, { nullable: true, description: "Policies to change." })
  policies?: OrganizationPoliciesChange | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The number of people whom `ssoEnforcement: REQUIRED` shuts out, as `ssoRequirement` gives it. With a different number, the change is refused with CONFIRMATION_REQUIRED. Not needed if it shuts out nobody.",
  })
  confirmAffectedUsers?: number | null;
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

@InputType({ description: "The new owner of an organization." })
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

@InputType({ description: "The organization to delete." })
export class DeleteOrganizationInput {
  @Field(() => ID, { description: "The organization." })
  id!: string;

  @Field(() => String, { description: "The organization's short name, as confirmation." })
  confirmSlug!: string;
}

@ObjectType("OrganizationPart", {
  description: "A kind of data that is deleted together with an organization.",
  simpleResolvers: true,
})
export class OrganizationPartType {
  @Field(() => String, { description: "The kind of data, such as `users`." })
  name!: string;

  @Field(() => Int, { description: "How many there are." })
  count!: number;
}

@ObjectType("OrganizationDeletion", {
  description: "What deleting an organization would delete.",
  simpleResolvers: true,
})
export class OrganizationDeletionType {
  @Field(() => [OrganizationPartType], { description: "The data that is deleted with the organization." })
  parts!: readonly OrganizationPartType[];
}

@ObjectType({ description: "What deleteOrganization answers.", simpleResolvers: true })
export class DeleteOrganizationPayload {
  @Field(() => ID, { description: "The id of the deleted organization." })
  id!: string;

  @Field(() => [OrganizationPartType], { description: "The data that was deleted with the organization." })
  parts!: readonly OrganizationPartType[];
}
