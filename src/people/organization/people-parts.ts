/** The data of people that is deleted with an organization. */
import { countedPart, ownPart, type OrganizationPart } from "./organization-parts.js";

export const PEOPLE_PARTS: readonly OrganizationPart[] = [
  countedPart("users", "app_user", "home_organization_id"),
  countedPart(
    "membersFromElsewhere",
    "membership m JOIN app_user u ON u.id = m.user_id AND u.home_organization_id <> m.organization_id",
    "m.organization_id",
  ),
  countedPart(
    "membershipsElsewhere",
    "membership m JOIN app_user u ON u.id = m.user_id AND u.home_organization_id <> m.organization_id",
    "u.home_organization_id",
  ),
  countedPart("groups", "user_group"),
  countedPart("roles", "role"),
  countedPart("seats", "seat"),
  countedPart("domains", "organization_domain"),
  countedPart("apiKeys", "api_key"),
  ownPart("sessions", "user_session"),
  ownPart("oneTimeLinks", "one_time_token"),
];
