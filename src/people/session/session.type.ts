/** The GraphQL type of a session. */
import { Field, ID, ObjectType } from "type-graphql";

@ObjectType("Session", { description: "A session of a signed-in browser.", simpleResolvers: true })
export class SessionType {
  @Field(() => ID, { description: "Opaque id. It changes when the session moves into another organization." })
  id!: string;

  @Field(() => ID, {
    nullable: true,
    description: "The connection that gave the session; null for a one-time link or a password.",
  })
  connectionId!: string | null;

  @Field(() => Date, { description: "When the person signed in." })
  createdAt!: Date;

  @Field(() => Date, {
    description:
      "When the session ends: twelve hours after the sign-in, or earlier if the provider said so. From then on, requests are anonymous and need a new sign-in.",
  })
  expiresAt!: Date;

  @Field(() => String, {
    nullable: true,
    description:
      "The authentication context class (`acr`, or SAML's AuthnContextClassRef); null if the provider named none.",
  })
  acr!: string | null;

  @Field(() => [String], { description: "The authentication methods (`amr`); empty if the provider named none." })
  amr!: readonly string[];

  @Field(() => Date, {
    nullable: true,
    description:
      "When the person authenticated at the provider (`auth_time`, or SAML's AuthnInstant); null if the provider did not say.",
  })
  authTime!: Date | null;
}
