/** Connection types in the schema: what forms are built from. */
import { Field, ObjectType, registerEnumType } from "type-graphql";
import { JsonScalar } from "../../platform/graphql/scalars.js";
import type { AnyConnectionType, SettingKind } from "../contract/index.js";
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
  LIST: "LIST",
  DOCUMENT: "DOCUMENT",
};

registerEnumType(SettingKindEnum, {
  name: "SettingKind",
  description: "How a setting is entered.",
  valuesConfig: {
    TEXT: { description: "One line of text." },
    URL: { description: "An absolute address." },
    SECRET: { description: "Goes in and never comes out; answers say when it was set." },
    TOGGLE: { description: "true or false." },
    INTEGER: { description: "A whole number; its unit is in the name." },
    CHOICE: { description: "One of `options`." },
    CHOICES: { description: "Some of `options`, at least one." },
    LIST: { description: "A list of texts." },
    DOCUMENT: { description: "A document of several lines, such as XML or JSON." },
  },
});

@ObjectType("ConnectionTypeSetting", { description: "One setting of a connection type.", simpleResolvers: true })
export class ConnectionTypeSettingType {
  @Field(() => String, { description: "Its name in the input and the output of settings." })
  name!: string;

  @Field(() => SettingKindEnum, { description: "How it is entered." })
  kind!: SettingKind;

  @Field(() => String, { description: "What a form calls it." })
  label!: string;

  @Field(() => String, { description: "What it means." })
  help!: string;

  @Field(() => Boolean, { description: "Whether activation needs it; a draft may lack it." })
  required!: boolean;

  @Field(() => Boolean, { description: "Whether it is never answered." })
  secret!: boolean;

  @Field(() => Boolean, { description: "Whether it cannot change once the connection has been active." })
  fixed!: boolean;

  @Field(() => JsonScalar, { nullable: true, description: "What holds when it is left out; null where nothing does." })
  default!: unknown;

  @Field(() => [String], { nullable: true, description: "The values of a choice; null for everything else." })
  options!: readonly string[] | null;
}

@ObjectType("ConnectionType", {
  description: "A kind of identity provider that connections can be made for.",
  simpleResolvers: true,
})
export class ConnectionTypeType {
  @Field(() => String, { description: "Its id, as in `SsoConnection.type`: `entra-id`." })
  id!: string;

  @Field(() => String, { description: "Its key in inputs of settings: `entraId`." })
  key!: string;

  @Field(() => String, { description: "What people call it." })
  name!: string;

  @Field(() => String, { description: "Which providers it is for." })
  description!: string;

  @Field(() => String, { description: "The path of the administrators' guide in the documentation." })
  guide!: string;

  @Field(() => [ConnectionTypeSettingType], { description: "Its settings, in the order of a form." })
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
    settings: settingsOf(type).map(([setting, { kind, label, help, required, fixed, options, ...rest }]) => ({
      name: setting,
      kind,
      label,
      help,
      required,
      secret: kind === "SECRET",
      fixed,
      default: rest.default,
      options,
    })),
  };
}
