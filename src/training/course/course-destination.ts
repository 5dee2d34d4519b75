/** A course as the destination of a sign-in link; `app` registers it. */
import type { Reader } from "../../platform/database/database.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { COURSE_ARCHIVED } from "../failures.js";

export const COURSE_DESTINATION = {
  kind: "course",

  /**
   * Requires a course of the organization or of the installation's catalogue that is not archived.
   *
   * @throws NOT_FOUND, COURSE_ARCHIVED
   */
  require: async (reader: Reader, organizationId: string, courseId: string): Promise<void> => {
    const course = await reader.row<{ title: string; archived_at: unknown }>(
      "SELECT title, archived_at FROM course WHERE id = ? AND (organization_id IS NULL OR organization_id = ?)",
      [courseId, organizationId],
    );
    if (course === undefined) throw new Failure(NOT_FOUND, { type: "course" });
    if (course.archived_at !== null) throw new Failure(COURSE_ARCHIVED, { courseId, title: course.title });
  },

  /** The landing page with the course in its query. The frontend shows the course; the link does not start it. */
  addressFrom: (landing: URL, courseId: string): URL => {
    const address = new URL(landing);
    address.searchParams.set("course", courseId);
    return address;
  },
} as const;
