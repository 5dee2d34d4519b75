/** API keys in the schema, with the inputs and payloads of their mutations. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { Permission } from "../../access/permission.js";
import { PermissionEnum } from "../../access/permission.type.js";
import { definePage } from "../../platform/graphql/paging.js";

@ObjectType("ApiKey", {
  description: "A key with which a client acts in one organization. The key itself is shown once, when it is created.",
  simpleResolvers: true,
})
export class ApiKeyType {
  @Field(() => ID, { description: "The key's id, which events and the audit log name." })
  id!: string;

  @Field(() => String, { description: "What people read." })
  name!: string;

  @Field(() => [PermissionEnum], { description: "The permissions of the key." })
  scopes!: readonly Permission[];

  @Field(() => Date, { description: "When it was created." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When it expires; null if it does not expire." })
  expiresAt!: Date | null;

  @Field(() => Date, { nullable: true, description: "When it was revoked; null if it was not." })
  revokedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: "When it was last used, to the minute; null if it never was." })
  lastUsedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      "When the key that the last rotation replaced stops working; null if none was replaced with an overlap.",
  })
  previousKeyEndsAt!: Date | null;

  @Field(() => ID, {
    nullable: true,
    description: "The person who created or last rotated the key; null for the operator.",
  })
  makerId!: string | null;

  @Field(() => Boolean, {
    description:
      "Whether the maker's account is active, and a member of the organization. While it is not, the key is refused: somebody else rotates it and becomes its maker.",
  })
  makerActive!: boolean;
}

export const ApiKeyPage = definePage("ApiKey", () => ApiKeyType, "API keys of one organization, the newest first.");

@InputType({ description: "The API key to create." })
export class CreateApiKeyInput {
  @Field(() => ID, { description: "The only organization that the key acts in." })
  organizationId!: string;

  @Field(() => String, { description: "The name: which client has the key, and for what." })
  name!: string;

  @Field(() => [PermissionEnum], {
    description: "The permissions of the key: at least one, and only permissions that you hold.",
  })
  scopes!: Permission[];

  @Field(() => Date, {
    nullable: true,
    description:
      "When it expires; in 365 days if left out, and never if null. Administrators get a mail 14 days before.",
  })
  expiresAt?: Date | null;
}

@InputType({ description: "Which key gets a new secret." })
export class RotateApiKeyInput {
  @Field(() => ID, { description: "The key." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "How many seconds the present key still works, up to 604800 (seven days). When left out: a day. 0 ends the key at once, for example if it has leaked.",
  })
  overlapSeconds?: number | null;

  @Field(() => Date, {
    nullable: true,
    description:
      "The new time of expiry. When left out: in 365 days, or never if the key does not expire at present. null: never.",
  })
  expiresAt?: Date | null;
}

@ObjectType({ description: "What createApiKey answers.", simpleResolvers: true })
export class CreateApiKeyPayload {
  @Field(() => ApiKeyType, { description: "The new key's record." })
  apiKey!: ApiKeyType;

  @Field(() => String, {
    description: "The key, for `Authorization: Bearer KEY`. It is shown only here and cannot be read again.",
  })
  key!: string;
}

@ObjectType({ description: "What rotateApiKey answers.", simpleResolvers: true })
export class RotateApiKeyPayload {
  @Field(() => ApiKeyType, { description: "The key's record. Both keys work until `previousKeyEndsAt`." })
  apiKey!: ApiKeyType;

  @Field(() => String, {
    description: "The new key, for `Authorization: Bearer KEY`. It is shown only here and cannot be read again.",
  })
  key!: string;
}

@ObjectType({ description: "What revokeApiKey answers.", simpleResolvers: true })
export class RevokeApiKeyPayload {
  @Field(() => ApiKeyType, { description: "The revoked key." })
  apiKey!: ApiKeyType;
}
