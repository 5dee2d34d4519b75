/** Second factors in GraphQL. */
import { Field, ID, ObjectType, registerEnumType } from "type-graphql";
import { FACTOR_KINDS, type FactorKind } from "./factor.js";

const FactorKindEnum = Object.fromEntries(FACTOR_KINDS.map((kind) => [kind, kind]));
registerEnumType(FactorKindEnum, {
  name: "SecondFactorKind",
  description: "How a person proves, beside the password, who they are.",
  valuesConfig: {
    AUTHENTICATOR_APP: { description: "A code of an app, new every 30 seconds (RFC 6238)." },
    PASSKEY: { description: "A passkey or a security key (Web Authentication)." },
  },
});

@ObjectType("SecondFactor", {
  description: "What a person shows after the right password.",
  simpleResolvers: true,
})
export class SecondFactorType {
  @Field(() => ID, { description: "Identifies the factor." })
  id!: string;

  @Field(() => FactorKindEnum, { description: "What kind of factor it is." })
  kind!: FactorKind;

  @Field(() => String, { description: "The name that the person gave it." })
  label!: string;

  @Field(() => Date, { description: "When the person added it." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When the person last signed in with it; null if never." })
  lastUsedAt!: Date | null;
}
