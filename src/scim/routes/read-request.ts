/** Reads the parts of a SCIM request, with bounds. */
import type { Request } from "express";
import type { ResourceCondition } from "../../provisioning/directory/resource/condition.js";
import type { ExpectedVersions } from "../../provisioning/directory/resource/user-resource.operations.js";
import { invalid } from "../failures.js";
import { readFilter } from "../filter/resolve-filter.js";
import { isObject } from "../resource/read-document.js";
import { readETags } from "../resource/show-resource.js";
import { readSelection, type Selection } from "../resource/select-attributes.js";
import type { ResourceType } from "../schema/schemas.js";

/** A member list is three levels deep in a PATCH. */
const DEEPEST_BODY = 12;

/**
 * The body, an object of bounded depth.
 *
 * @throws SCIM_REQUEST_INVALID
 */
export function readBody(request: Request): Readonly<Record<string, unknown>> {
  const body: unknown = request.body;
  if (!isObject(body)) throw invalid("invalidSyntax", "The body of the request must be a JSON object.");
  requireFlat(body);
  return body;
}

/** Walks level by level, so that a deep body does not use up the stack. */
function requireFlat(body: object): void {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST_BODY) throw invalid("invalidSyntax", `The body has more than ${DEEPEST_BODY} levels.`);
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
}

/** A page of a list (RFC 7644, section 3.4.2.4). */
export interface PageRequest {
  readonly startIndex: number;
  readonly count: number;
  readonly condition: ResourceCondition | null;
  readonly selection: Selection;
}

const DEFAULT_COUNT = 100;
export const LARGEST_COUNT = 200;
/** Databases take offsets of this size, and no directory has as many resources. */
const LAST_INDEX = 2_000_000_000;

/** @throws SCIM_REQUEST_INVALID for a wrong filter or number */
export function readPage(type: ResourceType, { query }: Request): PageRequest {
  const filter = query["filter"];
  return {
    // A smaller number counts as 1, and a smaller count as 0.
    startIndex: Math.max(1, readNumber("startIndex", query["startIndex"], 1)),
    count: Math.min(LARGEST_COUNT, Math.max(0, readNumber("count", query["count"], DEFAULT_COUNT))),
    condition: typeof filter === "string" && filter.trim() !== "" ? readFilter(type, filter) : null,
    selection: readQuerySelection(type, query),
  };
}

export function readQuerySelection(type: ResourceType, query: Request["query"]): Selection {
  return readSelection(type, query["attributes"], query["excludedAttributes"]);
}

function readNumber(name: string, value: unknown, otherwise: number): number {
  if (value === undefined || value === "") return otherwise;
  if (typeof value !== "string" || !/^-?\d{1,10}$/.test(value) || Number(value) > LAST_INDEX)
    throw invalid("invalidValue", `${name}: must be a whole number.`);
  return Number(value);
}

/** The versions that the change expects. `*` accepts every version of a resource that exists. */
export function readExpected(request: Request): ExpectedVersions {
  const tags = readETags(request.get("if-match"));
  return tags === "ANY" ? null : tags;
}
