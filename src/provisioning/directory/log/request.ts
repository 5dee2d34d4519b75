/** A request of a provisioning directory: what Usher notes of it while it runs, and what the log keeps. */
import type { Organization } from "../../../people/organization/organization.js";
import type { Directory } from "../stored/directory.js";

/** What Usher notes of a request while it runs. */
export interface RequestTrace {
  readonly id: string;
  /** The reference of the request in the log. If a defect ends the request, the answer has the reference too. */
  readonly reference: string;
  readonly method: string;
  /** The path without personal data. */
  readonly path: string;
  readonly arrivedAt: Date;
  /** Milliseconds since the request arrived. */
  readonly elapsed: () => number;
  /** The status of the answer if the request succeeds. */
  readonly expectedStatus: number;
  /** The resources that the request named, made or changed, each once. */
  resourceIds: Set<string>;
  /** How many units of work of the request were committed. The first one wrote the log's row. */
  committed: number;
  /** The ids of the removals that the open unit of work has made. */
  removalIds: string[];
  /** The removals that were committed, each with the time from the arrival of the request to the commit. */
  readonly ended: { readonly removalId: string; readonly milliseconds: number }[];
}

/** A directory in a request. If it has a trace, each change writes the log's row in its own unit of work. */
export interface RequestingDirectory extends Directory {
  readonly trace?: RequestTrace;
}

/** The directory of a token, and where its requests act. */
export interface ActingDirectory {
  readonly directory: Directory;
  readonly organization: Organization;
  /** What Usher notes of the request for the log; absent outside a request. */
  readonly trace?: RequestTrace;
}

/** The largest number of resources that the log names for one request. */
const MOST_RESOURCE_IDS = 20;

/** Notes a resource that the request is about. */
export function noteResource({ trace }: RequestingDirectory, id: string): void {
  if (trace !== undefined && trace.resourceIds.size < MOST_RESOURCE_IDS) trace.resourceIds.add(id);
}

/** How a request ended. */
export interface RequestOutcome {
  /** The HTTP status. */
  readonly status: number;
  /** `SUCCEEDED`, or a code of the error catalogue. */
  readonly outcome: string;
  /** The keyword of RFC 7644, table 9, in the answer; `null` if it had none. */
  readonly scimType: string | null;
}

/** A request as the log shows it. */
export interface LoggedRequest extends RequestOutcome {
  readonly id: string;
  readonly reference: string;
  readonly method: string;
  readonly path: string;
  readonly resourceIds: readonly string[];
  readonly durationMilliseconds: number;
  readonly occurredAt: Date;
}

/** The outcome of a request that succeeded. */
export const SUCCEEDED = "SUCCEEDED";
