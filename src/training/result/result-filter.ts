/** Which results a list, a file or an average is made of. */
import type { TimeBound } from "../../platform/time-range.js";

/** What is left out or empty restricts nothing. */
export interface ResultFilter {
  /** Completed from then on. */
  readonly from?: TimeBound | null;
  /** Completed until then. */
  readonly to?: TimeBound | null;
  /** Of users who are in at least one of these groups of the organization. */
  readonly groupIds?: readonly string[] | null;
  readonly courseIds?: readonly string[] | null;
  readonly userIds?: readonly string[] | null;
  readonly passed?: boolean | null;
  /** Of users who gave, to each question that these answers belong to, one of them. */
  readonly answers?: readonly string[] | null;
}
