/** Every migration, oldest first. Append-only: a migration that has been released is never edited. */
import type { MigrationClass } from "../src/platform/database/create-data-source.js";
import { CreateFoundation1764000000000 } from "./1764000000000-create-foundation.js";
import { CreateSsoTicket1764100000000 } from "./1764100000000-create-sso-ticket.js";
import { CreatePeople1764200000000 } from "./1764200000000-create-people.js";
import { CreateWebhooks1764400000000 } from "./1764400000000-create-webhooks.js";
import { CreateRateLimit1764500000000 } from "./1764500000000-create-rate-limit.js";
import { IndexSubjects1764600000000 } from "./1764600000000-index-subjects.js";
import { CreateTraining1764700000000 } from "./1764700000000-create-training.js";
import { AddIdentityEmailVerified1764750000000 } from "./1764750000000-add-identity-email-verified.js";
import { AddOrganizationLockCount1764800000000 } from "./1764800000000-add-organization-lock-count.js";
import { AddConnectionIssuerChangedAt1764810000000 } from "./1764810000000-add-connection-issuer-changed-at.js";
import { AddConnectionLearned1764820000000 } from "./1764820000000-add-connection-learned.js";
import { AddWebhookRetryScheduledAt1764840000000 } from "./1764840000000-add-webhook-retry-scheduled-at.js";
import { WithholdGuests1764850000000 } from "./1764850000000-withhold-guests.js";
import { IndexSsoFlowBrowser1764860000000 } from "./1764860000000-index-sso-flow-browser.js";
import { AddSessionFlowHash1764870000000 } from "./1764870000000-add-session-flow-hash.js";
import { IndexTrainingStarts1764880000000 } from "./1764880000000-index-training-starts.js";
import { AddApiKeyLimitedMaker1764890000000 } from "./1764890000000-add-api-key-limited-maker.js";
import { IndexSignIns1764900000000 } from "./1764900000000-index-sign-ins.js";
import { CreateSignInEvidence1764910000000 } from "./1764910000000-create-sign-in-evidence.js";
import { AddConnectionUpkeep1764912000000 } from "./1764912000000-add-connection-upkeep.js";
import { AddProviderReading1764912100000 } from "./1764912100000-add-provider-reading.js";
import { AddConnectionWatch1764913000000 } from "./1764913000000-add-connection-watch.js";
import { CreateOperatorAppTenant1764914000000 } from "./1764914000000-create-operator-app-tenant.js";
import { CreateProviderSessions1764915000000 } from "./1764915000000-create-provider-sessions.js";
import { AddConnectionButtonLabel1764916000000 } from "./1764916000000-add-connection-button-label.js";
import { AddAuthentication1764917000000 } from "./1764917000000-add-authentication.js";
import { CreateProvisioningDirectories1764920000000 } from "./1764920000000-create-provisioning-directories.js";
import { AddIdentityDirectoryKeys1764920100000 } from "./1764920100000-add-identity-directory-keys.js";
import { AddDirectoryRules1764931000000 } from "./1764931000000-add-directory-rules.js";
import { CreateDirectoryRequests1764932000000 } from "./1764932000000-create-directory-requests.js";
import { AddRemovalBrake1764932100000 } from "./1764932100000-add-removal-brake.js";
import { CreateDirectoryAssertions1764933000000 } from "./1764933000000-create-directory-assertions.js";
import { CreatePendingSignIns1764934000000 } from "./1764934000000-create-pending-sign-ins.js";
import { AddSessionUse1764935000000 } from "./1764935000000-add-session-use.js";
import { AddApiKeyRotation1764935100000 } from "./1764935100000-add-api-key-rotation.js";
import { AddMailHeading1764935200000 } from "./1764935200000-add-mail-heading.js";
import { AddBreakGlass1764936000000 } from "./1764936000000-add-break-glass.js";
import { CreateOperators1764936200000 } from "./1764936200000-create-operators.js";
import { CreateSecondFactors1764937000000 } from "./1764937000000-create-second-factors.js";
import { AddOperatorFactors1764939000000 } from "./1764939000000-add-operator-factors.js";

export const migrations: readonly MigrationClass[] = [
  CreateFoundation1764000000000,
  CreateSsoTicket1764100000000,
  CreatePeople1764200000000,
  CreateWebhooks1764400000000,
  CreateRateLimit1764500000000,
  IndexSubjects1764600000000,
  CreateTraining1764700000000,
  AddIdentityEmailVerified1764750000000,
  AddOrganizationLockCount1764800000000,
  AddConnectionIssuerChangedAt1764810000000,
  AddConnectionLearned1764820000000,
  AddWebhookRetryScheduledAt1764840000000,
  WithholdGuests1764850000000,
  IndexSsoFlowBrowser1764860000000,
  AddSessionFlowHash1764870000000,
  IndexTrainingStarts1764880000000,
  AddApiKeyLimitedMaker1764890000000,
  IndexSignIns1764900000000,
  CreateSignInEvidence1764910000000,
  AddConnectionUpkeep1764912000000,
  AddProviderReading1764912100000,
  AddConnectionWatch1764913000000,
  CreateOperatorAppTenant1764914000000,
  CreateProviderSessions1764915000000,
  AddConnectionButtonLabel1764916000000,
  AddAuthentication1764917000000,
  CreateProvisioningDirectories1764920000000,
  AddIdentityDirectoryKeys1764920100000,
  AddDirectoryRules1764931000000,
  CreateDirectoryRequests1764932000000,
  AddRemovalBrake1764932100000,
  CreateDirectoryAssertions1764933000000,
  CreatePendingSignIns1764934000000,
  AddSessionUse1764935000000,
  AddApiKeyRotation1764935100000,
  AddMailHeading1764935200000,
  AddBreakGlass1764936000000,
  CreateOperators1764936200000,
  CreateSecondFactors1764937000000,
  AddOperatorFactors1764939000000,
];
