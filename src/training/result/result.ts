/** Results of courses and modules. */
import type { Cause } from "../../access/caller.js";
import type { CourseKind } from "../course/course.js";

/** The values of a result that a correction can change. */
export interface ResultValues {
  readonly score: number | null;
  /** The highest possible score. */
  readonly maximum: number | null;
  /** The score in percent of the maximum. */
  readonly percent: number | null;
  /** The percent needed to pass; `null` without a pass rate. */
  readonly passRate: number | null;
  /** `null` if not known. */
  readonly passed: boolean | null;
  readonly startedAt: Date | null;
  readonly completedAt: Date;
}

/** One completion of a course, or of a module, by one user. */
export interface Result extends ResultValues {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly courseId: string;
  readonly kind: CourseKind;
  readonly attempt: number;
  /** The id that another program uses for the result; unique in the organization. */
  readonly externalId: string | null;
  readonly recordedAt: Date;
  /** Rises with every change. */
  readonly version: number;
}

/** A change of a result, with the values before and after. */
export interface ResultCorrection {
  readonly id: string;
  readonly resultId: string;
  /** The result's version after the change. */
  readonly version: number;
  readonly before: ResultValues;
  readonly after: ResultValues;
  readonly reason: string | null;
  readonly cause: Cause;
  readonly correctedAt: Date;
}

const RESULT_ORDERS = ["COMPLETED_AT"] as const;
export type ResultOrder = (typeof RESULT_ORDERS)[number];
