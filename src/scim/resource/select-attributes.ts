/** The parameters `attributes` and `excludedAttributes` (RFC 7644, section 3.9). */
import { findAttribute } from "../schema/find-attribute.js";
import type { ResourceType } from "../schema/schemas.js";
import { isObject } from "./read-document.js";
import type { ShownResource } from "./show-resource.js";

/** The attributes that an answer has. Names are in lower case, with their parent or their extension before a `/`. */
export interface Selection {
  readonly only: ReadonlySet<string> | null;
  readonly without: ReadonlySet<string>;
}

/** Attributes that every answer has. */
const ALWAYS: ReadonlySet<string> = new Set(["schemas", "id"]);
const LONGEST_LIST = 4_000;

/** Reads the two parameters. Names that the schema does not have select nothing. */
export function readSelection(type: ResourceType, attributes: unknown, excluded: unknown): Selection {
  const only = readNames(type, attributes);
  return { only: only.size === 0 ? null : only, without: readNames(type, excluded) };
}

function readNames(type: ResourceType, parameter: unknown): ReadonlySet<string> {
  if (typeof parameter !== "string") return new Set();
  const names = parameter.slice(0, LONGEST_LIST).split(",");
  return new Set(
    names
      .map((name) => name.trim())
      .filter((name) => name !== "")
      .map((name) => normalize(type, name)),
  );
}

function normalize(type: ResourceType, name: string): string {
  const found = findAttribute(type, name);
  if (found === null) return name.toLowerCase();
  const path = `${found.attribute.name}${found.sub === null ? "" : `/${found.sub.name}`}`;
  return (found.extension === null ? path : `${found.extension}/${path}`).toLowerCase();
}

/** Whether an answer has an attribute of the core schema, or a part of it. Parts that cost a query are read only then. */
export function wants({ only, without }: Selection, name: string): boolean {
  const key = name.toLowerCase();
  if (without.has(key)) return false;
  return only === null || [...only].some((each) => each === key || each.startsWith(`${key}/`));
}

/** The selected attributes of a resource. */
export function select(resource: ShownResource, selection: Selection): ShownResource {
  return pick(resource, "", selection, ALWAYS) as ShownResource;
}

function pick(value: unknown, prefix: string, selection: Selection, always: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => pick(element, prefix, selection, always));
  if (!isObject(value)) return value;
  const { only, without } = selection;
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const key = `${prefix}${name.toLowerCase()}`;
    if (always.has(key)) return [[name, inner] as const];
    if (without.has(key)) return [];
    if (only === null) return [[name, pick(inner, `${key}/`, selection, NEVER)] as const];
    if (only.has(key)) return [[name, inner] as const];
    const isAbove = [...only].some((each) => each.startsWith(`${key}/`));
    return isAbove ? [[name, pick(inner, `${key}/`, selection, NEVER)] as const] : [];
  });
  return Object.fromEntries(entries);
}

const NEVER: ReadonlySet<string> = new Set();
