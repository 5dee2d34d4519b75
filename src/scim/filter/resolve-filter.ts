/** Resolves a filter with a schema: finds its attributes, checks its values, and makes the condition on stored values. */
import type { ResourceCondition, ValueTest } from "../../provisioning/directory/resource/condition.js";
import { shorten } from "../../platform/text.js";
import { invalid } from "../failures.js";
import { indexName } from "../resource/index-document.js";
import { textKey, valueKey } from "../resource/value-key.js";
import type { Attribute } from "../schema/attribute.js";
import { findAttribute, findByName, type FoundAttribute } from "../schema/find-attribute.js";
import type { ResourceType } from "../schema/schemas.js";
import { parseFilter, type Filter, type Literal, type Operator } from "./parse-filter.js";

const TESTS: Readonly<Record<Exclude<Operator, "ne">, ValueTest>> = {
  eq: "EQ",
  co: "CONTAINS",
  sw: "STARTS",
  ew: "ENDS",
  gt: "GT",
  ge: "GE",
  lt: "LT",
  le: "LE",
};

/**
 * Turns a filter into one condition for each of several types of resources. An attribute that a type does not have counts
 * as an attribute without a value (RFC 7644, section 3.4.2.1).
 *
 * @throws SCIM_REQUEST_INVALID for a filter that is wrong or that Usher does not support
 */
export function readFilter(types: readonly ResourceType[], text: string): readonly ResourceCondition[] {
  const filter = parseFilter(text);
  return types.map((type) =>
    resolve(filter, (path) => {
      const special = SPECIAL.get(path.toLowerCase());
      if (special === "TYPE") return { special, name: type.name };
      if (special !== undefined) return { special };
      const found = findAttribute(type, path);
      if (found !== null) return found;
      if (types.some((other) => findAttribute(other, path) !== null)) return { special: "ABSENT" };
      throw unknown(path);
    }),
  );
}

/**
 * The condition on one element of a list, from a value path such as `emails[type eq "work"]`.
 *
 * @throws SCIM_REQUEST_INVALID
 */
export function resolveElementFilter(found: FoundAttribute, filter: Filter): ResourceCondition {
  const { attribute, extension } = found;
  return resolve(filter, (path) => {
    const sub = findByName(attribute.subAttributes ?? [], path);
    if (sub === null) throw unknown(`${attribute.name}.${path}`);
    return { extension, attribute, sub };
  });
}

/** Paths that name columns of a resource, not values of its document. */
export const SPECIAL: ReadonlyMap<string, "ID" | "CREATED" | "MODIFIED" | "TYPE"> = new Map([
  ["id", "ID"],
  ["meta.created", "CREATED"],
  ["meta.lastmodified", "MODIFIED"],
  ["meta.resourcetype", "TYPE"],
]);

type Special =
  | { readonly special: "ID" | "CREATED" | "MODIFIED" }
  | { readonly special: "TYPE"; readonly name: string }
  /** An attribute of a different type of resource. */
  | { readonly special: "ABSENT" };
type Find = (path: string) => FoundAttribute | Special;

const NEVER: ResourceCondition = { kind: "PRESENT", attributes: [] };
const ALWAYS: ResourceCondition = { kind: "NOT", condition: NEVER };

function resolve(filter: Filter, find: Find): ResourceCondition {
  switch (filter.kind) {
    case "and":
    case "or":
      return {
        kind: filter.kind === "and" ? "AND" : "OR",
        conditions: filter.filters.map((each) => resolve(each, find)),
      };
    case "not":
      return { kind: "NOT", condition: resolve(filter.filter, find) };
    case "present":
      return resolvePresent(find(filter.path), filter.path);
    case "compare": {
      const found = find(filter.path);
      // Not equal is the negation of equal, also for a list and for an attribute without a value.
      if (filter.operator === "ne")
        return { kind: "NOT", condition: resolveTest(found, filter.path, "eq", filter.value) };
      return resolveTest(found, filter.path, filter.operator, filter.value);
    }
    case "element": {
      const found = find(filter.path);
      if ("special" in found && found.special === "ABSENT") return NEVER;
      if ("special" in found || found.sub !== null || !found.attribute.multiValued)
        throw invalid("invalidFilter", `${shorten(filter.path)} is not a list, so it has no value path.`);
      return resolveElement(found, filter.filter);
    }
  }
}

function resolvePresent(found: ReturnType<Find>, path: string): ResourceCondition {
  if ("special" in found) return found.special === "ABSENT" ? NEVER : ALWAYS;
  requireStored(found.attribute, path);
  return { kind: "PRESENT", attributes: namesOf(found) };
}

