/**
 * Limits what a query may cost. Measuring the shape of a query takes time linear in the document, because each fragment
 * is measured once. So Usher refuses a small document that would expand to millions of fields without expanding it. The
 * cost of a query depends on page sizes, and is estimated before the query runs.
 */
import type { ApolloServerPlugin, BaseContext } from "@apollo/server";
import {
  getNamedType,
  GraphQLError,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type ASTVisitor,
  type DocumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from "graphql";
import { getComplexity, type ComplexityEstimator, type ComplexityEstimatorArgs } from "graphql-query-complexity";
import { Failure, QUERY_LIMIT_EXCEEDED } from "../errors/failure.js";
import { toRequestError } from "./errors.js";
import type { Openness } from "./input-issues.js";
import { DEFAULT_PAGE_SIZE, PAGE_EXTENSION, requirePageSize } from "./paging.js";
import { requireBoundedVariables, requireTypedVariables, type VariableLimits } from "./variables.js";

/** How much one request may ask for. */
export interface QueryLimits extends VariableLimits {
  /** Lexical tokens in the document. The parser refuses a longer document. */
  readonly tokens: number;
  /** Nested fields. graphql-js's own introspection query needs 15. */
  readonly depth: number;
  /** Fields and fragments, with every spread expanded. */
  readonly selections: number;
  /** Fields that the query renames, with every spread expanded. */
  readonly aliases: number;
  /** Fields of the operation itself, with every spread expanded. */
  readonly rootFields: number;
  /** Directives, with every spread expanded. */
  readonly directives: number;
  /** Fields to resolve: pages count with the requested size, other lists with an assumed one. */
  readonly cost: number;
}

/** The largest page of a console stays within these limits. An attacker's query costs some tens of milliseconds. */
export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  tokens: 2_000,
  depth: 15,
  selections: 1_500,
  aliases: 30,
  rootFields: 20,
  directives: 50,
  cost: 30_000,
  listEntries: 2_000,
  objectKeys: 200,
  variableDepth: 20,
  variableValues: 50_000,
};

/** Assumed size of a list that is not a page. */
const ASSUMED_LIST_SIZE = 5;

interface Shape {
  depth: number;
  selections: number;
  aliases: number;
  rootFields: number;
  directives: number;
}

/** Names of the measures in error messages. */
const MEASURES: readonly (readonly [keyof Shape, string])[] = [
  ["depth", "depth"],
  ["selections", "number of selections"],
  ["aliases", "number of aliases"],
  ["rootFields", "number of root fields"],
  ["directives", "number of directives"],
];

/**
 * A validation rule that refuses an operation of a kind that the schema does not have, such as a subscription. Otherwise
 * graphql-js would fail only while it runs the operation, as if Usher had a defect.
 */
export function requireRootType(context: ValidationContext): ASTVisitor {
  const schema = context.getSchema();
  return {
    OperationDefinition: (operation) => {
      if (schema.getRootType(operation.operation)) return;
      const message = `This schema has no ${operation.operation}s.`;
      context.reportError(new GraphQLError(message, { nodes: [operation] }));
    },
  };
}

/** A validation rule that reports QUERY_LIMIT_EXCEEDED for each measure of an operation's shape that is too large. */
export function createShapeRule(limits: QueryLimits): (context: ValidationContext) => ASTVisitor {
  return (context) => {
    const fragments = new Map<string, Shape>();
    return {
      OperationDefinition: (operation) => {
        const shape = measure(operation.selectionSet, context, fragments);
        addDirectives(shape, operation);
        for (const [measured, name] of MEASURES) {
          if (shape[measured] > limits[measured]) {
            context.reportError(exceed(name, limits[measured], shape[measured], operation));
          }
        }
      },
    };
  };
}

function measure(selectionSet: SelectionSetNode, context: ValidationContext, fragments: Map<string, Shape>): Shape {
  const shape: Shape = { depth: 0, selections: 0, aliases: 0, rootFields: 0, directives: 0 };
  for (const selection of selectionSet.selections) {
    const inner = measureSelection(selection, context, fragments);
    const isField = selection.kind === Kind.FIELD;
    shape.depth = Math.max(shape.depth, inner.depth + (isField ? 1 : 0));
    shape.selections += inner.selections + 1;
    shape.aliases += inner.aliases + (isField && selection.alias !== undefined ? 1 : 0);
    shape.rootFields += isField ? 1 : inner.rootFields;
    shape.directives += inner.directives;
    addDirectives(shape, selection);
  }
  return shape;
}

