/** Shows resources as SCIM answers them (RFC 7643, section 3). */
import type { Resource } from "../../provisioning/directory/resource/resource.js";
import type { ResourceType } from "../schema/schemas.js";

/** A resource in an answer. */
export type ShownResource = Readonly<Record<string, unknown>>;

/** The resource with its directory's own values. */
export function showResource(
  type: ResourceType,
  baseUrl: string,
  resource: Resource,
  more: object = {},
): ShownResource {
  const { id, document } = resource;
  return {
    schemas: [
      type.core.id,
      ...type.extensions.filter((schema) => document[schema.id] !== undefined).map((each) => each.id),
    ],
    id,
    ...document,
    ...more,
    meta: {
      resourceType: type.name,
      created: resource.createdAt.toISOString(),
      lastModified: resource.modifiedAt.toISOString(),
      location: locationOf(type, baseUrl, id),
      version: etagOf(resource),
    },
  };
}

/** Where a part of a list is: by an index (RFC 7644, section 3.4.2.4), or by a cursor (RFC 9865, section 2). */
type ShownPlace = { readonly startIndex: number } | { readonly nextCursor?: string };

/** A part of a list (RFC 7644, section 3.4.2). */
export function showList(resources: readonly object[], totalResults: number, place: ShownPlace): object {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    totalResults,
    ...place,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

export function locationOf(type: ResourceType, baseUrl: string, id: string): string {
  return `${baseUrl}${type.endpoint}/${id}`;
}

/** The version as an ETag (RFC 7644, section 3.14). */
export function etagOf({ version }: Pick<Resource, "version">): string {
  return `W/"${version}"`;
}

/**
 * The versions that a header `If-Match` or `If-None-Match` names. Other tags are versions that no resource has.
 *
 * @returns `null` without the header; `ANY` for `*`
 */
export function readETags(header: string | undefined): readonly number[] | "ANY" | null {
  if (header === undefined || header.trim() === "") return null;
  if (header.trim() === "*") return "ANY";
  return header
    .slice(0, 1_000)
    .split(",")
    .map((tag) => Number(/^(?:W\/)?"(\d{1,9})"$/.exec(tag.trim())?.[1] ?? -1));
}
