/** What inputs say about a person's profile. */
import { Field, InputType, Int, ObjectType } from "type-graphql";
import { UserType } from "../user.type.js";

@InputType({ description: "A value of an attribute that is the organization's own." })
export class CustomFieldInput {
  @Field(() => String, {
    description: "The attribute: a letter, followed by at most 49 letters, digits, hyphens and underscores.",
  })
  name!: string;

  @Field(() => String, { nullable: true, description: "The value, at most 2000 characters. null clears it." })
  value?: string | null;
}

@InputType({
  description: "Further fields of a person. What is left out stays, null clears; a value has at most 2000 characters.",
})
export class UserProfileInput {
  @Field(() => String, { nullable: true, description: "The telephone number." })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: "What the person works as." })
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
      "The manager's e-mail address. The account of the home organization that has it, now or later, becomes `manager`. Nobody makes others report to themselves without TRAINING_READ.",
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
    description: "The organization's own attributes; those that are not named stay.",
  })
  custom?: CustomFieldInput[] | null;
}

@InputType({ description: "What a person says about himself or herself. What is left out stays." })
export class UpdateMyProfileInput {
  @Field(() => Int, {
    nullable: true,
    description: "The version that you know. The change is refused with VERSION_CONFLICT when it is no longer that.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "The first name." })
  firstName?: string | null;

  @Field(() => String, { nullable: true, description: "The last name." })
  lastName?: string | null;

  @Field(() => String, { nullable: true, description: "The name to show. null makes it first and last name." })
  fullName?: string | null;

  @Field(() => UserProfileInput, { nullable: true, description: "Further fields." })
  profile?: UserProfileInput | null;
}

@ObjectType({ description: "What updateMyProfile answers.", simpleResolvers: true })
export class UpdateMyProfilePayload {
  @Field(() => UserType, { description: "The person's account as it is now." })
  user!: UserType;
}
