/** Input and payload of `createSignInLink`. */
import { Field, ID, InputType, ObjectType } from "type-graphql";

@InputType({
  description:
    "The user that a one-time link signs in, and where it leads; the organization's landing page if neither place is given.",
})
export class CreateSignInLinkInput {
  @Field(() => ID, { description: "The home organization of the user. The session belongs to it." })
  organizationId!: string;

  @Field(() => ID, { description: "The user that the link signs in." })
  userId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Where the browser lands: an address below one of the installation's return URLs, or a path of Usher itself. Cannot be combined with `courseId`.",
  })
  returnTo?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "A course: the browser lands at the organization's landing URL with `course=ID` in the query. This does not start the training. Cannot be combined with `returnTo`.",
  })
  courseId?: string | null;
}

@ObjectType({ description: "The payload of `createSignInLink`.", simpleResolvers: true })
export class CreateSignInLinkPayload {
  @Field(() => String, {
    description:
      "The link, returned only here. It signs in anyone who opens it and presses the button, so send it to the person only and never log it.",
  })
  url!: string;

  @Field(() => Date, { description: "When the link expires, five minutes after it was made." })
  expiresAt!: Date;
}
