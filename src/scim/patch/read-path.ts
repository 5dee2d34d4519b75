/** Reads the path of a PATCH operation (RFC 7644, figure 1): `attribute.sub`, `attribute[filter]` or `attribute[filter].sub`. */
import type { ResourceCondition } from "../../provisioning/directory/resource/condition.js";
import { Failure } from "../../platform/errors/failure.js";
import { shorten } from "../../platform/text.js";
import { invalid } from "../failures.js";
import { parseFilter, type Filter } from "../filter/parse-filter.js";
import { resolveElementFilter } from "../filter/resolve-filter.js";
import type { Complex } from "../resource/read-document.js";
import type { Attribute } from "../schema/attribute.js";
import { findAttribute, findByName, type FoundAttribute } from "../schema/find-attribute.js";
import type { ResourceType } from "../schema/schemas.js";

/** The values that an operation changes. */
export interface PatchPath extends FoundAttribute {
  /** The elements of a list; `null` for the whole attribute. */
  readonly elements: SelectedElements | null;
}

interface SelectedElements {
  readonly filter: Filter;
  readonly condition: ResourceCondition;
  /** The element that the filter describes by `eq` alone, for a provider that adds to a list by a value path. */
  readonly described: Complex | null;
}

const LONGEST_PATH = 1_000;

/**
 * @throws SCIM_REQUEST_INVALID: `invalidPath` for a path that names no attribute, `mutability` for one that only Usher writes
 */
export function readPath(type: ResourceType, path: string): PatchPath {
  if (path.length > LONGEST_PATH) throw invalid("invalidPath", `The path has more than ${LONGEST_PATH} characters.`);
  const text = path.trim();
  const open = text.indexOf("[");
  if (open < 0) return { ...find(type, text), elements: null };
  const close = text.lastIndexOf("]");
  const rest = text.slice(close + 1);
  if (close < open || (rest !== "" && !rest.startsWith(".")))
    throw invalid("invalidPath", `The path ${shorten(text)} is not "attribute[filter]" or "attribute[filter].sub".`);
  const found = find(type, text.slice(0, open));
  if (found.sub !== null || !found.attribute.multiValued)
    throw invalid("invalidPath", `${shorten(text)}: ${found.attribute.name} is not a list, so it has no value path.`);
  const sub = rest === "" ? null : findByName(found.attribute.subAttributes ?? [], rest.slice(1));
  if (rest !== "" && sub === null)
    throw invalid("invalidPath", `${shorten(text)}: ${found.attribute.name} has no sub-attribute ${shorten(rest)}.`);
  return { ...found, sub, elements: readElements(found, text.slice(open + 1, close)) };
}

function find(type: ResourceType, path: string): FoundAttribute {
  const found = findAttribute(type, path);
  if (found === null)
    throw invalid("invalidPath", `${shorten(path) || "An empty path"} is not an attribute of a ${type.name}.`);
  if (found.attribute.mutability === "readOnly" || found.sub?.mutability === "readOnly")
    throw invalid("mutability", `${shorten(path)} cannot be changed.`);
  return found;
}

/** The elements that a filter in a path selects. A wrong filter makes the path invalid. */
function readElements(found: FoundAttribute, text: string): SelectedElements {
  try {
    const filter = parseFilter(text);
    return { filter, condition: resolveElementFilter(found, filter), described: describe(found.attribute, filter) };
  } catch (error) {
    if (error instanceof Failure) throw invalid("invalidPath", `In the path: ${error.message}`);
    throw error;
  }
}

/** `type eq "work" and primary eq true` describes `{ type: "work", primary: true }`. Other filters describe no element. */
function describe(attribute: Attribute, filter: Filter): Complex | null {
  const parts = filter.kind === "and" ? filter.filters : [filter];
  const described: Record<string, string | boolean> = {};
  for (const part of parts) {
    const sub = part.kind === "compare" ? findByName(attribute.subAttributes ?? [], part.path) : null;
    if (sub === null || part.kind !== "compare" || part.operator !== "eq" || part.value === null) return null;
    described[sub.name] = sub.type === "boolean" ? String(part.value).toLowerCase() === "true" : String(part.value);
  }
  return described;
}
