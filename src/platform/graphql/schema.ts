/** Builds the schema from resolver classes and their instances, and prints it. */
import {
  assertValidSchema,
  GraphQLID,
  GraphQLSchema,
  isInputObjectType,
  lexicographicSortSchema,
  printSchema,
} from "graphql";
import { buildSchemaSync, type NonEmptyArray } from "type-graphql";
import { ErrorCodesResolver, withErrorCodes } from "./error-codes.js";
import type { Catalogue } from "./failures.js";
import { clearLoadersAfterMutations } from "./loaders.js";
import { DateTimeScalar } from "./scalars.js";

/** Any resolver class. */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- TypeGraphQL's own type of a resolver class
export type ResolverClass = Function;

export interface SchemaOptions {
  /** The classes whose queries, mutations and field resolvers are in the schema. */
  readonly resolvers: readonly ResolverClass[];
  /** The instance of each class. */
  readonly container: ReadonlyMap<ResolverClass, object>;
  /** The catalogue of which the enum `ErrorCode` and the query `errorCodes` are made. */
  readonly errorCodes: Catalogue;
}

/** Marks an input type as `@oneOf`: `@Extensions(ONE_OF) @InputType() class …`. Exactly one field must be given. */
export const ONE_OF = { oneOf: true } as const;

/**
 * Builds the schema of everything that the given resolvers reach. GraphQL checks only the types of an input. The operations
 * check everything else when they parse it.
 * @throws Error when a resolver has no instance, or the schema cannot be built or breaks GraphQL's rules
 */
export function buildGraphQLSchema({ resolvers, container, errorCodes }: SchemaOptions): GraphQLSchema {
  const instances = new Map<ResolverClass, object>([
    ...container,
    [ErrorCodesResolver, new ErrorCodesResolver(errorCodes)],
  ]);
  const missing = resolvers.filter((resolver) => !instances.has(resolver)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new Error(`No instance was given for the resolvers ${missing.join(", ")}.`);
  }
  const schema = withErrorCodes(errorCodes, () =>
    buildSchemaSync({
      resolvers: [ErrorCodesResolver, ...resolvers] as NonEmptyArray<ResolverClass>,
      container: { get: (resolver: ResolverClass) => requireInstance(instances, resolver) },
      scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
      orphanedTypes: [],
      validate: false,
      // TypeGraphQL's check would run the whole introspection at every start, and would find no more than
      // `assertValidSchema`.
      skipCheck: true,
      nullableByDefault: false,
      disableInferringDefaultValues: true,
    }),
  );
  markOneOfInputs(schema);
  assertValidSchema(schema);
  clearLoadersAfterMutations(schema);
  refuseSpacesAroundIds();
  return schema;
}

const { parseValue: readIdValue, parseLiteral: readIdLiteral } = GraphQLID;

/**
 * Refuses ids with spaces around them. MariaDB and MySQL ignore a space at the end of an id, but our comparisons do not, so a
 * caller could evade a check by adding a space. The whole process has one object `GraphQLID`, so this changes every schema
 * in it.
 */
function refuseSpacesAroundIds(): void {
  GraphQLID.parseValue = (value) => requireExact(readIdValue(value));
  GraphQLID.parseLiteral = (node, variables) => requireExact(readIdLiteral(node, variables));
}

function requireExact(id: string): string {
  if (id.trim() !== id) throw new TypeError("An ID has no spaces before or after it.");
  return id;
}

function requireInstance(instances: ReadonlyMap<ResolverClass, object>, resolver: ResolverClass): object {
  const instance = instances.get(resolver);
  if (instance === undefined) {
    throw new Error(`No instance was given for ${resolver.name}.`);
  }
  return instance;
}

function markOneOfInputs(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type) && type.extensions["oneOf"] === true) {
      type.isOneOf = true;
    }
  }
}

/** The keys of a `@oneOf` input, exactly one of which the caller must give; `null` for any other type. */
export function findKeysToChoose(schema: GraphQLSchema, typeName: string): readonly string[] | null {
  const type = schema.getType(typeName);
  return isInputObjectType(type) && type.isOneOf ? Object.keys(type.getFields()) : null;
}

/** The schema in the definition language, sorted, with descriptions, as it is committed. */
export function emitSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
