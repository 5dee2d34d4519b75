/** What the mutation of sign-in links takes and answers. */
import { Field, ID, InputType, ObjectType } from "type-graphql";

@InputType({ description: "Whom a one-time link signs in, and where it leads: to one place, or to the landing page." })
export class CreateSignInLinkInput {
  @Field(() => ID, { description: "The home organization of the user, in which the session will be." })
  organizationId!: string;

  @Field(() => ID, { description: "Who is signed in." })
  userId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Where the browser lands: below one of the installation's return URLs, or a path of its own. Not together with `courseId`.",
  })
  returnTo?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "A course: the browser lands at the organization's landing URL with `course=ID` in the query. Training is not started by it. Not together with `returnTo`.",
  })
  courseId?: string | null;
}

@ObjectType({ description: "What createSignInLink answers.", simpleResolvers: true })
export class CreateSignInLinkPayload {
  @Field(() => String, {
    description:
      "The link, shown this once. Whoever opens it and presses the button is signed in: hand it to the person alone, and write it to no log.",
  })
  url!: string;

  @Field(() => Date, { description: "When it is over: five minutes from now." })
  expiresAt!: Date;
}
