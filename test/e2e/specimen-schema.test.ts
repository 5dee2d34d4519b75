/** Extensions of the schema by a connection type: its input, its output, and the codes of its refusals. */
import { expect, jest, test } from "@jest/globals";
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLSchema,
} from "graphql";
import { saml } from "../../src/connection-types/saml/index.js";
import type { AnyConnectionType, SettingsDeclaration } from "../../src/connection/contract/index.js";
import { specimen } from "../support/specimen/index.js";

const ADDRESSES = {
  entraAuthority: "https://login.microsoftonline.com",
  graphUrl: "https://graph.microsoft.com",
  googleIssuer: "https://accounts.google.com",
  googleDirectoryUrl: "https://admin.googleapis.com",
};

/**
 * The schema as text, with a type or without it. Loads fresh modules, because TypeGraphQL keeps the declarations of decorators
 * for the whole process.
 */
async function emit(type: AnyConnectionType, isIncluded: boolean): Promise<string> {
  jest.resetModules();
  delete (globalThis as { TypeGraphQLMetadataStorage?: unknown }).TypeGraphQLMetadataStorage;
  await import("reflect-metadata");
  const { describeSchema } = await import("../../src/app/describe-schema.js");
  const { builtInConnectionTypes } = await import("../../src/connection-types/index.js");
  const { emitSchema } = await import("../../src/platform/graphql/schema.js");
  const others = builtInConnectionTypes(ADDRESSES).filter(({ id }) => id !== type.id);
  return emitSchema(describeSchema(isIncluded ? [...others, type] : others));
}

/** The members of each type, by name: fields, values or types. All their properties are text. */
function describeTypes(schema: GraphQLSchema): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(
    Object.values(schema.getTypeMap()).map((type) => {
      const members = new Map<string, string>([["description", type.description ?? ""]]);
      if (isObjectType(type) || isInputObjectType(type))
        for (const field of Object.values(type.getFields())) {
          const { name, type: of, description } = field;
          const parameters =
            "args" in field
              ? (field.args as readonly GraphQLArgument[]).map((each) => `${each.name} ${String(each.type)}`)
              : [];
          members.set(name, `${String(of)} (${parameters.join(", ")}): ${description}`);
        }
      if (isEnumType(type))
        for (const { name, description, deprecationReason } of type.getValues())
          members.set(name, `${description} ${deprecationReason}`);
      if (isUnionType(type)) for (const { name } of type.getTypes()) members.set(name, name);
      return [type.name, members] as const;
    }),
  );
}

test.each<[name: string, type: AnyConnectionType]>([
  ["Specimen", specimen],
  ["Saml", saml],
])("%s adds its input and output, a member to each list of types, and its refusals", async (name, type) => {
  const before = describeTypes(buildSchema(await emit(type, false)));
  const after = describeTypes(buildSchema(await emit(type, true)));

  const added = [...after].flatMap(([typeName, members]) =>
    [...members.keys()].filter((member) => !before.get(typeName)?.has(member)).map((member) => `${typeName}.${member}`),
  );
  const settings = Object.keys(type.settings);
  // The options of a setting become an enumeration.
  const choices = Object.entries(type.settings as SettingsDeclaration).flatMap(([setting, { kind, options }]) =>
    kind === "CHOICE"
      ? ["description", ...options!].map((value) => `${name}${setting[0]!.toUpperCase()}${setting.slice(1)}.${value}`)
      : [],
  );
  expect(added.toSorted()).toEqual(
    [
      `ConnectionSettings.${name}Settings`,
      `ConnectionSettingsInput.${name.toLowerCase()}`,
      ...["description", ...settings].map((member) => `${name}Settings.${member}`),
      ...["description", ...settings].map((member) => `${name}SettingsInput.${member}`),
      ...choices,
      ...Object.keys(type.refusals).map((code) => `ErrorCode.${code}`),
    ].toSorted(),
  );
  if (type === specimen) expect(after.get("SpecimenSettings")?.get("sharedSecret")).toMatch(/^SecretStatus /);

  for (const [typeName, members] of before)
    for (const [member, meaning] of members)
      expect([typeName, member, after.get(typeName)?.get(member)]).toEqual([typeName, member, meaning]);
});
