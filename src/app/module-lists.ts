/** The lists that modules pass to each other. Modules do not import their siblings, so the composition root gathers them. */
import { WARN_OF_MISSING_BREAK_GLASS } from "../connection/enforcement/warn-of-missing-break-glass.js";
import { IDENTITY_EVENTS } from "../connection/identity/identity.events.js";
import { CONNECTION_EVENTS } from "../connection/stored/connection.events.js";
import { REFRESH_PROVIDER } from "../connection/upkeep/refresh-provider.js";
import type { UpkeepStep } from "../connection/upkeep/upkeep-step.js";
import { WARN_OF_EXPIRY } from "../connection/watch/warn-of-expiry.js";
import { WATCH_EVENTS } from "../connection/watch/watch.events.js";
import { GROUP_EVENTS } from "../people/group/group.events.js";
import { countedPart, ownPart, type OrganizationPart } from "../people/organization/organization-parts.js";
import { PEOPLE_PARTS } from "../people/organization/people-parts.js";
import { SEAT_EVENTS } from "../people/seat/seat.events.js";
import type { DeletionParts, ErasePart } from "../people/user/delete/delete-guard.js";
import { USER_EVENTS } from "../people/user/user.events.js";
import { DIRECTORY_EVENTS } from "../provisioning/directory/brake/brake.events.js";
import { eraseAttempts } from "../sign-in/attempt/attempt.repository.js";
import { WATCH_DRIFT } from "../sign-in/drift/watch-drift.js";
import type { Destination } from "../sign-in/link/destination.js";
import { COURSE_DESTINATION } from "../training/course/course-destination.js";
import { eraseResults, findResultIdsOf } from "../training/result/erase-results.js";
import { RESULT_EVENTS } from "../training/result/result.events.js";
import { eraseAnswers, eraseAnswersAbout } from "../webhooks/delivery/erase-answers.js";
import { WEBHOOK_EVENTS } from "../webhooks/endpoint/endpoint.events.js";

/** Every event type of this installation. */
export const EVENT_TYPES = [
  ...USER_EVENTS,
  ...GROUP_EVENTS,
  ...SEAT_EVENTS,
  ...CONNECTION_EVENTS,
  ...WATCH_EVENTS,
  ...IDENTITY_EVENTS,
  ...DIRECTORY_EVENTS,
  ...RESULT_EVENTS,
  ...WEBHOOK_EVENTS,
];

/** Where sign-in links can lead. */
export const DESTINATIONS: readonly Destination[] = [COURSE_DESTINATION];

/** What Usher does by itself for each active connection, in this order. */
export const UPKEEP_STEPS: readonly UpkeepStep[] = [
  REFRESH_PROVIDER,
  WARN_OF_EXPIRY,
  WARN_OF_MISSING_BREAK_GLASS,
  WATCH_DRIFT,
];

/** Erases the stored answers of webhook receivers that may repeat a person's results. */
const eraseAnswersAboutResults: ErasePart = async (unit, { id }) => {
  await eraseAnswersAbout(unit, "result", await findResultIdsOf(unit, id));
};

/** The parts that each module erases when a person is deleted or erased. */
const ERASERS: readonly ErasePart[] = [eraseAttempts, eraseAnswers, eraseAnswersAboutResults, eraseResults];

/** What the deletion of a person needs, whether an administrator or a directory deletes them. */
export const DELETION_PARTS: DeletionParts = { guards: [], erasers: ERASERS };

/** The parts that are deleted with an organization. The operator sees the counts in this order. */
export const ORGANIZATION_PARTS: readonly OrganizationPart[] = [
  ...PEOPLE_PARTS,
  countedPart("connections", "sso_connection"),
  countedPart("identities", "identity i JOIN sso_connection c ON c.id = i.connection_id", "c.organization_id"),
  countedPart("linkRequests", "link_request"),
  countedPart("provisioningDirectories", "provisioning_directory"),
  countedPart("signInAttempts", "sign_in_attempt"),
  // Results have foreign keys to courses, so results are deleted first.
  ownPart("results", "training_result"),
  countedPart("trainingStarts", "training_start"),
  countedPart("courses", "course"),
  countedPart("filters", "filter"),
  countedPart("webhookEndpoints", "webhook_endpoint"),
  countedPart("events", "event"),
  ownPart("auditEntries", "audit_entry"),
  ownPart("mails", "mail_message"),
];
