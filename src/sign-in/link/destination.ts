/** Places in the product that a sign-in link can lead to. The rooms that have them hand them in through `app`. */
import type { Reader } from "../../platform/database/database.js";

/** One kind of place. */
export interface Destination {
  /** `course`. */
  readonly kind: "course";
  /**
   * Sees to it that an organization has the place.
   *
   * @throws NOT_FOUND, and what else speaks against sending anybody there
   */
  readonly require: (reader: Reader, organizationId: string, id: string) => Promise<void>;
  /** The address of the place, seen from the organization's landing page. */
  readonly addressFrom: (landing: URL, id: string) => URL;
}

/** One place. */
export interface Place {
  readonly kind: Destination["kind"];
  readonly id: string;
}
