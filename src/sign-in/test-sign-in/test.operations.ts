/** Begins a test sign-in: makes an address that a browser can open once. */
import { causeOf, type Caller } from "../../access/caller.js";
import { recordAudit } from "../../audit/record-audit.js";
import { CONNECTION_NOT_READY } from "../../connection/failures.js";
import { addressesOf } from "../../connection/runtime.js";
import type { ConnectionServices } from "../../connection/services.js";
import { describeIncomplete } from "../../connection/settings/merge-settings.js";
import { openSettings } from "../../connection/settings/stored-settings.js";
import { readConnectionFor } from "../../connection/stored/connection.operations.js";
import { Failure } from "../../platform/errors/failure.js";
import { createReference } from "../../platform/telemetry/reference.js";
import { issueTestToken, TEST_SIGN_IN_LIFETIME_SECONDS } from "./test-token.js";

/** A test that can be begun. */
export interface StartedTest {
  /** The address that one browser can open, once. */
  readonly startUrl: string;
  /** The reference under which an administrator finds the attempt after the test. */
  readonly reference: string;
  readonly expiresAt: Date;
}

/**
 * Makes the address of a test sign-in through a connection, which may be a draft.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and CONNECTION_NOT_READY while required settings are missing
 */
export async function startTestSignIn(
  services: ConnectionServices,
  caller: Caller,
  connectionId: string,
): Promise<StartedTest> {
  const { registry, runtime } = services;
  const connection = await readConnectionFor(services, caller, connectionId, "CONNECTIONS_WRITE");
  const type = registry.get(connection.type);
  const fields = describeIncomplete(type, openSettings(type, runtime.keyRing, connection));
  if (fields.length > 0) throw new Failure(CONNECTION_NOT_READY, { findings: [], fields });
  const reference = createReference();
  const expiresAt = new Date(runtime.clock().getTime() + TEST_SIGN_IN_LIFETIME_SECONDS * 1000);
  const test = issueTestToken(runtime.keyRing, { connectionId, reference, expiresAt: expiresAt.toISOString() });
  await services.begin(caller, causeOf(caller), (unit) =>
    recordAudit(unit, {
      organizationId: connection.organizationId,
      action: "connection.test_sign_in_started",
      subject: { type: "connection", id: connectionId },
      after: { reference, expiresAt },
    }),
  );
  const startUrl = new URL(addressesOf(runtime.publicUrl, connectionId).startUrl);
  startUrl.searchParams.set("test", test);
  return { startUrl: startUrl.href, reference, expiresAt };
}
