/** Everything that goes with an organization, from every room, in the order in which it is named to the operator. */
import { countedPart, ownPart, type OrganizationPart } from "../people/organization/organization-parts.js";
import { PEOPLE_PARTS } from "../people/organization/people-parts.js";

export const ORGANIZATION_PARTS: readonly OrganizationPart[] = [
  ...PEOPLE_PARTS,
  countedPart("connections", "sso_connection"),
  countedPart("identities", "identity i JOIN sso_connection c ON c.id = i.connection_id", "c.organization_id"),
  countedPart("linkRequests", "link_request"),
  countedPart("signInAttempts", "sign_in_attempt"),
  // Their courses hold on to results and would not go before them.
  ownPart("results", "training_result"),
  countedPart("trainingStarts", "training_start"),
  countedPart("courses", "course"),
  countedPart("filters", "filter"),
  countedPart("webhookEndpoints", "webhook_endpoint"),
  countedPart("events", "event"),
  ownPart("auditEntries", "audit_entry"),
  ownPart("mails", "mail_message"),
];
