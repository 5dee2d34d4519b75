/** Inputs and payloads of the mutations about passwords. */
import { Field, ID, InputType } from "type-graphql";

@InputType({ description: "A password for an account, or a link by which the person sets it." })
export class SetPasswordInput {
  @Field(() => ID, { description: "The account." })
  userId!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "The new password, of at most 256 characters, and as long as the policy `passwordRules` says. All characters are allowed, and no kind of character is required. Usher refuses common passwords, and those made of the person's or the organization's names. If it is left out or null, Usher mails the person a link, by which they set their password within 24 hours.",
  })
  password?: string | null;
}
