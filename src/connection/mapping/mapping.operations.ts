/**
 * Setting the mappings of a connection: each replaces one list. Mappings say who people are, not whom the connection trusts,
 * so the version rises and the trust version does not.
 */
import { causeOf, requireNoOwnGain, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { InputCheck } from "../../platform/errors/input.js";
import { requireVersion } from "../../people/failures.js";
import { findGroups } from "../../people/group/find-groups.js";
import { findManagerIds } from "../../people/group/group-manager.repository.js";
import { requireHoldingRoles } from "../../people/role/choose-roles.js";
import { findRolesOf } from "../../people/role/role.repository.js";
import type { ConnectionServices } from "../services.js";
import { readForChange, storeChange } from "../stored/connection.changes.js";
import { CONNECTION_UPDATED } from "../stored/connection.events.js";
import { readConnectionFor } from "../stored/connection.operations.js";
import type { Connection } from "../stored/connection.js";
import {
  checkAttributeMappings,
  checkNumber,
  checkPatterns,
  checkRule,
  type AttributeMappingInput,
  type CheckedRule,
  type RuleInput,
} from "./check-mappings.js";
import { NO_MAPPINGS, type ClaimRule } from "./mapping.js";
import { findMappingsOf, replaceMappings, type MappingKind, type NewMapping } from "./mapping.repository.js";

/** The mappings of one kind that a connection is to have, in their order. */
export interface MappingsInput<Mapping> {
  readonly connectionId: string;
  /** The version that the caller knows; absent changes whatever is there. */
  readonly expectedVersion?: number | null;
  readonly mappings: readonly Mapping[];
}

export interface RoleMappingInput extends RuleInput {
  readonly roleKey: string;
}

export interface GroupMappingInput extends RuleInput {
  readonly groupId: string;
}

/** A mapping as it is to be, without the id, which it keeps where it stays as it was. */
type Wanted = Omit<NewMapping, "id">;

/** The fields that say who is whose manager. */
const MANAGER_FIELDS = ["managerEmail", "email"] as const;

/**
 * Sets which claims become which fields of a profile.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for a field that makes managers, from a person who does not hold TRAINING_READ),
 *   NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT
 */
export async function setAttributeMappings(
  services: ConnectionServices,
  caller: Caller,
  input: MappingsInput<AttributeMappingInput>,
): Promise<Connection> {
  const found = await readConnectionFor(services, caller, input.connectionId, "MAPPINGS_WRITE");
  const check = new InputCheck();
  const mappings = checkAttributeMappings(check, input.mappings);
  check.finish();
  const wanted = mappings.map(({ claim, field }) => ({
    claim,
    operator: null,
    values: null,
    ignoreCase: false,
    target: field,
  }));
  return await replace(services, caller, found, {
    kind: "ATTRIBUTE",
    ...input,
    choose: async () => wanted,
    // Which address the provider will send is unknown: it may be the caller's.
    allow: async (_unit, targets) => {
      if (MANAGER_FIELDS.some((field) => targets.has(field)))
        requireNoOwnGain(caller, found.organizationId, "ANYBODY", "TRAINING_READ");
    },
  });
}

/**
 * Sets which claims give which roles. Nobody makes a mapping to a role that grants what they do not hold; one that stays
 * as it was is nobody's gift.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for a role that grants what the caller does not hold), NOT_FOUND,
 *   INVALID_INPUT, VERSION_CONFLICT
 */
export async function setRoleMappings(
  services: ConnectionServices,
  caller: Caller,
  input: MappingsInput<RoleMappingInput>,
): Promise<Connection> {
  const found = await readConnectionFor(services, caller, input.connectionId, "MAPPINGS_WRITE");
  const rules = checkRules(input.mappings);
  const { organizationId } = found;
  return await replace(services, caller, found, {
    kind: "ROLE",
    ...input,
    choose: async (unit) => {
      const roles = await findRolesOf(unit, organizationId);
      const message = `must be a role of the organization: ${roles.map(({ key }) => key).join(", ")}`;
      const idOf = ({ roleKey }: RoleMappingInput) => roles.find(({ key }) => key === roleKey)?.id;
      return aim(input.mappings, rules, { name: "roleKey", message, idOf });
    },
    allow: async (unit, targets) => {
      const roles = await findRolesOf(unit, organizationId);
      const given = roles.filter(({ id }) => targets.has(id));
      requireHoldingRoles(unit, organizationId, given);
    },
  });
}

/**
 * Sets which claims put people into which groups.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for a group that the caller manages without holding TRAINING_READ), NOT_FOUND,
 *   INVALID_INPUT, VERSION_CONFLICT
 */
export async function setGroupMappings(
  services: ConnectionServices,
  caller: Caller,
  input: MappingsInput<GroupMappingInput>,
): Promise<Connection> {
  const found = await readConnectionFor(services, caller, input.connectionId, "MAPPINGS_WRITE");
  const rules = checkRules(input.mappings);
  return await replace(services, caller, found, {
    kind: "GROUP",
    ...input,
    choose: async (unit) => {
      const groups = await findGroups(unit, [...new Set(input.mappings.map(({ groupId }) => groupId))]);
      const message = "must be a group of the organization";
      const idOf = ({ groupId }: GroupMappingInput) =>
        groups.get(groupId)?.organizationId === found.organizationId ? groupId : undefined;
      return aim(input.mappings, rules, { name: "groupId", message, idOf });
    },
    // A manager sees the training of everybody in the group.
    allow: async (unit, targets) => {
      for (const groupId of targets)
        requireNoOwnGain(caller, found.organizationId, await findManagerIds(unit, groupId), "TRAINING_READ");
    },
  });
}

function checkRules(mappings: readonly RuleInput[]): readonly CheckedRule[] {
  const check = new InputCheck();
  checkNumber(check, mappings);
  checkPatterns(check, mappings);
  const rules = mappings.map((mapping, index) => checkRule(check, index, mapping));
  check.finish();
  return rules;
}

/** Puts what rules give beside them; what the organization does not have is a mistake at its path. */
function aim<Input>(
  inputs: readonly Input[],
  rules: readonly CheckedRule[],
  target: {
    readonly name: string;
    readonly message: string;
    readonly idOf: (input: Input) => string | undefined;
  },
): readonly Wanted[] {
  const { name, message, idOf } = target;
  const check = new InputCheck();
  const ids = inputs.map((input, index) => {
    const id = idOf(input);
    if (id === undefined) check.add(`mappings.${index}.${name}`, "UNKNOWN", message);
    return id ?? "";
  });
  check.finish();
  return rules.map((rule, index) => ({ ...rule, target: ids[index] ?? "" }));
}

/** One list to replace. */
interface Replacement {
  readonly kind: MappingKind;
  readonly expectedVersion?: number | null;
  /** The mappings that there are to be, looked up with the organization locked. */
  readonly choose: (unit: UnitOfWork) => Promise<readonly Wanted[]>;
  /** Refuses what the caller may not give; asked about the targets of mappings that are new or changed. */
  readonly allow?: (unit: UnitOfWork, targets: ReadonlySet<string>) => Promise<void>;
}

/** Replaces one list. Setting what is there already stores nothing and tells nothing. */
async function replace(
  { begin }: ConnectionServices,
  caller: Caller,
  found: Connection,
  { kind, expectedVersion, choose, allow }: Replacement,
): Promise<Connection> {
  return await begin(caller, causeOf(caller), async (unit) => {
    const connection = await readForChange(unit, found);
    requireVersion(expectedVersion, connection.version);
    const before = await readList(unit, connection.id, kind);
    const after = keepIds(before, await choose(unit));
    const fresh = after.filter(({ id }) => id === null);
    await allow?.(unit, new Set(fresh.map(({ target }) => target)));
    if (JSON.stringify(before) === JSON.stringify(after)) return connection;
    await replaceMappings(unit, connection.id, kind, after);
    return await storeChange(unit, connection, connection, {
      event: CONNECTION_UPDATED,
      raisesTrust: false,
      mappings: {
        before: { [LIST_NAMES[kind]]: before.map(auditView) },
        after: { [LIST_NAMES[kind]]: (await readList(unit, connection.id, kind)).map(auditView) },
      },
    });
  });
}

/** What the lists are called in the schema, in events and in the audit log. */
const LIST_NAMES: Readonly<Record<MappingKind, string>> = {
  ATTRIBUTE: "attributeMappings",
  ROLE: "roleMappings",
  GROUP: "groupMappings",
};

/** The mappings of one kind, in the form in which they are stored. */
async function readList(unit: UnitOfWork, connectionId: string, kind: MappingKind): Promise<readonly NewMapping[]> {
  const mappings = (await findMappingsOf(unit, [connectionId])).get(connectionId) ?? NO_MAPPINGS;
  const fromRule = ({ id, claim, operator, values, ignoreCase }: ClaimRule, target: string): NewMapping => ({
    id,
    claim,
    operator,
    values,
    ignoreCase,
    target,
  });
  switch (kind) {
    case "ATTRIBUTE":
      return mappings.attributes.map(({ id, claim, field }) => ({
        id,
        claim,
        operator: null,
        values: null,
        ignoreCase: false,
        target: field,
      }));
    case "ROLE":
      return mappings.roles.map((mapping) => fromRule(mapping, mapping.roleId));
    case "GROUP":
      return mappings.groups.map((mapping) => fromRule(mapping, mapping.groupId));
  }
}

/** Gives each wanted mapping the id of one that says the same, wherever it stood: what it gave to people names that id. */
function keepIds(before: readonly NewMapping[], wanted: readonly Wanted[]): readonly NewMapping[] {
  const left = new Map<string, string[]>();
  for (const { id, ...mapping } of before) {
    const ids = left.get(nameOf(mapping));
    if (id !== null && ids === undefined) left.set(nameOf(mapping), [id]);
    else if (id !== null) ids?.push(id);
  }
  return wanted.map((mapping) => ({ id: left.get(nameOf(mapping))?.shift() ?? null, ...mapping }));
}

function nameOf({ claim, operator, values, ignoreCase, target }: Wanted): string {
  return JSON.stringify([claim, operator, values, ignoreCase, target]);
}

/** A mapping as events and the audit log show it: `target` is the field, the role's id or the group's id. */
function auditView({ id, claim, operator, values, ignoreCase, target }: NewMapping) {
  return operator === null ? { id, claim, target } : { id, claim, operator, values, ignoreCase, target };
}
