/** Connection types in the schema, from which frontends build forms. */
import { Field, ObjectType, registerEnumType } from "type-graphql";
import { JsonScalar } from "../../platform/graphql/scalars.js";
import type { AnyConnectionType, SettingCondition, SettingKind } from "../contract/index.js";
import { keyOf } from "../registry.js";
import { settingsOf } from "../settings/stored-settings.js";

/** Stands for the enum `SettingKind` in decorators. */
const SettingKindEnum: { readonly [Kind in SettingKind]: Kind } = {
  TEXT: "TEXT",
  URL: "URL",
  SECRET: "SECRET",
  TOGGLE: "TOGGLE",
  INTEGER: "INTEGER",
  CHOICE: "CHOICE",
  CHOICES: "CHOICES",
  TIME: "TIME",
  LIST: "LIST",
  DOCUMENT: "DOCUMENT",
};

registerEnumType(SettingKindEnum, {
  name: "SettingKind",
  description: "How a setting is entered.",
  valuesConfig: {
    TEXT: { description: "One line of text." },
    URL: { description: "An absolute URL." },
    SECRET: { description: "A secret. Answers never contain it; they say when it was set." },
    TOGGLE: { description: "true or false." },
    INTEGER: { description: "A whole number. The setting's name ends with the unit." },
    TIME: { description: "A date, or a time with its offset, in ISO 8601. Kept in UTC." },
    CHOICE: { description: "One of `options`." },
    CHOICES: { description: "Some of `options`, at least one." },
    LIST: { description: "A list of texts." },
    DOCUMENT: { description: "A document of several lines, such as XML or JSON." },
  },
});

@ObjectType("SettingCondition", {
  description: "A value of another setting of the connection type.",
  simpleResolvers: true,
})
class SettingConditionType {
  @Field(() => String, { description: "The name of the other setting." })
  setting!: string;

  @Field(() => JsonScalar, { description: "The value that it must have." })
  value!: string | boolean;
}

@ObjectType("ConnectionTypeSetting", { description: "One setting of a connection type.", simpleResolvers: true })
export class ConnectionTypeSettingType {
  @Field(() => String, { description: "The setting's name in inputs and outputs." })
  name!: string;

  @Field(() => SettingKindEnum, { description: "How the setting is entered." })
  kind!: SettingKind;

  @Field(() => String, { description: "The label for a form." })
  label!: string;

  @Field(() => String, { description: "The help text for a form." })
  help!: string;

  @Field(() => Boolean, { description: "Whether the setting is needed to activate a connection. A draft may lack it." })
  required!: boolean;

  @Field(() => SettingConditionType, {
    nullable: true,
    description:
      "The condition under which activation does not need a required setting; null if it always needs the setting.",
  })
  requiredUnless!: SettingCondition | null;

  @Field(() => Boolean, { description: "Whether the setting is a secret, which answers never contain." })
  secret!: boolean;

  @Field(() => Boolean, { description: "Whether the setting cannot change after the first activation." })
  fixed!: boolean;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "The value if the setting is left out; null if there is none.",
  })
  default!: unknown;

  @Field(() => [String], { nullable: true, description: "The possible values of a choice; null for other kinds." })
  options!: readonly string[] | null;
}

@ObjectType("ConnectionType", {
  description: "A kind of identity provider for which connections can be created.",
  simpleResolvers: true,
})
export class ConnectionTypeType {
  @Field(() => String, { description: "The id, as in `SsoConnection.type`: `entra-id`." })
  id!: string;

  @Field(() => String, { description: "The key in inputs of settings: `entraId`." })
  key!: string;

  @Field(() => String, { description: "The name for people." })
  name!: string;

  @Field(() => String, { description: "Which providers the type is for." })
  description!: string;

  @Field(() => String, { description: "The path of the administrators' guide in the documentation." })
  guide!: string;

  @Field(() => [ConnectionTypeSettingType], { description: "The settings, in the order for a form." })
  settings!: readonly ConnectionTypeSettingType[];
}

export function toConnectionType(type: AnyConnectionType): ConnectionTypeType {
  const { id, name, description, guide } = type;
  return {
    id,
    key: keyOf(type),
    name,
    description,
    guide,
    settings: settingsOf(type).map(
      ([setting, { kind, label, help, required, requiredUnless, fixed, options, ...rest }]) => ({
        name: setting,
        kind,
        label,
        help,
        required,
        requiredUnless,
        secret: kind === "SECRET",
        fixed,
        default: rest.default,
        options,
      }),
    ),
  };
}
