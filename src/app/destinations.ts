/** Where sign-in links can lead, from every room that has such places. */
import type { Destination } from "../sign-in/link/destination.js";
import { COURSE_DESTINATION } from "../training/course/course-destination.js";

export const DESTINATIONS: readonly Destination[] = [COURSE_DESTINATION];
