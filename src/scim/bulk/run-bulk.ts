/**
 * Runs a bulk request (RFC 7644, section 3.7). Each operation does the same as a request of its own, in its own unit of
 * work, so that a failed operation does not undo others. Other requests run between two operations.
 */
import { setImmediate as letOthersRun } from "node:timers/promises";
import type { RequestingDirectory } from "../../provisioning/directory/log/request.js";
import type { Resource } from "../../provisioning/directory/resource/resource.js";
import { Failure } from "../../platform/errors/failure.js";
import { shorten } from "../../platform/text.js";
import { describeError } from "../answer.js";
import { invalid, SCIM_BULK_REFERENCE_UNRESOLVED } from "../failures.js";
import { etagOf, locationOf } from "../resource/show-resource.js";
import type { Endpoint } from "../routes/endpoint.js";
import { readExpected } from "../routes/read-request.js";
import type { ScimServices } from "../services.js";
import { readBulk, readOperation, type BulkOperation } from "./read-bulk.js";
import { referencesOf, replaceReferences } from "./references.js";

type Json = Readonly<Record<string, unknown>>;

/** The outcome of one operation. */
interface Outcome {
  readonly status: number;
  readonly location?: string;
  readonly version?: string;
  /** The error of an operation that failed. */
  readonly response?: object;
}

/** The surroundings of a bulk request. */
export interface BulkPlace {
  readonly endpoints: readonly Endpoint[];
  readonly baseUrl: string;
  readonly directory: RequestingDirectory;
  /** Notes the error of an operation for the logs. */
  readonly note: (code: string, reference: string | null) => void;
  /** Whether the client still waits for the answer. If not, the remaining operations are not processed. */
  readonly isAwaited: () => boolean;
}

/**
 * The answer to a bulk request, with the outcome of each processed operation in the order of the request. An operation runs
 * before the operations that refer to it.
 *
 * @throws SCIM_REQUEST_INVALID, SCIM_BULK_TOO_LARGE
 */
export async function runBulk({ limits, logDefect }: ScimServices, place: BulkPlace, body: Json): Promise<object> {
  const { operations, failOnErrors } = readBulk(body);
  const creating = findCreating(operations);
  const outcomes = new Map<number, Outcome>();
  const begun = new Set<number>();
  const created = new Map<string, string>();
  let errors = 0;

  for (const index of operations.keys()) await run(index);
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
    Operations: operations.flatMap((operation, index) => {
      const outcome = outcomes.get(index);
      return outcome === undefined ? [] : [showOutcome(operation, outcome)];
    }),
  };

  async function run(index: number): Promise<void> {
    if (begun.has(index)) return;
    begun.add(index);
    const operation = operations[index]!;
    for (const name of referencesOf(operation)) {
      const needed = creating.get(name);
      if (needed !== undefined) await run(needed);
    }
    if (errors >= failOnErrors || !place.isAwaited()) return;
    await letOthersRun();
    const outcome = await attempt(operation);
    if (outcome.response !== undefined) errors += 1;
    outcomes.set(index, outcome);
  }

  async function attempt(operation: Json): Promise<Outcome> {
    let location: string | undefined;
    try {
      // Each operation counts as a request. Otherwise, a bulk request would evade the limit of requests.
      await limits.useRequest(place.directory.id);
      const read = readOperation(place.endpoints, replaceReferences(operation, idOf));
      if (read.method !== "POST") location = locationOf(read.endpoint.type, place.baseUrl, read.id);
      const { status, resource } = await perform(place.directory, read);
      if (resource === null) return { status, ...(location !== undefined && { location }) };
      if (read.method === "POST") created.set(String(operation["bulkId"]), resource.id);
      return {
        status,
        location: locationOf(read.endpoint.type, place.baseUrl, resource.id),
        version: etagOf(resource),
      };
    } catch (error) {
      const { status, body: response, code, reference } = describeError(error, logDefect);
      place.note(code, reference);
      return { status, response, ...(location !== undefined && { location }) };
    }
  }

  /** @throws SCIM_REQUEST_INVALID for a name that is not in the request, SCIM_BULK_REFERENCE_UNRESOLVED */
  function idOf(name: string): string {
    const id = created.get(name);
    if (id !== undefined) return id;
    const needed = creating.get(name);
    if (needed === undefined)
      throw invalid("invalidValue", `bulkId:${shorten(name)} is not the bulkId of a POST of this request.`);
    // If the needed operation has begun but has no outcome, it waits for the present operation: the references are
    // circular.
    throw new Failure(SCIM_BULK_REFERENCE_UNRESOLVED, { bulkId: shorten(name), isCircular: !outcomes.has(needed) });
  }
}

/** The index of the operation that makes each named resource. */
function findCreating(operations: readonly Json[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [index, { method, bulkId }] of operations.entries()) {
    if (String(method).toUpperCase() !== "POST" || typeof bulkId !== "string") continue;
    if (places.has(bulkId)) throw invalid("invalidValue", `bulkId: two operations have ${shorten(bulkId)}.`);
    places.set(bulkId, index);
  }
  return places;
}

async function perform(
  directory: RequestingDirectory,
  operation: BulkOperation,
): Promise<{ readonly status: number; readonly resource: Resource | null }> {
  const { endpoint } = operation;
  const expected = readExpected(operation.version);
  switch (operation.method) {
    case "POST":
      return { status: 201, resource: await endpoint.create(directory, operation.data) };
    case "PUT":
      return { status: 200, resource: await endpoint.replace(directory, { ...operation, expected }, operation.data) };
    case "PATCH": {
      const resource = await endpoint.patch(directory, { ...operation, expected }, operation.data);
      return { status: endpoint.showsPatched ? 200 : 204, resource };
    }
    case "DELETE":
      await endpoint.remove(directory, { ...operation, expected });
      return { status: 204, resource: null };
  }
}

function showOutcome({ method, bulkId }: Json, { status, ...outcome }: Outcome): object {
  return {
    ...(typeof method === "string" && { method }),
    ...(typeof bulkId === "string" && { bulkId }),
    ...outcome,
    status: String(status),
  };
}
