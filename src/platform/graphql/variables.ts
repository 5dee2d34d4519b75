/**
 * Checks a request's variables before it runs: first their size, without reading anything beyond a limit, then their
 * types. Usher checks the types itself, because graphql-js would write the whole value into every error.
 */
import {
  coerceInputValue,
  isInputType,
  isNonNullType,
  typeFromAST,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from "graphql";
import { Failure, INVALID_INPUT, QUERY_LIMIT_EXCEEDED, type FieldIssue } from "../errors/failure.js";
import { describeMissingVariable, describeReason, type Openness } from "./input-issues.js";

/** How large the variables of one request may be. */
export interface VariableLimits {
  /**
   * Entries of one list, because databases limit the values of one statement. A list in the document is bounded by the limit
   * of tokens.
   */
  readonly listEntries: number;
  /** Keys of one object. */
  readonly objectKeys: number;
  /** Nested lists and objects. */
  readonly variableDepth: number;
  /** Values at all depths together. */
  readonly variableValues: number;
}

/** The most wrong values in one error. */
const MOST_ISSUES = 20;

/** @throws Failure with QUERY_LIMIT_EXCEEDED for the first bound that the variables exceed. No value beyond it is read. */
export function requireBoundedVariables(variables: Readonly<Record<string, unknown>>, limits: VariableLimits): void {
  let level: unknown[] = [variables];
  let values = 0;
  // Level by level: recursion could overflow the stack on values that are nested too deeply.
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      if (depth > limits.variableDepth) throw exceed("depth of the variables", limits.variableDepth, depth);
      const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
      const size = Array.isArray(value) ? value.length : (keys as string[]).length;
      if (Array.isArray(value) && size > limits.listEntries)
        throw exceed("number of entries in a list", limits.listEntries, size);
      if (!Array.isArray(value) && size > limits.objectKeys)
        throw exceed("number of keys in an object", limits.objectKeys, size);
      values += size;
      if (values > limits.variableValues)
        throw exceed("number of values in the variables", limits.variableValues, values);
      for (const key of keys) next.push((value as Record<string | number, unknown>)[key]);
    }
    level = next;
  }
}

function exceed(limit: string, maximum: number, actual: number) {
  return new Failure(QUERY_LIMIT_EXCEEDED, { limit, maximum, actual });
}

/** @throws Failure with INVALID_INPUT that names the first twenty wrong fields */
export function requireTypedVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  openness: Openness,
): void {
  const fields: FieldIssue[] = [];
  for (const definition of operation.variableDefinitions ?? []) {
    if (!collectIssues(schema, definition, variables, openness, fields)) break;
  }
  if (fields.length > 0) throw new Failure(INVALID_INPUT, { fields });
}

/** Adds the issues of one variable to `fields`. Returns whether more issues may be added. */
function collectIssues(
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  { introspection, keysOf }: Openness,
  fields: FieldIssue[],
): boolean {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  // Validation has checked that the type is an input type.
  if (!isInputType(type)) return true;
  const isSent = Object.hasOwn(variables, name);
  const value = variables[name];
  if (!isSent && (definition.defaultValue !== undefined || !isNonNullType(type))) return true;
  if (value === undefined || (value === null && isNonNullType(type))) {
    fields.push(describeMissingVariable(name));
    return fields.length < MOST_ISSUES;
  }
  const enough = new Error("Enough issues were found.");
  try {
    coerceInputValue(
      value,
      type,
      (path, _value, { message }) => {
        fields.push(describeReason([name, ...path.map(String)], message, keysOf));
        // Each wrong value costs a search for similar names, so the other values are skipped.
        if (fields.length === MOST_ISSUES) throw enough;
      },
      !introspection,
    );
  } catch (error) {
    if (error !== enough) throw error;
    return false;
  }
  return true;
}
