/** The key of a role as a scalar. A GraphQL document may write it as a text or like an enum value. */
import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { ROLE_KEY_PATTERN } from "./role.js";

export const RoleKeyScalar = new GraphQLScalarType<string, string>({
  name: "RoleKey",
  description:
    'The key of a role, in upper case with underscores: `"ADMIN"`, or `ADMIN` in a document. It is not an enum, because organizations define roles.',
  serialize: String,
  parseValue: readRoleKey,
  parseLiteral: (node) => readRoleKey(node.kind === Kind.STRING || node.kind === Kind.ENUM ? node.value : null),
});

function readRoleKey(value: unknown): string {
  if (typeof value === "string" && ROLE_KEY_PATTERN.test(value)) return value;
  throw new GraphQLError("A RoleKey is written in upper case with underscores, like ADMIN.");
}
