/** Identities in the schema. */
import { Field, ID, ObjectType } from "type-graphql";

@ObjectType("Identity", {
  description: "How a provider knows a user: connection, issuer and subject together are one person.",
  simpleResolvers: true,
})
export class IdentityType {
  @Field(() => ID, { description: "The identity's id." })
  id!: string;

  @Field(() => String, { description: "Who vouches for the person." })
  issuer!: string;

  @Field(() => String, { description: "The person's stable id at the issuer." })
  subject!: string;

  @Field(() => Date, { description: "When it was linked to the user." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When somebody last signed in with it; null if nobody has." })
  lastSignedInAt!: Date | null;
}
