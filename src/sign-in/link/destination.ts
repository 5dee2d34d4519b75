/** Places in the product that a sign-in link can lead to. `app` collects them from the modules. */
import type { Reader } from "../../platform/database/database.js";

export interface Destination {
  readonly kind: "course";
  /**
   * Checks that an organization has the place.
   *
   * @throws NOT_FOUND, or an error of the module if a link cannot lead there
   */
  readonly require: (reader: Reader, organizationId: string, id: string) => Promise<void>;
  /** The address of the place, relative to the organization's landing page. */
  readonly addressFrom: (landing: URL, id: string) => URL;
}

export interface Place {
  readonly kind: Destination["kind"];
  readonly id: string;
}
