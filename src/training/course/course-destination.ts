/** A course as a place that a sign-in link can lead to; `app` hands it in. */
import type { Reader } from "../../platform/database/database.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { COURSE_ARCHIVED } from "../failures.js";

export const COURSE_DESTINATION = {
  kind: "course",

  /**
   * Sees to it that an organization has a course, of its own or of the installation's catalogue, and that it is taught.
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

  /** The landing page with the course in its query: the frontend shows it there. Nothing is started by it. */
  addressFrom: (landing: URL, courseId: string): URL => {
    const address = new URL(landing);
    address.searchParams.set("course", courseId);
    return address;
  },
} as const;
