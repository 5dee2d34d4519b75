/** That somebody started a course, in the house's own words. */

export interface Start {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly courseId: string;
  /** The module in which the course was started. */
  readonly moduleId: string | null;
  readonly attempt: number;
  readonly startedAt: Date;
  /** `null` while it is not completed. */
  readonly completedAt: Date | null;
}