function resolveTest(
  found: ReturnType<Find>,
  path: string,
  operator: Exclude<Operator, "ne">,
  value: Literal,
): ResourceCondition {
  if ("special" in found) return resolveSpecial(found, path, operator, value);
  const reference = resolveReference(found, operator, value);
  if (reference !== null) return reference;
  requireStored(found.attribute, path);
  const leaf = found.sub ?? leafOf(found.attribute, path);
  // An attribute without a value is the same as one with an empty value (RFC 7643, section 2.5).
  const present: ResourceCondition = { kind: "PRESENT", attributes: namesOf(found) };
  if (value === null || value === "") {
    if (operator === "eq") return { kind: "NOT", condition: present };
    if (operator === "co" || operator === "sw" || operator === "ew") return present;
    throw invalid("invalidFilter", `${shorten(path)} cannot be compared with nothing by ${operator}.`);
  }
  const sub = leaf === found.attribute ? null : leaf;
  const attribute = indexName(found.extension, found.attribute, sub);
  return { kind: "VALUE", attribute, test: TESTS[operator], key: readKey(leaf, path, operator, value) };
}

function readKey(leaf: Attribute, path: string, operator: Operator, value: string | boolean): string {
  if (leaf.type !== "boolean") return valueKey(leaf, typeof value === "boolean" ? String(value) : value);
  const word = String(value).toLowerCase();
  if (operator !== "eq") throw invalid("invalidFilter", `${shorten(path)} is a boolean: use eq or ne.`);
  if (word !== "true" && word !== "false") throw invalid("invalidFilter", `${shorten(path)} must be true or false.`);
  return word;
}

function resolveSpecial(found: Special, path: string, operator: Operator, value: Literal): ResourceCondition {
  if (found.special === "ABSENT") return operator === "eq" && (value === null || value === "") ? ALWAYS : NEVER;
  if (typeof value !== "string") throw invalid("invalidFilter", `${path} must be compared with a text.`);
  if (found.special === "ID") {
    if (operator === "eq") return { kind: "ID", id: textKey(value, true) };
    throw invalid("invalidFilter", "id supports eq and ne.");
  }
  if (found.special === "TYPE") {
    if (operator === "eq") return found.name === value ? ALWAYS : NEVER;
    throw invalid("invalidFilter", "meta.resourceType supports eq and ne.");
  }
  const time = new Date(value);
  if (Number.isNaN(time.getTime()) || !/^\d{4}-\d\d-\d\dT/.test(value))
    throw invalid("invalidFilter", `${path} must be compared with a time such as "2026-11-30T08:00:00Z".`);
  if (operator === "eq" || operator === "gt" || operator === "ge" || operator === "lt" || operator === "le")
    return { kind: "TIME", column: found.special, test: TESTS[operator], time };
  throw invalid("invalidFilter", `${path} is a time: use eq, ne, gt, ge, lt or le.`);
}

/** Tests members and groups by id, because they are rows, not values of a document. Returns `null` for other attributes. */
function resolveReference({ attribute, sub }: FoundAttribute, operator: Operator, value: Literal) {
  const kind = REFERENCES.get(attribute.name);
  if (kind === undefined || (sub !== null && sub.name !== "value")) return null;
  if (operator !== "eq" || typeof value !== "string")
    throw invalid("invalidFilter", `${attribute.name} supports eq and ne with an id.`);
  return { kind, id: textKey(value, true) } as const;
}

const REFERENCES: ReadonlyMap<string, "MEMBER" | "IN_GROUP"> = new Map([
  ["members", "MEMBER"],
  ["groups", "IN_GROUP"],
]);

function resolveElement(found: FoundAttribute, filter: Filter): ResourceCondition {
  const condition = resolveElementFilter(found, filter);
  if (!REFERENCES.has(found.attribute.name)) return { kind: "ELEMENT", attributes: namesOf(found), condition };
  if (condition.kind === "MEMBER" || condition.kind === "IN_GROUP") return condition;
  throw invalid(
    "invalidFilter",
    `${found.attribute.name} supports the value path ${found.attribute.name}[value eq "ID"].`,
  );
}

/** @throws SCIM_REQUEST_INVALID for values that are not stored */
function requireStored({ name, returned }: Attribute, path: string): void {
  if (REFERENCES.has(name) || returned === "never")
    throw invalid("invalidFilter", `${shorten(path)} cannot be used in this way in a filter.`);
}

/** The part of a complex attribute that is compared if the filter names no part (RFC 7644, section 3.4.2.2). */
function leafOf(attribute: Attribute, path: string): Attribute {
  if (attribute.type !== "complex") return attribute;
  const value = findByName(attribute.subAttributes ?? [], "value");
  if (value === null) throw invalid("invalidFilter", `${shorten(path)} has parts: name one, after a dot.`);
  return value;
}

/** The names under which the values of an attribute are stored. */
function namesOf({ extension, attribute, sub }: FoundAttribute): readonly string[] {
  if (sub !== null || attribute.type !== "complex") return [indexName(extension, attribute, sub)];
  return (attribute.subAttributes ?? []).map((each) => indexName(extension, attribute, each));
}

function unknown(path: string) {
  return invalid("invalidFilter", `${shorten(path)} is not an attribute that can be filtered by.`);
}
