/** Every row of the house, for TypeORM: the application, the command line and the drift check use this one list. */
import { AuditEntryRow } from "./audit/audit-entry.row.js";
import { ConnectionHealthRow } from "./connection/stored/connection-health.row.js";
import { ConnectionRow } from "./connection/stored/connection.row.js";
import { IdentityRow } from "./connection/identity/identity.row.js";
import { EventCounterRow, EventRow } from "./events/event.row.js";
import { ApiKeyRow } from "./people/api-key/api-key.row.js";
import { OrganizationRow } from "./people/organization/organization.row.js";
import { RoleRow } from "./people/role/role.row.js";
import { SessionRow } from "./people/session/session.row.js";
import { MembershipRoleRow, MembershipRow } from "./people/user/membership.row.js";
import { UserRow } from "./people/user/user.row.js";
import { AttemptRow } from "./sign-in/attempt/attempt.row.js";
import { FlowRow, ReplayRow } from "./sign-in/flow/flow.row.js";
import { TicketRow } from "./sign-in/ticket/ticket.row.js";

export const entities = [
  OrganizationRow,
  RoleRow,
  UserRow,
  MembershipRow,
  MembershipRoleRow,
  SessionRow,
  ApiKeyRow,
  EventRow,
  EventCounterRow,
  AuditEntryRow,
  ConnectionRow,
  ConnectionHealthRow,
  IdentityRow,
  FlowRow,
  ReplayRow,
  TicketRow,
  AttemptRow,
];
