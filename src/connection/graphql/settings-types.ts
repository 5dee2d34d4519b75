/**
 * Makes the GraphQL types of settings from the registry: an input and an output per connection type, the `@oneOf` input and the
 * union over them, and an enum for each choice.
 */
import {
  createUnionType,
  Extensions,
  Field,
  InputType,
  Int,
  ObjectType,
  registerEnumType,
  type ClassType,
} from "type-graphql";
import { ONE_OF } from "../../platform/graphql/schema.js";
import type { AnyConnectionType, Setting } from "../contract/index.js";
import { keyOf, type ConnectionTypeRegistry } from "../registry.js";
import type { SettingsByType } from "../settings/choose-type.js";
import { settingsOf, type ShownSetting } from "../settings/stored-settings.js";
import { toConnectionType } from "./connection-types.type.js";
import { capitalize, declareField, makeClass } from "../../platform/graphql/declare.js";

@ObjectType("SecretStatus", {
  description: "A secret that is set. Answers never contain its value.",
  simpleResolvers: true,
})
class SecretStatusType {
  @Field(() => Date, { description: "When the secret was last set." })
  setAt!: Date;
}

export interface SettingsTypes {
  /** The input type `ConnectionSettingsInput`. */
  readonly input: ClassType<SettingsByType>;
  /** The union `ConnectionSettings`, for `@Field(() => …)`. */
  readonly union: object;
  /** Makes the output object of a connection's settings. */
  readonly toOutput: (type: AnyConnectionType, shown: ReadonlyMap<string, ShownSetting>) => object;
}

let made: { readonly form: string; readonly settings: SettingsTypes } | null = null;

/**
 * Makes the types of a registry, once per process: TypeGraphQL keeps all declarations, and a name cannot be declared twice.
 * Registries whose connection types declare the same settings share the types.
 *
 * @throws Error if this process has made the types of different connection types before
 */
export function declareSettingsTypes(registry: ConnectionTypeRegistry): SettingsTypes {
  const form = JSON.stringify(registry.types.map(toConnectionType));
  made ??= { form, settings: makeTypes(registry.types) };
  if (made.form !== form)
    throw new Error("This process has already made a schema with another list of connection types.");
  return made.settings;
}

/**
 * The declared types. The functions in decorators read them when the schema is built.
 *
 * @throws Error if the types are not declared yet
 */
export function declaredSettingsTypes(): SettingsTypes {
  if (made === null) throw new Error("createConnectionResolver must run before the schema is built.");
  return made.settings;
}

function makeTypes(types: readonly AnyConnectionType[]): SettingsTypes {
  if (types.length === 0) throw new Error("A schema needs at least one connection type.");
  const outputs = new Map<string, ClassType<Record<string, unknown>>>();
  const input = makeClass("ConnectionSettingsInput");
  InputType("ConnectionSettingsInput", {
    description: "Settings under the key of their connection type. Send exactly one key.",
  })(input);
  Extensions(ONE_OF)(input);
  for (const type of types) {
    const enums = makeEnums(type);
    const typeInput = makeTypeInput(type, enums);
    outputs.set(type.id, makeTypeOutput(type, enums));
    declareField(input, keyOf(type), () => typeInput, {
      nullable: true,
      description: `Settings of ${type.name}.`,
    });
  }
  const union = createUnionType({
    name: "ConnectionSettings",
    description: "The settings of a connection. Their type follows from the connection type.",
    types: () => [...outputs.values()],
    resolveType: (value: object) => value.constructor as ClassType,
  });
  return {
    input: input as ClassType<SettingsByType>,
    union,
    toOutput: (type, shown) => {
      const Output = outputs.get(type.id);
      if (Output === undefined) throw new Error(`The schema has no settings of the connection type ${type.id}.`);
      return Object.assign(
        new Output(),
        Object.fromEntries([...shown].map(([name, each]) => [name, "setAt" in each ? each : each.value])),
      );
    },
  };
}

type Enums = ReadonlyMap<string, object>;

function nameOf(type: AnyConnectionType): string {
  return capitalize(keyOf(type));
}

/** One enum for each setting that is a choice: `OidcClientAuthentication`. */
function makeEnums(type: AnyConnectionType): Enums {
  const choices = settingsOf(type).filter(([, { options }]) => options !== null);
  return new Map(
    choices.map(([name, { label, help, options }]) => {
      const values = Object.fromEntries((options ?? []).map((option) => [option, option]));
      registerEnumType(values, {
        name: `${nameOf(type)}${capitalize(name)}`,
        description: `${label} of ${type.name}. ${help}`,
        valuesConfig: Object.fromEntries(
          Object.keys(values).map((option) => [option, { description: `The value \`${option}\` of ${label}.` }]),
        ),
      });
      return [name, values];
    }),
  );
}

function makeTypeInput(type: AnyConnectionType, enums: Enums): ClassType {
  const name = `${nameOf(type)}SettingsInput`;
  const input = makeClass(name);
  InputType(name, {
    description: `Settings of ${type.name}. A setting that is left out stays as it is; null clears it, so that the default applies.`,
  })(input);
  for (const [setting, declared] of settingsOf(type))
    declareField(input, setting, () => graphqlTypeOf(setting, declared, enums), {
      nullable: true,
      description: describeInput(declared),
    });
  return input;
}

function makeTypeOutput(type: AnyConnectionType, enums: Enums): ClassType<Record<string, unknown>> {
  const name = `${nameOf(type)}Settings`;
  const output = makeClass(name);
  ObjectType(name, {
    description: `Settings of ${type.name}, with defaults. null if a setting has no value.`,
    simpleResolvers: true,
  })(output);
  for (const [setting, declared] of settingsOf(type))
    declareField(
      output,
      setting,
      () => (declared.kind === "SECRET" ? SecretStatusType : graphqlTypeOf(setting, declared, enums)),
      { nullable: declared.default === null, description: `${declared.label}. ${declared.help}` },
    );
  return output;
}

function graphqlTypeOf(name: string, { kind }: Setting, enums: Enums): unknown {
  switch (kind) {
    case "TEXT":
    case "URL":
    case "SECRET":
    case "TIME":
    case "DOCUMENT":
      return String;
    case "TOGGLE":
      return Boolean;
    case "INTEGER":
      return Int;
    case "LIST":
      return [String];
    case "CHOICE":
      return enums.get(name);
    case "CHOICES":
      return [enums.get(name)];
  }
}

function exceptionOf({ requiredUnless: unless }: Setting): string {
  return unless === null ? "" : `, unless ${unless.setting} is ${unless.value}`;
}

function describeInput(setting: Setting): string {
  const sentences = [`${setting.label}. ${setting.help}`];
  if (setting.required) sentences.push(`Needed to activate${exceptionOf(setting)}.`);
  if (setting.default !== null) sentences.push(`Default: \`${JSON.stringify(setting.default)}\`.`);
  if (setting.fixed) sentences.push("Cannot change once the connection has been active.");
  if (setting.kind === "SECRET") sentences.push("Encrypted at rest; answers never contain it.");
  if (setting.trust) sentences.push("A change ends the sessions of the connection.");
  return sentences.join(" ");
}
