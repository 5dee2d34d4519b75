/** Makes the largest requests that the schema and the limits on variables allow, for any field of a root type. */
import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
} from "graphql";

/** The number of characters of each text, and of entries of the outermost lists. The request stays below the body's limit. */
const TEXT_LENGTH = 8_000;
const ENTRIES = 10;

/** A request for one field, with the longest values of the right types for all arguments. */
export function largestRequest(operation: "query" | "mutation", field: GraphQLField<unknown, unknown>) {
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(", ");
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(", ");
  const selection = isCompositeType(getNamedType(field.type)) ? " { __typename }" : "";
  const call = `${field.name}${passed === "" ? "" : `(${passed})`}${selection}`;
  return {
    query: `${operation}${declared === "" ? "" : ` (${declared})`} { ${call} }`,
    variables: Object.fromEntries(field.args.map(({ name, type }) => [name, largestValue(type, 0)])),
  };
}

function largestValue(type: GraphQLInputType, depth: number): unknown {
  if (isNonNullType(type)) return largestValue(type.ofType, depth);
  if (isListType(type))
    return Array.from({ length: depth === 0 ? ENTRIES : 2 }, () => largestValue(type.ofType, depth + 1));
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const given = type.isOneOf ? fields.slice(0, 1) : fields.filter((field) => depth < 4 || isNonNullType(field.type));
    return Object.fromEntries(given.map((field) => [field.name, largestValue(field.type, depth + 1)]));
  }
  if (isEnumType(type)) return type.getValues()[0]?.name;
  switch (type.name) {
    case "Int":
      // The page size. Usher limits other numbers only after it knows the caller.
      return 200;
    case "RoleKey":
      return "X".repeat(TEXT_LENGTH / 10);
    case "Float":
      return Number.MAX_VALUE;
    case "Boolean":
      return true;
    case "DateTime":
    case "TimeBound":
      return "2026-11-23T09:15:04.120Z";
    default:
      return "x".repeat(depth === 0 ? TEXT_LENGTH : TEXT_LENGTH / 10);
  }
}
