/** Inputs and payloads of the mutations about passwords. */
import { Field, ID, InputType } from "type-graphql";

@InputType({ description: "A password for an account." })
export class SetPasswordInput {
  @Field(() => ID, { description: "The account." })
  userId!: string;

  @Field(() => String, {
    description:
      "The new password, from 12 to 256 characters. Spaces and all letters are allowed, and no kind of character is required.",
  })
  password!: string;
}
