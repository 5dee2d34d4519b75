/** Lists resources of one type or of several, for a GET and for a search (RFC 7644, sections 3.4.2 and 3.4.3; RFC 9865). */
import { orderToSql } from "../../provisioning/directory/resource/order.js";
import { listResources } from "../../provisioning/directory/resource/resource.repository.js";
import type { Directory } from "../../provisioning/directory/stored/directory.js";
import { sha256Hex } from "../../platform/crypto/tokens.js";
import { showList, type ShownResource } from "../resource/show-resource.js";
import type { ScimServices } from "../services.js";
import { readCursor, writeCursor } from "./cursor.js";
import type { Endpoint } from "./endpoint.js";
import { readList, type Parameters } from "./read-request.js";

/**
 * A page of the resources of a directory.
 *
 * @throws SCIM_REQUEST_INVALID
 */
export async function list(
  { store, clock }: ScimServices,
  directory: Directory,
  endpoints: readonly Endpoint[],
  parameters: Parameters,
): Promise<object> {
  const request = readList(
    endpoints.map(({ type }) => type),
    parameters,
  );
  const { parts, from, count: limit } = request;
  const order = orderToSql(request.sort);
  const name = sha256Hex(`${directory.id} ${request.list}`).slice(0, 16);
  const { resources, total, next } = await listResources(store.reader, directory.id, {
    kinds: endpoints.map(({ kind }, place) => ({ kind, condition: parts[place]?.condition ?? null })),
    order,
    from: placeOf(),
    limit,
  });
  const shown = new Map<string, ShownResource>();
  for (const [place, endpoint] of endpoints.entries()) {
    const own = resources.filter(({ kind }) => kind === endpoint.kind);
    const answers = await endpoint.show(directory, own, parts[place]!.selection);
    own.forEach(({ id }, index) => shown.set(id, answers[index]!));
  }
  return showList(
    resources.map(({ id }) => shown.get(id)!),
    total,
    "startIndex" in from ? from : next === null ? {} : { nextCursor: writeCursor(name, next, clock()) },
  );

  function placeOf() {
    if ("startIndex" in from) return { skip: from.startIndex - 1 };
    // An empty cursor asks for the first page.
    return from.cursor === "" ? { skip: 0 } : { after: readCursor(from.cursor, name, order, clock()) };
  }
}
