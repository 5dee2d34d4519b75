/** Courses and modules, in the house's own words. */

const COURSE_KINDS = ["COURSE", "MODULE"] as const;
export type CourseKind = (typeof COURSE_KINDS)[number];

export interface Course {
  readonly id: string;
  /** `null` in the catalogue of the installation, which every organization sees and only the operator changes. */
  readonly organizationId: string | null;
  /** A module is completed by completing its courses. It never changes. */
  readonly kind: CourseKind;
  readonly title: string;
  readonly description: string | null;
  /** What another program knows it by; unique in the organization, or in the catalogue. */
  readonly externalId: string | null;
  /** From 0 to 100: what results take that name none. Modules have none of their own. */
  readonly passRate: number | null;
  /** Since when nobody starts it any more. */
  readonly archivedAt: Date | null;
  /** Rises at every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What `courses` can be ordered by. */
const COURSE_ORDERS = ["TITLE", "CREATED_AT"] as const;
export type CourseOrder = (typeof COURSE_ORDERS)[number];

/** The numbers between which a pass rate lies. */
export const PASS_RATE_RULE = { lowest: 0, highest: 100, sentence: "must be a number from 0 to 100" };

/** The course as audit entries show it. */
export function courseSnapshot({ id, kind, title, description, externalId, passRate, archivedAt }: Course) {
  return { id, kind, title, description, externalId, passRate, archivedAt: archivedAt?.toISOString() ?? null };
}
