/**
 * Describes what a request asks for, without personal data: a filter may contain an address, and a client may put anything into a
 * path. Only ids, numbers and the words of the protocol are kept.
 */
import type { Attribute } from "./schema/attribute.js";
import { COMMON_ATTRIBUTES, SCHEMAS } from "./schema/schemas.js";

/** In place of everything that is left out. */
const HIDDEN = "…";
const LONGEST = 500;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const ENDPOINTS = new Set(
  [
    "Users",
    "Groups",
    "Roles",
    "Me",
    "Bulk",
    "Schemas",
    "ResourceTypes",
    "ServiceProviderConfig",
    ".search",
    "token",
  ].concat(
    "User",
    "Group",
    "Role",
    SCHEMAS.map(({ id }) => id),
  ),
);
const NUMBERS = new Set(["startIndex", "count"]);
const PATHS = new Set(["attributes", "excludedAttributes", "filter", "sortBy"]);
const ORDERS = new Set(["ascending", "descending"]);
const OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "and", "or", "not"];

const namesOf = (attributes: readonly Attribute[]): readonly string[] =>
  attributes.flatMap(({ name, subAttributes = [] }) => [name, ...namesOf(subAttributes)]);
const WORDS = new Set(
  [...OPERATORS, "meta", "created", "lastModified", "members", "schemas", ...namesOf(COMMON_ATTRIBUTES)]
    .concat(...SCHEMAS.map(({ id, attributes }) => [id, ...namesOf(attributes)]))
    .map((word) => word.toLowerCase()),
);

/** The path of a request below `/scim/v2`, and its query, such as `/Users?filter=userName eq …&count=10`. */
export function describeTarget(path: string, query: Readonly<Record<string, unknown>>): string {
  const shown = path.split("/").map((segment) => (isProtocol(segment) ? segment : HIDDEN));
  const parameters = Object.entries(query).map(([name, value]) => describeParameter(name, value));
  return `${shown.join("/")}${parameters.length === 0 ? "" : `?${parameters.join("&")}`}`.slice(0, LONGEST);
}

function isProtocol(segment: string): boolean {
  return segment === "" || ENDPOINTS.has(segment) || UUID.test(segment);
}

function describeParameter(name: string, value: unknown): string {
  if (NUMBERS.has(name)) return `${name}=${typeof value === "string" && /^-?\d{1,10}$/.test(value) ? value : HIDDEN}`;
  if (name === "sortOrder") return `${name}=${typeof value === "string" && ORDERS.has(value) ? value : HIDDEN}`;
  if (PATHS.has(name)) return `${name}=${typeof value === "string" ? describeExpression(value) : HIDDEN}`;
  return HIDDEN;
}

/** Keeps operators, brackets and the names of attributes. Values, also values without quotes, and unknown names are left out. */
function describeExpression(text: string): string {
  return text
    .slice(0, LONGEST)
    .replace(/"(?:[^"\\]|\\.)*"?/g, HIDDEN)
    .replace(/[^\s()[\],…]+/g, (word) => (isPath(word) ? word : HIDDEN));
}

/** Whether a word is an operator or the path of an attribute, with or without the URN of a schema before it. */
function isPath(word: string): boolean {
  const key = word.toLowerCase();
  if (WORDS.has(key)) return true;
  const { id = "" } = SCHEMAS.find((schema) => key.startsWith(`${schema.id.toLowerCase()}:`)) ?? {};
  const rest = id === "" ? key : key.slice(id.length + 1);
  // After a value path, the rest begins with a dot: `emails[type eq "work"].value`.
  return rest
    .replace(/^\./, "")
    .split(".")
    .every((name) => WORDS.has(name));
}
