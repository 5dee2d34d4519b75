/** Inputs and payloads of the mutations of connections. */
import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import type { SettingsByType } from "../settings/choose-type.js";
import type { ConnectionPoliciesChange } from "../stored/policies.js";
import { ConnectionFindingType, SsoConnectionType } from "./connection.type.js";
import { ConnectionPoliciesInput } from "./policies-types.js";
import { declaredSettingsTypes } from "./settings-types.js";

@InputType({ description: "A connection to create." })
export class CreateConnectionInput {
  @Field(() => ID, { description: "The organization whose people sign in through the connection." })
  organizationId!: string;

  @Field(() => String, { description: "The connection's name in lists. At most 100 characters." })
  displayName!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The text of the button on the sign-in page, at most 100 characters. Left out: "Sign in to " and the display name.',
  })
  buttonLabel?: string | null;

  @Field(() => declaredSettingsTypes().input, {
    description:
      "The settings. Their key is the connection type, which cannot change. Required settings may be missing until activation.",
  })
  settings!: SettingsByType;

  @Field(() => ConnectionPoliciesInput, {
    nullable: true,
    description: "Policies, where they differ from the defaults.",
  })
  policies?: ConnectionPoliciesChange | null;
}

@InputType({ description: "Changes of a connection. A field that is left out stays as it is." })
export class UpdateConnectionInput {
  @Field(() => ID, { description: "The connection to change." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The version that you have read. If the connection has changed since, the change is refused with VERSION_CONFLICT.",
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: "The name in lists. At most 100 characters." })
  displayName?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The text of the button, at most 100 characters. null for "Sign in to " and the display name. A change ends no session.',
  })
  buttonLabel?: string | null;

  @Field(() => ConnectionPoliciesInput, { nullable: true, description: "Policies to change." })
  policies?: ConnectionPoliciesChange | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The number of users that the change affects, if it switches accountLinking to or from MERGE_BY_EMAIL or replaces the issuer. accountLinkingEffect or details.affectedUsers gives the number. With a different number, the change is refused with CONFIRMATION_REQUIRED. Not needed if the change affects no users.",
  })
  confirmAffectedUsers?: number | null;

  @Field(() => declaredSettingsTypes().input, {
    nullable: true,
    description:
      "Settings to change. null clears a setting. The key of a different type is refused with CONNECTION_TYPE_FIXED.",
  })
  settings?: SettingsByType | null;
}

@ObjectType({ description: "What createConnection answers.", simpleResolvers: true })
export class CreateConnectionPayload {
  @Field(() => SsoConnectionType, { description: "The new connection, a draft." })
  connection!: SsoConnectionType;
}

/** The base of payloads with a changed connection; not in the schema. */
@ObjectType({ simpleResolvers: true })
export abstract class ChangedConnection {
  @Field(() => SsoConnectionType, { description: "The connection as it is now." })
  connection!: SsoConnectionType;
}

@ObjectType({ description: "What updateConnection answers." })
export class UpdateConnectionPayload extends ChangedConnection {}

@ObjectType({ description: "What activateConnection answers." })
export class ActivateConnectionPayload extends ChangedConnection {
  @Field(() => [ConnectionFindingType], {
    description:
      "The findings of the diagnosis. None is an ERROR; read the warnings. Empty if the connection was active before.",
  })
  findings!: readonly ConnectionFindingType[];
}

@ObjectType({ description: "What disableConnection answers." })
export class DisableConnectionPayload extends ChangedConnection {}

@ObjectType({ description: "What deleteConnection answers.", simpleResolvers: true })
export class DeleteConnectionPayload {
  @Field(() => SsoConnectionType, { description: "The connection before its deletion." })
  connection!: SsoConnectionType;
}

@ObjectType({ description: "What testConnection answers.", simpleResolvers: true })
export class TestConnectionPayload {
  @Field(() => [ConnectionFindingType], { description: "The findings, one per check." })
  findings!: readonly ConnectionFindingType[];
}
