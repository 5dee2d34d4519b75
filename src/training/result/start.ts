/** A user's start of a course. */

export interface Start {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly courseId: string;
  /** The module as part of which the user started the course. */
  readonly moduleId: string | null;
  readonly attempt: number;
  readonly startedAt: Date;
  /** `null` until completion. */
  readonly completedAt: Date | null;
}
