/** What the routes of SCIM need. */
import type { Store } from "../access/store.js";
import type { DeletionParts } from "../people/user/delete/delete-guard.js";
import type { Clock } from "../platform/clock.js";
import type { RequestLog } from "../provisioning/directory/log/request-log.js";
import type { Fetch } from "../protocols/http/index.js";
import type { ScimLimits } from "./limits.js";

export interface ScimServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly publicUrl: string;
  readonly requestLog: Pick<RequestLog, "note">;
  /** The reasons against the deletion of an account, and the data that is erased with it. */
  readonly deletion: DeletionParts;
  /** Fetches the keys with which providers sign assertions. */
  readonly fetch: Fetch;
  readonly limits: ScimLimits;
  /** Logs an unexpected error under the reference of the answer. */
  readonly logDefect: (error: unknown, reference: string) => void;
}
