/** Finds the attribute that a path names (RFC 7644, section 3.10). Names and URNs ignore case (RFC 7643, section 2.1). */
import type { Attribute } from "./attribute.js";
import { COMMON_ATTRIBUTES, type ResourceType, type Schema } from "./schemas.js";

/** A found attribute, with the place of its value in a document. */
export interface FoundAttribute {
  /** The id of the extension; `null` for the core schema. */
  readonly extension: string | null;
  readonly attribute: Attribute;
  /** The sub-attribute; `null` if the path names the whole attribute. */
  readonly sub: Attribute | null;
}

/** The attribute with a name among others. */
export function findByName(attributes: readonly Attribute[], name: string): Attribute | null {
  const key = name.toLowerCase();
  return attributes.find((attribute) => attribute.name.toLowerCase() === key) ?? null;
}

/** Removes the URN of one of the type's schemas, and names the schema. Without a URN it is the core schema. */
export function splitUrn(type: ResourceType, path: string): { readonly schema: Schema; readonly rest: string } {
  const key = path.toLowerCase();
  for (const schema of [...type.extensions, type.core])
    for (const urn of [schema.id.toLowerCase(), schema.formerId ?? schema.id]) {
      if (key === urn) return { schema, rest: "" };
      if (key.startsWith(`${urn}:`)) return { schema, rest: path.slice(urn.length + 1) };
    }
  return { schema: type.core, rest: path };
}

/**
 * The attribute that a path without a filter names: `name.givenName`, or with a URN before it. `null` if there is none. Entra
 * ID filters by `manager` without the URN of its extension, so an attribute that the core schema lacks is looked for there.
 */
export function findAttribute(type: ResourceType, path: string): FoundAttribute | null {
  const { schema, rest } = splitUrn(type, path);
  const others = rest === path ? type.extensions : [];
  for (const each of [schema, ...others]) {
    const found = findIn(type, each, rest);
    if (found !== null) return found;
  }
  return null;
}

function findIn(type: ResourceType, schema: Schema, path: string): FoundAttribute | null {
  const [name = "", subName, ...more] = path.split(".");
  const isCore = schema === type.core;
  const attribute = findByName(isCore ? [...COMMON_ATTRIBUTES, ...schema.attributes] : schema.attributes, name);
  if (attribute === null || more.length > 0) return null;
  const sub = subName === undefined ? null : findByName(attribute.subAttributes ?? [], subName);
  if (subName !== undefined && sub === null) return null;
  return { extension: isCore ? null : schema.id, attribute, sub };
}
