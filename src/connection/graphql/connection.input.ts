/** What the mutations of connections take and answer. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { SettingsByType } from "../settings/choose-type.js";
import type { ConnectionPoliciesChange } from "../stored/policies.js";
import { ConnectionFindingType, SsoConnectionType } from "./connection.type.js";
import { ConnectionPoliciesInput } from "./policies-types.js";
import { declaredSettingsTypes } from "./settings-types.js";

@InputType({ description: "A connection to create." })
export class CreateConnectionInput {
  @Field(() => ID, { description: "The organization whose people sign in through it." })
  organizationId!: string;

  @Field(() => String, { description: 'What people read on the button "Sign in to NAME". At most 100 characters.' })
  displayName!: string;

  @Field(() => declaredSettingsTypes().input, {
    description: "Its settings. Their key is its type for good; required ones may be missing until it is activated.",
  })
  settings!: SettingsByType;

  @Field(() => ConnectionPoliciesInput, { nullable: true, description: "Policies that differ from the defaults." })
  policies?: ConnectionPoliciesChange | null;
}

@InputType({ description: "What to change in a connection. What is left out stays." })
export class UpdateConnectionInput {
  @Field(() => ID, { description: "The connection to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: "The version that you know. The change is refused with VERSION_CONFLICT when it is no longer that.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "What people read on the button." })
  displayName?: string | null;

  @Field(() => ConnectionPoliciesInput, { nullable: true, description: "Policies to change." })
  policies?: ConnectionPoliciesChange | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "How many users the change affects: a switch of accountLinking to or from MERGE_BY_EMAIL, or settings that replace the issuer. accountLinkingEffect or details.affectedUsers gives the number. With a different number, the change is refused with CONFIRMATION_REQUIRED. Not needed where the change affects no users.",
  })
  confirmAffectedUsers?: number | null;

  @Field(() => declaredSettingsTypes().input, {
    nullable: true,
    description: "Settings to change; null clears a setting. Another type's key is refused with CONNECTION_TYPE_FIXED.",
  })
  settings?: SettingsByType | null;
}

@ObjectType({ description: "What createConnection answers.", simpleResolvers: true })
export class CreateConnectionPayload {
  @Field(() => SsoConnectionType, { description: "The new connection, a draft." })
  connection!: SsoConnectionType;
}

/** What payloads of a changed connection inherit; not in the schema by itself. */
@ObjectType({ simpleResolvers: true })
export abstract class ChangedConnection {
  @Field(() => SsoConnectionType, { description: "The connection as it is now." })
  connection!: SsoConnectionType;
}

@ObjectType({ description: "What updateConnection answers." })
export class UpdateConnectionPayload extends ChangedConnection {}

@ObjectType({ description: "What activateConnection answers." })
export class ActivateConnectionPayload extends ChangedConnection {}

@ObjectType({ description: "What disableConnection answers." })
export class DisableConnectionPayload extends ChangedConnection {}

@ObjectType({ description: "What deleteConnection answers.", simpleResolvers: true })
export class DeleteConnectionPayload {
  @Field(() => SsoConnectionType, { description: "The connection as it was." })
  connection!: SsoConnectionType;
}

@ObjectType({ description: "What testConnection answers.", simpleResolvers: true })
export class TestConnectionPayload {
  @Field(() => [ConnectionFindingType], { description: "What was looked at and found." })
  findings!: readonly ConnectionFindingType[];
}