function measureSelection(selection: SelectionNode, context: ValidationContext, fragments: Map<string, Shape>): Shape {
  const nothing: Shape = { depth: 0, selections: 0, aliases: 0, rootFields: 0, directives: 0 };
  if (selection.kind !== Kind.FRAGMENT_SPREAD) {
    return selection.selectionSet === undefined ? nothing : measure(selection.selectionSet, context, fragments);
  }
  const name = selection.name.value;
  const known = fragments.get(name);
  if (known !== undefined) {
    return known;
  }
  const fragment = context.getFragment(name);
  if (fragment === undefined || fragment === null) {
    return nothing;
  }
  // This entry also ends the recursion when fragments form a cycle. A different rule reports the cycle.
  fragments.set(name, nothing);
  const shape = measure(fragment.selectionSet, context, fragments);
  fragments.set(name, shape);
  return shape;
}

function addDirectives(shape: Shape, { directives }: { readonly directives?: readonly unknown[] | undefined }): void {
  shape.directives += directives?.length ?? 0;
}

function exceed(limit: string, maximum: number, actual: number, operation: OperationDefinitionNode): GraphQLError {
  // Sums of expanded fragments can exceed the integers that JSON carries exactly.
  const failure = new Failure(QUERY_LIMIT_EXCEEDED, {
    limit,
    maximum,
    actual: Math.min(actual, Number.MAX_SAFE_INTEGER),
  });
  return new GraphQLError(failure.message, { nodes: [operation], originalError: failure });
}

/**
 * An Apollo plugin that checks an operation's variables and estimates its cost before it runs. A field costs 1 or its
 * `complexity`; a page multiplies the cost of its fields by its size.
 */
export function createCostPlugin(limits: QueryLimits, openness: Openness): ApolloServerPlugin<BaseContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ schema, document, operation, request }) => {
        const variables = request.variables ?? {};
        try {
          requireBoundedVariables(variables, limits);
          // If the document does not have the requested operation, the execution reports it.
          if (operation === undefined) return;
          requireTypedVariables(schema, operation, variables, openness);
          const cost = estimateCost(schema, document, operation, variables);
          if (cost !== null && cost > limits.cost)
            throw new Failure(QUERY_LIMIT_EXCEEDED, { limit: "cost", maximum: limits.cost, actual: cost });
        } catch (error) {
          throw error instanceof Failure ? toRequestError(error) : error;
        }
      },
    }),
  };
}

/**
 * Estimates the cost of an operation with checked variables; `null` for an invalid operation, because the execution
 * reports the mistake. ¶
 * @throws Failure with QUERY_LIMIT_EXCEEDED when a page is too large
 */
function estimateCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number | null {
  try {
    return getComplexity({
      schema,
      query: document,
      variables,
      estimators: [estimateField],
      maxQueryNodes: Number.POSITIVE_INFINITY,
      // Validation has checked that an anonymous operation is the only one.
      ...(operation.name === undefined ? {} : { operationName: operation.name.value }),
    });
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}

const estimateField: ComplexityEstimator = (field: ComplexityEstimatorArgs): number => {
  const declared: unknown = field.field.extensions["complexity"];
  if (typeof declared === "function") {
    return (declared as ComplexityEstimator)(field) ?? 1 + field.childComplexity;
  }
  const own = typeof declared === "number" ? declared : 1;
  return own + field.childComplexity * countItems(field);
};

function countItems({ field, args, type }: ComplexityEstimatorArgs): number {
  const named = getNamedType(field.type);
  if (named.extensions[PAGE_EXTENSION] === true) {
    const size: unknown = args["first"] ?? args["last"] ?? DEFAULT_PAGE_SIZE;
    requirePageSize(Number(size));
    return Math.max(Number(size), 1);
  }
  const isInPage = type.extensions[PAGE_EXTENSION] === true;
  return !isInPage && isCompositeType(named) && isList(field.type) ? ASSUMED_LIST_SIZE : 1;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
