/** Identities in the schema. */
import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import type { LinkKind } from "../identity/identity.js";

/** Stands for the enum `LinkKind` in decorators. */
const LinkKindEnum: { readonly [Kind in LinkKind]: Kind } = { OWN: "OWN", MERGED: "MERGED" };

registerEnumType(LinkKindEnum, {
  name: "LinkKind",
  description: "How a link was made.",
  valuesConfig: {
    OWN: {
      description:
        "A sign-in created the account, or it was prepared for the person, or an administrator linked the person to it.",
    },
    MERGED: { description: "Merging joined the person to an account that existed, by its e-mail address." },
  },
});

@ObjectType("Identity", {
  description: "How a provider knows a user. Connection, issuer and subject together identify one person.",
  simpleResolvers: true,
})
export class IdentityType {
  @Field(() => ID, { description: "The identity's id." })
  id!: string;

  @Field(() => String, { description: "The issuer that vouches for the person." })
  issuer!: string;

  @Field(() => String, { description: "The person's stable id at the issuer." })
  subject!: string;

  @Field(() => LinkKindEnum, { description: "How the link was made." })
  linkKind!: LinkKind;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the provider called the address verified at the last sign-in. null if it did not say, or if nobody has signed in. An identity with an unverified address keeps merging from joining other people to the account, if merging needs verified addresses.",
  })
  emailVerified!: boolean | null;

  @Field(() => Date, {
    nullable: true,
    description: "When the link was retired. Sign-ins do not follow it since then. null if it is not retired.",
  })
  retiredAt!: Date | null;

  @Field(() => Date, { description: "When the identity was linked to the user." })
  createdAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: "When the person last signed in with the identity; null if never.",
  })
  lastSignedInAt!: Date | null;
}
