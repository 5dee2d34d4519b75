/**
 * Turns graphql-js's messages about wrong values into the `details.fields` of operations, so that a form shows wrong
 * values and refused inputs alike. The values are left out, because they may be secret.
 */
import { BREAK, Kind, parse, visit, type ASTNode, type GraphQLError, type GraphQLSchema } from "graphql";
import type { FieldIssue } from "../errors/failure.js";
import { shorten, shortenQuotes } from "../text.js";
import { findKeysToChoose } from "./schema.js";

/** The kinds of nodes that are values. The first node of an error about a value has one of them. */
const VALUE_KINDS: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
  Kind.VARIABLE,
]);

/** The keys of a `@oneOf` input; `null` for a different type, and while introspection is off. */
export type KeysOf = (typeName: string) => readonly string[] | null;

/** How much of the schema an error may contain. */
export interface Openness {
  /** When off, graphql-js's suggestions of similar names are removed from messages. */
  readonly introspection: boolean;
  readonly keysOf: KeysOf;
}

/** Makes the openness of a schema. */
export function opennessOf(schema: GraphQLSchema, introspection: boolean): Openness {
  return { introspection, keysOf: (typeName) => (introspection ? findKeysToChoose(schema, typeName) : null) };
}

/** Whether an error of graphql-js is about one value in the document: a wrong literal or variable. */
export function isAboutValue({ nodes }: GraphQLError): boolean {
  // With two nodes, of which the first is a variable, the error is about a variable that is undefined or in the wrong place.
  // That is a mistake in the document, not in a value.
  const first = nodes?.[0]?.kind;
  return first !== undefined && VALUE_KINDS.has(first) && (first !== Kind.VARIABLE || nodes?.length === 1);
}

/** The issue of a required variable without a value. */
export function describeMissingVariable(name: string): FieldIssue {
  return { path: toFieldPath([name]), code: "REQUIRED", message: "This variable is required." };
}

/** Turns an error about a wrong literal or variable into an issue that names the argument. */
export function describeLiteralIssue(error: GraphQLError, message: string, keysOf: KeysOf): FieldIssue {
  return describeReason(locate(error), message, keysOf);
}

/**
 * Turns a message of graphql-js into an issue. An example of a message: `Field "x" of required type "Int!" was not
 * provided.`
 */
export function describeReason(place: readonly string[], sentence: string, keysOf: KeysOf): FieldIssue {
  const reason = shortenQuotes(sentence);
  const required = /^Field "[\w.]*?(\w+)" of required type /.exec(reason)?.[1];
  if (required !== undefined) {
    return { path: toFieldPath([...place, required]), code: "REQUIRED", message: "This field is required." };
  }
  const [, unknown, parent = ""] = /^Field "(\w+)" is not defined by type "(\w+)"/.exec(reason) ?? [];
  if (unknown !== undefined) {
    const path = place.at(-1) === unknown ? place : [...place, unknown];
    return { path: toFieldPath(path), code: "UNKNOWN", message: askForOneKey(keysOf(parent)) ?? reason };
  }
  const oneOf = /^(?:OneOf Input Object|Exactly one key must be specified for OneOf type) "(\w+)"/.exec(reason)?.[1];
  const choice = oneOf === undefined ? null : askForOneKey(keysOf(oneOf));
  if (choice !== null) return { path: toFieldPath(place), code: "INVALID", message: choice };
  return { path: toFieldPath(place), code: "INVALID", message: removeValue(reason) };
}

function askForOneKey(keys: readonly string[] | null): string | null {
  return keys && `Exactly one key is needed: ${new Intl.ListFormat("en-GB", { type: "disjunction" }).format(keys)}.`;
}

/** The path of a field as a form names it: without the argument `input` of a mutation. */
function toFieldPath(place: readonly string[]): string {
  return (place.length > 1 && place[0] === "input" ? place.slice(1) : place).map(shorten).join(".");
}

/** Removes the value from a message, such as 12345 from `String cannot represent a non string value: 12345`. */
function removeValue(reason: string): string {
  return reason
    .replace(/( cannot represent [^:]*value): .*$/s, "$1.")
    .replace(/^Expected value of type "[^"]+", found .*; (.+)$/s, "$1")
    .replace(/^(Expected value of type "[^"]+"), found .*$/s, "$1.");
}

/** The path to a value in the document: the argument, then fields and list positions. */
function locate({ source, positions }: GraphQLError): string[] {
  const position = positions?.[0];
  if (source === undefined || position === undefined) {
    return [];
  }
  let place: string[] = [];
  visit(parse(source), {
    enter: (node, _key, parent, _path, ancestors) => {
      if (!VALUE_KINDS.has(node.kind) || node.loc?.start !== position) {
        return undefined;
      }
      place = namesAlong([...ancestors, ...(parent === undefined ? [] : [parent]), node]);
      return BREAK;
    },
  });
  return place;
}

function namesAlong(way: readonly (ASTNode | readonly ASTNode[])[]): string[] {
  return way.flatMap((step, index) => {
    if ("length" in step) {
      return [];
    }
    if (step.kind === Kind.ARGUMENT || step.kind === Kind.OBJECT_FIELD) {
      return [step.name.value];
    }
    if (step.kind === Kind.VARIABLE_DEFINITION) {
      return [step.variable.name.value];
    }
    // An item of a list is named by its position. The list's items are the next element of `way`.
    const items = way[index + 1];
    const item = way[index + 2];
    return step.kind === Kind.LIST && items !== undefined && "length" in items && item !== undefined
      ? [String(items.indexOf(item as ASTNode))]
      : [];
  });
}
