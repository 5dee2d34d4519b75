/** API keys in the schema, and what their mutations take and answer. */
import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { Permission } from "../../access/permission.js";
import { PermissionEnum } from "../../access/permission.type.js";
import { definePage } from "../../platform/graphql/paging.js";

@ObjectType("ApiKey", {
  description: "A key by which a program acts in one organization. The key itself is shown once, when it is made.",
  simpleResolvers: true,
})
export class ApiKeyType {
  @Field(() => ID, { description: "The id of the key, as events and the audit log name it." })
  id!: string;

  @Field(() => String, { description: "What people read." })
  name!: string;

  @Field(() => [PermissionEnum], { description: "What its holder may do." })
  scopes!: readonly Permission[];

  @Field(() => Date, { description: "When it was made." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When it ends by itself; null where it does not." })
  expiresAt!: Date | null;

  @Field(() => Date, { nullable: true, description: "When it was revoked; null while it is in force." })
  revokedAt!: Date | null;
}

export const ApiKeyPage = definePage("ApiKey", () => ApiKeyType, "API keys of one organization, the newest first.");

@InputType({ description: "An API key to make." })
export class CreateApiKeyInput {
  @Field(() => ID, { description: "The organization that the key acts in, and the only one." })
  organizationId!: string;

  @Field(() => String, { description: "What people read: which program holds it, and what for." })
  name!: string;

  @Field(() => [PermissionEnum], {
    description: "What its holder may do: at least one, and nothing that you do not hold yourself.",
  })
  scopes!: Permission[];

  @Field(() => Date, { nullable: true, description: "When it ends by itself; never when left out." })
  expiresAt?: Date | null;
}

@ObjectType({ description: "What createApiKey answers.", simpleResolvers: true })
export class CreateApiKeyPayload {
  @Field(() => ApiKeyType, { description: "The new key's record." })
  apiKey!: ApiKeyType;

  @Field(() => String, {
    description: "The key, for `Authorization: Bearer KEY`. It is shown this once and cannot be read again.",
  })
  key!: string;
}

@ObjectType({ description: "What revokeApiKey answers.", simpleResolvers: true })
export class RevokeApiKeyPayload {
  @Field(() => ApiKeyType, { description: "The key, out of force." })
  apiKey!: ApiKeyType;
}
