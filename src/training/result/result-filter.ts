/** The filter of results, for lists, exports and figures. */
import type { TimeBound } from "../../platform/time-range.js";

/** A condition that is left out or empty has no effect. */
export interface ResultFilter {
  /** Completed at or after this time. */
  readonly from?: TimeBound | null;
  /** Completed before this time. */
  readonly to?: TimeBound | null;
  /** Users who are in at least one of these groups of the organization. */
  readonly groupIds?: readonly string[] | null;
  readonly courseIds?: readonly string[] | null;
  readonly userIds?: readonly string[] | null;
  readonly passed?: boolean | null;
  /** Answers that the user must have. If several belong to one question, one of them is enough. */
  readonly answers?: readonly string[] | null;
}
