/** Assembles the catalogue of failures from the declarations of each module. */
import { CONNECTION_FAILURES } from "../connection/failures.js";
import type { ConnectionTypeRegistry } from "../connection/registry.js";
import { PEOPLE_FAILURES } from "../people/failures.js";
import { PLATFORM_FAILURES } from "../platform/errors/failure.js";
import { assembleCatalogue, GRAPHQL_FAILURES, type Catalogue } from "../platform/graphql/failures.js";
import { DIRECTORY_FAILURES } from "../provisioning/directory/failures.js";
import { PROVISIONING_FAILURES } from "../provisioning/failures.js";
import { SCIM_FAILURES } from "../scim/failures.js";
import { SIGN_IN_FAILURES } from "../sign-in/failures.js";
import { TRAINING_FAILURES } from "../training/failures.js";
import { WEBHOOK_FAILURES } from "../webhooks/failures.js";

export function createCatalogue(registry: ConnectionTypeRegistry): Catalogue {
  return assembleCatalogue(
    PLATFORM_FAILURES,
    GRAPHQL_FAILURES,
    PEOPLE_FAILURES,
    CONNECTION_FAILURES,
    PROVISIONING_FAILURES,
    DIRECTORY_FAILURES,
    SCIM_FAILURES,
    SIGN_IN_FAILURES,
    TRAINING_FAILURES,
    WEBHOOK_FAILURES,
    registry.refusals,
  );
}

/**
 * Finds the message and remedy of a logged outcome; `null` for a success. A log has no details, so a message that depends on
 * them is `null`.
 */
export function explainOutcome(catalogue: Catalogue) {
  return (outcome: string): { readonly message: string | null; readonly remedy: string } | null => {
    const entry = catalogue.get(outcome);
    if (entry === undefined) return null;
    return { message: typeof entry.message === "string" ? entry.message : null, remedy: entry.remedy };
  };
}
