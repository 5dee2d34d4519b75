/** Identities in the schema. */
import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import type { LinkKind } from "../identity/identity.js";

/** Stands for the enum `LinkKind` in decorators. */
const LinkKindEnum: { readonly [Kind in LinkKind]: Kind } = { OWN: "OWN", MERGED: "MERGED" };

registerEnumType(LinkKindEnum, {
  name: "LinkKind",
  description: "What made a link.",
  valuesConfig: {
    OWN: {
      description: "The account came with the person, waited for them, or was given to them by an administrator.",
    },
    MERGED: { description: "Merging joined the person to an account that was there, because of its address." },
  },
});

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

  @Field(() => LinkKindEnum, { description: "What made the link." })
  linkKind!: LinkKind;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "What the provider said at the last sign-in of the address that it sent: true for verified, false for not; null where it said nothing, or nobody has signed in. Merging joins nobody to an account that somebody else may have entered with an unverified address.",
  })
  emailVerified!: boolean | null;

  @Field(() => Date, {
    nullable: true,
    description: "Since when the link is kept for the record alone; null while it is followed, or could be.",
  })
  retiredAt!: Date | null;

  @Field(() => Date, { description: "When it was linked to the user." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When somebody last signed in with it; null if nobody has." })
  lastSignedInAt!: Date | null;
}
