/** The key of a role as a scalar: a text that may also be written like an enum value, because that is what it looks like. */
import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { ROLE_KEY_PATTERN } from "./role.js";

export const RoleKeyScalar = new GraphQLScalarType<string, string>({
  name: "RoleKey",
  description:
    'The key of a role, in upper case with underscores: `"ADMIN"`, or in a document also `ADMIN`. Organizations define roles, so this is no enum.',
  serialize: String,
  parseValue: readRoleKey,
  parseLiteral: (node) => readRoleKey(node.kind === Kind.STRING || node.kind === Kind.ENUM ? node.value : null),
});

function readRoleKey(value: unknown): string {
  if (typeof value === "string" && ROLE_KEY_PATTERN.test(value)) return value;
  throw new GraphQLError("A RoleKey is written in upper case with underscores, like ADMIN.");
}
