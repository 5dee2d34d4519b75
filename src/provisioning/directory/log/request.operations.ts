/** Shows the request log of a directory to a caller. */
import { scopeFor, type Caller } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import { Failure, NOT_FOUND } from "../../../platform/errors/failure.js";
import { toPage, type Page, type PageArgs } from "../../../platform/graphql/paging.js";
import { findDirectory } from "../stored/directory.repository.js";
import type { LoggedRequest } from "./request.js";
import { pageRequests, requestFromRaw, type RequestFilter } from "./request.repository.js";

/**
 * One page of the requests of a directory, the latest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listRequests(
  { reader }: Store,
  caller: Caller,
  directoryId: string,
  filter: RequestFilter,
  args: PageArgs,
): Promise<Page<LoggedRequest>> {
  if ((await findDirectory(reader, scopeFor(caller, "CONNECTIONS_READ"), directoryId)) === null)
    throw new Failure(NOT_FOUND, { type: "provisioning directory" });
  return toPage(await pageRequests(reader, directoryId, filter, args), requestFromRaw);
}
