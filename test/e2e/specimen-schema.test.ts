/** What a connection type changes of the schema: its own input and output, and its refusals among the codes. */
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
import { specimen } from "../support/specimen/index.js";

const ADDRESSES = {
  entraAuthority: "https://login.microsoftonline.com",
  graphUrl: "https://graph.microsoft.com",
  googleIssuer: "https://accounts.google.com",
  googleDirectoryUrl: "https://admin.googleapis.com",
};

/** The schema as text, made by modules of its own: TypeGraphQL keeps for the whole process what decorators declare. */
async function emit(withSpecimen: boolean): Promise<string> {
  jest.resetModules();
  delete (globalThis as { TypeGraphQLMetadataStorage?: unknown }).TypeGraphQLMetadataStorage;
  await import("reflect-metadata");
  const { describeSchema } = await import("../../src/app/describe-schema.js");
  const { builtInConnectionTypes } = await import("../../src/connection-types/index.js");
  const { emitSchema } = await import("../../src/platform/graphql/schema.js");
  const types = builtInConnectionTypes(ADDRESSES);
  return emitSchema(describeSchema(withSpecimen ? [...types, specimen] : types));
}

/** The members of each type by its name: fields, values or types, each with all that it says. */
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

test("a connection type adds its input and output, a member each to what lists types, and its refusals", async () => {
  const before = describeTypes(buildSchema(await emit(false)));
  const after = describeTypes(buildSchema(await emit(true)));

  const added = [...after].flatMap(([type, members]) =>
    [...members.keys()].filter((member) => !before.get(type)?.has(member)).map((member) => `${type}.${member}`),
  );
  const settings = Object.keys(specimen.settings);
  expect(added.toSorted()).toEqual(
    [
      "ConnectionSettings.SpecimenSettings",
      "ConnectionSettingsInput.specimen",
      ...["description", ...settings].map((name) => `SpecimenSettings.${name}`),
      ...["description", ...settings].map((name) => `SpecimenSettingsInput.${name}`),
      ...Object.keys(specimen.refusals).map((code) => `ErrorCode.${code}`),
    ].toSorted(),
  );
  expect(after.get("SpecimenSettings")?.get("sharedSecret")).toMatch(/^SecretStatus /);

  for (const [type, members] of before)
    for (const [member, meaning] of members)
      expect([type, member, after.get(type)?.get(member)]).toEqual([type, member, meaning]);
});
