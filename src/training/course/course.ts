/** Courses and modules. */

const COURSE_KINDS = ["COURSE", "MODULE"] as const;
export type CourseKind = (typeof COURSE_KINDS)[number];

export interface Course {
  readonly id: string;
  /** `null` in the catalogue of the installation, which every organization sees and only the operator changes. */
  readonly organizationId: string | null;
  /** Never changes. A person completes a module by completing its courses. */
  readonly kind: CourseKind;
  readonly title: string;
  readonly description: string | null;
  /** The id that another program uses for the course; unique in the organization, or in the catalogue. */
  readonly externalId: string | null;
  /** From 0 to 100. Results without a pass rate of their own use it. `null` for modules. */
  readonly passRate: number | null;
  /** When the course was archived, so that nobody can start it; `null` if it is not archived. */
  readonly archivedAt: Date | null;
  /** Rises with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const COURSE_ORDERS = ["TITLE", "CREATED_AT"] as const;
export type CourseOrder = (typeof COURSE_ORDERS)[number];

export const PASS_RATE_RULE = { lowest: 0, highest: 100, sentence: "must be a number from 0 to 100" };

/** The course as audit entries show it. */
export function courseSnapshot({ id, kind, title, description, externalId, passRate, archivedAt }: Course) {
  return { id, kind, title, description, externalId, passRate, archivedAt: archivedAt?.toISOString() ?? null };
}
