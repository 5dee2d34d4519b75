/** All row classes for TypeORM, for the application, the command line and the check for schema drift. */
import { AuditEntryRow } from "./audit/audit-entry.row.js";
import { ConnectionHealthRow } from "./connection/stored/connection-health.row.js";
import { OperatorAppTenantRow } from "./connection/operator-app/operator-app-tenant.row.js";
import { ConnectionRow } from "./connection/stored/connection.row.js";
import { IdentityRow } from "./connection/identity/identity.row.js";
import { LinkRequestRow } from "./connection/identity/link-request.row.js";
import { DirectoryMappingRow, MappingRow } from "./connection/mapping/mapping.row.js";
import { PendingSignInRow } from "./people/credential/pending-sign-in.row.js";
import { OperatorLinkRow, OperatorRow, OperatorSessionRow } from "./people/operator/operator.row.js";
import { CredentialRow, OneTimeTokenRow } from "./people/credential/credential.row.js";
import { RecoveryCodeRow, SecondFactorRow } from "./people/factor/factor.row.js";
import { DomainRow } from "./people/domain/domain.row.js";
import { GroupManagerRow } from "./people/group/group-manager.row.js";
import { GroupMemberRow, GroupRow } from "./people/group/group.row.js";
import { InstallationRow } from "./people/installation/installation.row.js";
import { SeatRow } from "./people/seat/seat.row.js";
import { UserFieldRow } from "./people/user/profile/user-field.row.js";
import { RateLimitRow } from "./platform/http/rate-limit.row.js";
import { MailMessageRow } from "./platform/mail/mail-message.row.js";
import { EventCounterRow, EventRow } from "./events/event.row.js";
import { ApiKeyRow } from "./people/api-key/api-key.row.js";
import { OrganizationRow } from "./people/organization/organization.row.js";
import { RoleRow } from "./people/role/role.row.js";
import { ProviderSessionRow } from "./people/session/provider-session.row.js";
import { SessionRow } from "./people/session/session.row.js";
import { MembershipRoleRow, MembershipRow, MembershipTermRow } from "./people/membership/membership.row.js";
import { UserRow } from "./people/user/user.row.js";
import {
  DirectoryAssertionRow,
  DirectoryRow,
  DirectoryTokenRow,
} from "./provisioning/directory/stored/directory.row.js";
import { RemovalRow } from "./provisioning/directory/brake/removal.row.js";
import { ActivityRow, RequestRow } from "./provisioning/directory/log/request.row.js";
import { ResourceRow, ResourceValueRow, TombstoneRow } from "./provisioning/directory/resource/resource.row.js";
import { AttemptRow } from "./sign-in/attempt/attempt.row.js";
import { EvidenceRow } from "./sign-in/attempt/evidence.row.js";
import { FlowRow, ReplayRow } from "./sign-in/flow/flow.row.js";
import { PendingLogoutRow } from "./sign-in/logout/pending-logout.row.js";
import { TicketRow } from "./sign-in/ticket/ticket.row.js";
import { CourseAssignmentRow, CourseRow, ModuleCourseRow } from "./training/course/course.row.js";
import { FilterAnswerRow, FilterRow, UserAnswerRow } from "./training/filter/filter.row.js";
import { ResultChildRow, ResultCorrectionRow, ResultRow } from "./training/result/result.row.js";
import { StartRow } from "./training/result/start.row.js";
import { WebhookAttemptRow, WebhookRetryRow } from "./webhooks/delivery/delivery.row.js";
import { WebhookCursorRow, WebhookEndpointRow } from "./webhooks/endpoint/endpoint.row.js";
import { WebhookRedeliveryRow } from "./webhooks/redelivery/redelivery.row.js";

export const entities = [
  OrganizationRow,
  RoleRow,
  UserRow,
  MembershipRow,
  MembershipRoleRow,
  SessionRow,
  ProviderSessionRow,
  ApiKeyRow,
  EventRow,
  EventCounterRow,
  AuditEntryRow,
  ConnectionRow,
  ConnectionHealthRow,
  IdentityRow,
  OperatorAppTenantRow,
  FlowRow,
  ReplayRow,
  TicketRow,
  PendingLogoutRow,
  AttemptRow,
  EvidenceRow,
  InstallationRow,
  DomainRow,
  UserFieldRow,
  MembershipTermRow,
  LinkRequestRow,
  GroupRow,
  GroupMemberRow,
  MappingRow,
  DirectoryMappingRow,
  SeatRow,
  CredentialRow,
  RecoveryCodeRow,
  SecondFactorRow,
  OneTimeTokenRow,
  PendingSignInRow,
  OperatorRow,
  OperatorSessionRow,
  OperatorLinkRow,
  MailMessageRow,
  WebhookEndpointRow,
  WebhookCursorRow,
  WebhookAttemptRow,
  WebhookRetryRow,
  WebhookRedeliveryRow,
  RateLimitRow,
  GroupManagerRow,
  CourseRow,
  ModuleCourseRow,
  CourseAssignmentRow,
  StartRow,
  ResultRow,
  ResultChildRow,
  ResultCorrectionRow,
  FilterRow,
  FilterAnswerRow,
  UserAnswerRow,
  DirectoryRow,
  DirectoryTokenRow,
  DirectoryAssertionRow,
  ResourceRow,
  ResourceValueRow,
  TombstoneRow,
  RequestRow,
  ActivityRow,
  RemovalRow,
];
