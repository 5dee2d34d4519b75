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
/** Attributes of every resource that schemas do not list (RFC 7643, section 3.1). */
const UNLISTED: readonly string[] = ["schemas", "meta"];
const LONGEST_LIST = 4_000;

/** Reads the two parameters. Names that are not in the schema select nothing. */
export function readSelection(type: ResourceType, attributes: unknown, excluded: unknown): Selection {
  return { only: readNames(type, attributes), without: readNames(type, excluded) ?? NEVER };
}

/**
 * The known names in a parameter, which is a text with commas or a JSON list; `null` if it names nothing. Unknown names
 * are left out, because each attribute is compared with every name.
 */
function readNames(type: ResourceType, parameter: unknown): ReadonlySet<string> | null {
  const text = Array.isArray(parameter) ? parameter.join() : parameter;
  if (typeof text !== "string") return null;
  const names = text
    .slice(0, LONGEST_LIST)
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.length === 0 ? null : new Set(names.flatMap((name) => normalize(type, name) ?? []));
}

function normalize(type: ResourceType, name: string): string | null {
  const found = findAttribute(type, name);
  const key = name.toLowerCase();
  // The URN of an extension names the whole extension.
  if (found === null)
    return [...UNLISTED, ...type.extensions.map(({ id }) => id.toLowerCase())].includes(key) ? key : null;
  const path = `${found.attribute.name}${found.sub === null ? "" : `/${found.sub.name}`}`;
  return (found.extension === null ? path : `${found.extension}/${path}`).toLowerCase();
}

/**
 * Whether an answer has an attribute of the core schema, or a part of it. Values that need a query of their own are read
 * only then.
 */
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
