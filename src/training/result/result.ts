/** Results of courses and modules, in the house's own words. */
import type { Cause } from "../../access/caller.js";
import type { CourseKind } from "../course/course.js";

/** What a correction can change of a result. */
export interface ResultValues {
  readonly score: number | null;
  /** The most that can be scored. */
  readonly maximum: number | null;
  /** The score in hundredths of the maximum. */
  readonly percent: number | null;
  /** The percent that has to be reached; `null` where nothing has to be. */
  readonly passRate: number | null;
  /** `null` where nobody can tell. */
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
  /** Which of the two the course is. */
  readonly kind: CourseKind;
  readonly attempt: number;
  /** What another program knows it by; unique in the organization. */
  readonly externalId: string | null;
  readonly recordedAt: Date;
  /** Rises at every change. */
  readonly version: number;
}

/** That a result was changed, and what it was before. */
export interface ResultCorrection {
  readonly id: string;
  readonly resultId: string;
  /** The version that the change made. */
  readonly version: number;
  readonly before: ResultValues;
  readonly after: ResultValues;
  readonly reason: string | null;
  readonly cause: Cause;
  readonly correctedAt: Date;
}

/** What `results` can be ordered by. */
const RESULT_ORDERS = ["COMPLETED_AT"] as const;
export type ResultOrder = (typeof RESULT_ORDERS)[number];
