/** Inputs for a person's profile. */
import { Field, InputType, Int, ObjectType } from "type-graphql";
import { UserType } from "../user.type.js";

@InputType({ description: "A value of an attribute that the organization defines." })
export class CustomFieldInput {
  @Field(() => String, {
    description: "The attribute's name: a letter, then at most 49 letters, digits, hyphens and underscores.",
  })
  name!: string;

  @Field(() => String, { nullable: true, description: "The value, at most 2000 characters. null clears it." })
  value?: string | null;
}

@InputType({
  description:
    "Further fields of a person. A field that is left out stays, null clears it. A value has at most 2000 characters.",
})
export class UserProfileInput {
  @Field(() => String, { nullable: true, description: "The telephone number." })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: "The job title." })
  jobTitle?: string | null;

  @Field(() => String, { nullable: true, description: "The department." })
  department?: string | null;

  @Field(() => String, { nullable: true, description: "The division." })
  division?: string | null;

  @Field(() => String, { nullable: true, description: "Street and number of the address." })
  streetAddress?: string | null;

  @Field(() => String, { nullable: true, description: "The city of the address." })
  city?: string | null;

  @Field(() => String, { nullable: true, description: "The state or region of the address." })
  state?: string | null;

  @Field(() => String, { nullable: true, description: "The postal code of the address." })
  zipCode?: string | null;

  @Field(() => String, { nullable: true, description: "The manager's name." })
  managerName?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The manager's e-mail address. The account of the home organization that has this address, now or later, becomes `manager`. To make others report to yourself, you need TRAINING_READ.",
  })
  managerEmail?: string | null;

  @Field(() => String, { nullable: true, description: "The cost center." })
  costCenter?: string | null;

  @Field(() => String, { nullable: true, description: "The language, such as `de-AT`." })
  locale?: string | null;

  @Field(() => String, { nullable: true, description: "The IANA name of the time zone." })
  timeZone?: string | null;

  @Field(() => [CustomFieldInput], {
    nullable: true,
    description: "Attributes that the organization defines; those that are left out stay.",
  })
  custom?: CustomFieldInput[] | null;
}

@InputType({ description: "Changes to the signed-in person's own profile. Fields that are left out stay." })
export class UpdateMyProfileInput {
  @Field(() => Int, {
    nullable: true,
    description: "The version that you have read. If it has changed since, the mutation fails with VERSION_CONFLICT.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "The first name." })
  firstName?: string | null;

  @Field(() => String, { nullable: true, description: "The last name." })
  lastName?: string | null;

  @Field(() => String, { nullable: true, description: "The display name. null makes it first and last name." })
  fullName?: string | null;

  @Field(() => UserProfileInput, { nullable: true, description: "Further fields." })
  profile?: UserProfileInput | null;
}

@ObjectType({ description: "What updateMyProfile answers.", simpleResolvers: true })
export class UpdateMyProfilePayload {
  @Field(() => UserType, { description: "The person's account as it is now." })
  user!: UserType;
}
