/** Resolves `sortBy` and `sortOrder` (RFC 7644, section 3.4.2.3) with the schemas. Values are compared as filters compare them. */
import type { ResourceSort } from "../../provisioning/directory/resource/order.js";
import { shorten } from "../../platform/text.js";
import { invalid } from "../failures.js";
import { indexName } from "../resource/index-document.js";
import { findAttribute, findByName } from "../schema/find-attribute.js";
import type { ResourceType } from "../schema/schemas.js";
import { SPECIAL } from "./resolve-filter.js";

/**
 * The order that a request asks for. Resources of a type without the attribute have no value.
 *
 * @returns `null` if the request does not ask for an order
 * @throws SCIM_REQUEST_INVALID: `invalidPath` for an attribute that cannot be sorted by, `invalidValue` for a wrong order
 */
export function readSort(types: readonly ResourceType[], sortBy: unknown, sortOrder: unknown): ResourceSort | null {
  const isDescending = readOrder(sortOrder);
  if (sortBy === undefined || sortBy === null || sortBy === "")
    return isDescending ? { by: { kind: "ID" }, isDescending } : null;
  if (typeof sortBy !== "string") throw invalid("invalidPath", "sortBy: send the path of one attribute.");
  const special = SPECIAL.get(sortBy.toLowerCase());
  if (special !== undefined) return { by: { kind: special === "TYPE" ? "KIND" : special }, isDescending };
  const found = types.map((type) => findAttribute(type, sortBy)).find((each) => each !== null);
  if (found === undefined) throw invalid("invalidPath", `sortBy: ${shorten(sortBy)} is not an attribute.`);
  const { extension, attribute } = found;
  if (attribute.returned === "never" || UNSORTED.has(attribute.name))
    throw invalid("invalidPath", `sortBy: resources cannot be sorted by ${shorten(sortBy)}.`);
  // A complex attribute is sorted by its value, as it is filtered.
  const sub = found.sub ?? findByName(attribute.subAttributes ?? [], "value");
  if (attribute.type === "complex" && sub === null)
    throw invalid("invalidPath", `sortBy: ${shorten(sortBy)} has parts. Name one, after a dot.`);
  return {
    by: {
      kind: "VALUE",
      attribute: indexName(extension, attribute, sub),
      list: attribute.multiValued ? indexName(extension, attribute, null) : null,
    },
    isDescending,
  };
}

/** Memberships are not values of a document, and a resource has any number of them. */
const UNSORTED: ReadonlySet<string> = new Set(["members", "groups"]);

function readOrder(sortOrder: unknown): boolean {
  if (sortOrder === undefined || sortOrder === null || sortOrder === "") return false;
  const word = typeof sortOrder === "string" ? sortOrder.toLowerCase() : "";
  if (word === "ascending" || word === "descending") return word === "descending";
  throw invalid("invalidValue", "sortOrder: must be ascending or descending.");
}
