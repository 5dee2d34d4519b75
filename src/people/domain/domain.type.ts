/** E-mail domains in the schema. */
import { Field, ID, InputType, ObjectType } from "type-graphql";

@ObjectType("TxtRecord", { description: "A TXT record of the DNS.", simpleResolvers: true })
export class TxtRecordType {
  @Field(() => String, { description: "The record's name, such as `_usher-verification.example.com`." })
  name!: string;

  @Field(() => String, { description: "What it holds." })
  value!: string;
}

@ObjectType("Domain", {
  description:
    "An e-mail domain of an organization. Once it is proved, `/sign-in` sends people with an address of the domain to the organization's page, and these addresses count as verified if the provider does not say whether they are.",
  simpleResolvers: true,
})
export class DomainType {
  /** The part of `txtRecord` that is stored; not in the schema. */
  token!: string;

  @Field(() => ID, { description: "The domain's id." })
  id!: string;

  @Field(() => String, {
    description: "The domain in lower case and in its ASCII form, such as `xn--mller-kva.example`.",
  })
  domain!: string;

  @Field(() => Date, { nullable: true, description: "When it was proved; null if it is not proved yet." })
  verifiedAt!: Date | null;
}

@InputType({ description: "A domain to claim for an organization." })
export class AddDomainInput {
  @Field(() => ID, { description: "The organization." })
  organizationId!: string;

  @Field(() => String, { description: "The part of e-mail addresses after the @, such as `example.com`." })
  domain!: string;
}

@ObjectType({ description: "What addDomain answers.", simpleResolvers: true })
export class AddDomainPayload {
  @Field(() => DomainType, { description: "The domain with the TXT record that proves it." })
  domain!: DomainType;
}

@ObjectType({ description: "What verifyDomain answers.", simpleResolvers: true })
export class VerifyDomainPayload {
  @Field(() => DomainType, { description: "The proved domain." })
  domain!: DomainType;
}

@ObjectType({ description: "What removeDomain answers.", simpleResolvers: true })
export class RemoveDomainPayload {
  @Field(() => DomainType, { description: "The domain before it was released." })
  domain!: DomainType;
}
