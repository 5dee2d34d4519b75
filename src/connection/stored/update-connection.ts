/** Changes the labels, the policies and the settings of a connection. */
import { causeOf, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure, INVALID_INPUT } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { requireVersion } from "../../people/failures.js";
import type { ClientKey } from "../contract/index.js";
import { CONNECTION_TYPE_FIXED } from "../failures.js";
import { usesOperatorApp } from "../operator-app/operator-app.js";
import { releaseTenant } from "../operator-app/operator-app-tenant.repository.js";
import type { ConnectionServices } from "../services.js";
import { chooseType, type SettingsByType } from "../settings/choose-type.js";
import { findChanged, findMisdirected, fixedViolations, trustChanged } from "../settings/compare-settings.js";
import { mergeSettings, namesGiven, settingPath, type SettingsInput } from "../settings/merge-settings.js";
import { openStored, sealSettings } from "../settings/stored-settings.js";
import { describeClientKeys } from "./client-keys.js";
import { readForChange, storeChange } from "./connection.changes.js";
import { CONNECTION_UPDATED } from "./connection.events.js";
import { LABEL_RULE, readConnectionFor } from "./connection.operations.js";
import type { Connection } from "./connection.js";
import { confirmIssuerChange, issuerOf } from "./issuer-change.js";
import { chooseClientKeys, prepareClientKeys } from "./renew-client-keys.js";
import { changePolicies, type ConnectionPoliciesChange } from "./policies.js";
import { switchAccountLinking } from "./policies-linking.js";

export interface ConnectionInput {
  readonly id: string;
  /** The version that the caller has read. If the connection has changed since, the update is refused. */
  readonly expectedVersion?: number | null;
  readonly displayName?: string | null;
  /** The text of the button; `null` for "Sign in to NAME". */
  readonly buttonLabel?: string | null;
  readonly policies?: ConnectionPoliciesChange | null;
  /**
   * The number of affected users that the caller has seen and confirms, for a switch of `accountLinking` or a different
   * issuer.
   */
  readonly confirmAffectedUsers?: number | null;
  readonly settings?: SettingsByType | null;
}

/**
 * Changes the fields of the input. If nothing changes, stores nothing and appends no event.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT, CONNECTION_TYPE_FIXED, CONFIRMATION_REQUIRED
 */
export async function updateConnection(
  services: ConnectionServices,
  caller: Caller,
  input: ConnectionInput,
): Promise<Connection> {
  const found = await readConnectionFor(services, caller, input.id, "CONNECTIONS_WRITE");
  const given = readSettingsInput(services, found, input.settings);
  const prepared = { keys: await prepareClientKeys(services, found, given), version: found.version };
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const before = await readForChange(unit, found);
    requireVersion(input.expectedVersion, before.version);
    return await applyUpdate(services, unit, before, input, { given, prepared });
  });
}

/** The settings of an input; `{}` if it has none. */
function readSettingsInput(
  { registry }: ConnectionServices,
  connection: Connection,
  settings: SettingsByType | null | undefined,
): SettingsInput {
  if (settings === null || settings === undefined) return {};
  const { type, input } = chooseType(registry, settings);
  if (type.id !== connection.type)
    throw new Failure(CONNECTION_TYPE_FIXED, { type: connection.type, requested: type.id });
  return input;
}

/** The parts of an update that exist before its unit of work opens. */
interface PreparedUpdate {
  readonly given: SettingsInput;
  readonly prepared: { readonly keys: readonly ClientKey[]; readonly version: number };
}

async function applyUpdate(
  services: ConnectionServices,
  unit: UnitOfWork,
  before: Connection,
  input: ConnectionInput,
  { given, prepared }: PreparedUpdate,
): Promise<Connection> {
  const { registry, runtime } = services;
  const type = registry.get(before.type);
  const { keyRing } = runtime;
  const check = new InputCheck();
  const displayName =
    input.displayName === null || input.displayName === undefined
      ? before.displayName
      : check.text("displayName", input.displayName, LABEL_RULE);
  const buttonLabel =
    input.buttonLabel === undefined
      ? before.buttonLabel
      : check.optionalText("buttonLabel", input.buttonLabel, LABEL_RULE);
  const policies = changePolicies(before.policies, input.policies, check);
  const plainBefore = openStored(type, keyRing, before, namesGiven(given));
  const merged = mergeSettings(type, plainBefore, given, {
    context: runtime.urls,
    check,
    complete: before.state === "ACTIVE",
  });
  check.finish();
  const changed = findChanged(type, plainBefore, merged, Object.keys(before.secrets));
  refuseMisdirected(
    findMisdirected(type, changed, merged, Object.keys(before.secrets)).map((name) => settingPath(type, name)),
  );
  if (before.firstActivatedAt !== null)
    refuseFixed(fixedViolations(type, changed).map((name) => settingPath(type, name)));
  const isSame =
    changed.length === 0 &&
    displayName === before.displayName &&
    buttonLabel === before.buttonLabel &&
    JSON.stringify(policies) === JSON.stringify(before.policies);
  if (isSame) return before;
  const { accountLinking } = policies;
  const confirmed = input.confirmAffectedUsers ?? null;
  const issuer = { before: issuerOf(type, plainBefore), after: issuerOf(type, merged.plain) };
  const switches = accountLinking !== before.policies.accountLinking;
  const affectedByIssuer = await confirmIssuerChange(unit, before, issuer, { confirmed, switches });
  const endedSessions = await switchAccountLinking(unit, { connection: before, accountLinking }, confirmed);
  const sealed =
    changed.length === 0 ? {} : sealSettings(type, keyRing, before.id, { ...merged, before, now: unit.now });
  if (usesOperatorApp(plainBefore) && !usesOperatorApp(merged.plain)) await releaseTenant(unit, before.id);
  const clientKeys = chooseClientKeys(
    services,
    before,
    { type, before: plainBefore, merged, changed },
    { ...prepared, now: unit.now },
  );
  return await storeChange(
    unit,
    before,
    {
      ...before,
      displayName,
      buttonLabel,
      policies,
      ...sealed,
      clientKeys,
      ...(affectedByIssuer > 0 && { issuerChangedAt: unit.now }),
    },
    {
      event: CONNECTION_UPDATED,
      settings: { type, changed },
      ...(clientKeys !== before.clientKeys && {
        lists: { before: describeClientKeys(before.clientKeys), after: describeClientKeys(clientKeys) },
      }),
      endedSessions,
      raisesTrust: trustChanged(type, plainBefore, merged.plain, changed),
    },
  );
}

function refuseMisdirected(paths: readonly string[]): void {
  if (paths.length === 0) return;
  const message = "must be entered again, because it would be sent to a different address than before";
  throw new Failure(INVALID_INPUT, { fields: paths.map((path) => ({ path, code: "REQUIRED" as const, message })) });
}

function refuseFixed(paths: readonly string[]): void {
  if (paths.length === 0) return;
  const message = "cannot change once the connection has been active; create a new connection instead";
  throw new Failure(INVALID_INPUT, { fields: paths.map((path) => ({ path, code: "FIXED" as const, message })) });
}
