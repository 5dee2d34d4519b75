/**
 * Sets the mappings of a connection. Each operation replaces one list. A change of mappings raises the version, but not the
 * trust version.
 */
import { causeOf, requireNoOwnGain, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
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
import { NO_MAPPINGS, type ClaimRule, type Mappings } from "./mapping.js";
import { findMappingsOf, replaceMappings, type MappingKind, type NewMapping } from "./mapping.repository.js";

/** All mappings of one kind, in their order. */
export interface MappingsInput<Mapping> {
  readonly connectionId: string;
  /** The version that the caller has read. If it is absent, the change applies to any version. */
  readonly expectedVersion?: number | null;
  readonly mappings: readonly Mapping[];
}

export interface RoleMappingInput extends RuleInput {
  readonly roleKey: string;
}

export interface GroupMappingInput extends RuleInput {
  readonly groupId: string;
}

/** A mapping without its id. An unchanged mapping keeps its id. */
type Wanted = Omit<NewMapping, "id">;

/** The fields from which Usher knows a person's manager. */
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
  const wanted = chooseAttributes(input.mappings);
  return await replace(services, caller, found, {
    kind: "ATTRIBUTE",
    ...input,
    choose: async () => wanted,
    // The provider may send the caller's own address, which would make the caller a manager.
    allow: async (_unit, targets) => {
      if (MANAGER_FIELDS.some((field) => targets.has(field)))
        requireNoOwnGain(caller, found.organizationId, "ANYBODY", "TRAINING_READ");
    },
  });
}

/**
 * Sets which claims give which roles. For new and changed mappings, the caller must hold every permission of the role.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for a role with a permission that the caller does not hold), NOT_FOUND,
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
    choose: (unit) => chooseRoles(unit, organizationId, input.mappings, rules),
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
    choose: (unit) => chooseGroups(unit, found.organizationId, input.mappings, rules),
    // A manager sees the training of the group's members.
    allow: async (unit, targets) => {
      for (const groupId of targets)
        requireNoOwnGain(caller, found.organizationId, await findManagerIds(unit, groupId), "TRAINING_READ");
    },
  });
}

/** Lists of mappings that a connection might have. An absent list does not change. */
export interface ProposedMappings {
  readonly attributeMappings?: readonly AttributeMappingInput[] | null;
  readonly roleMappings?: readonly RoleMappingInput[] | null;
  readonly groupMappings?: readonly GroupMappingInput[] | null;
}

/**
 * The mappings that a connection would have with these lists. Stores nothing. An unchanged mapping keeps its id.
 *
 * @throws INVALID_INPUT
 */
export async function proposeMappings(
  reader: Reader,
  { id, organizationId }: Connection,
  { attributeMappings, roleMappings, groupMappings }: ProposedMappings,
): Promise<{ readonly before: Mappings; readonly after: Mappings }> {
  const before = (await findMappingsOf(reader, [id])).get(id) ?? NO_MAPPINGS;
  const ruleOf = ({ claim, operator, values, ignoreCase, ...mapping }: NewMapping, index: number) => ({
    id: mapping.id ?? `proposed-${index}`,
    position: index + 1,
    claim,
    operator: operator ?? "EQUALS",
    values: values ?? [],
    ignoreCase,
  });
  const roles =
    roleMappings == null ? null : await chooseRoles(reader, organizationId, roleMappings, checkRules(roleMappings));
  const groups =
    groupMappings == null ? null : await chooseGroups(reader, organizationId, groupMappings, checkRules(groupMappings));
  const after: Mappings = {
    attributes:
      attributeMappings == null
        ? before.attributes
        : chooseAttributes(attributeMappings).map(({ claim, target }, index) => ({
            id: `proposed-${index}`,
            position: index + 1,
            claim,
            field: target,
          })),
    roles:
      roles === null
        ? before.roles
        : keepIds(toNewMappings(before, "ROLE"), roles).map((mapping, index) => ({
            ...ruleOf(mapping, index),
            roleId: mapping.target,
          })),
    groups:
      groups === null
        ? before.groups
        : keepIds(toNewMappings(before, "GROUP"), groups).map((mapping, index) => ({
            ...ruleOf(mapping, index),
            groupId: mapping.target,
          })),
  };
  return { before, after };
}

function chooseAttributes(inputs: readonly AttributeMappingInput[]): readonly Wanted[] {
  const check = new InputCheck();
  const mappings = checkAttributeMappings(check, inputs);
  check.finish();
  return mappings.map(({ claim, field }) => ({
    claim,
    operator: null,
    values: null,
    ignoreCase: false,
    target: field,
  }));
}

async function chooseRoles(
  reader: Reader,
  organizationId: string,
  inputs: readonly RoleMappingInput[],
  rules: readonly CheckedRule[],
): Promise<readonly Wanted[]> {
  const roles = await findRolesOf(reader, organizationId);
  const message = `must be a role of the organization: ${roles.map(({ key }) => key).join(", ")}`;
  const idOf = ({ roleKey }: RoleMappingInput) => roles.find(({ key }) => key === roleKey)?.id;
  return addTargets(inputs, rules, { name: "roleKey", message, idOf });
}

async function chooseGroups(
  reader: Reader,
  organizationId: string,
  inputs: readonly GroupMappingInput[],
  rules: readonly CheckedRule[],
): Promise<readonly Wanted[]> {
  const groups = await findGroups(reader, [...new Set(inputs.map(({ groupId }) => groupId))]);
  const message = "must be a group of the organization";
  const idOf = ({ groupId }: GroupMappingInput) =>
    groups.get(groupId)?.organizationId === organizationId ? groupId : undefined;
  return addTargets(inputs, rules, { name: "groupId", message, idOf });
}

function checkRules(mappings: readonly RuleInput[]): readonly CheckedRule[] {
  const check = new InputCheck();
  checkNumber(check, mappings);
  checkPatterns(check, mappings);
  const rules = mappings.map((mapping, index) => checkRule(check, index, mapping));
  check.finish();
  return rules;
}

/** Adds to each rule the id of its role or group. A role or group that the organization does not have is a mistake. */
function addTargets<Input>(
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

interface Replacement {
  readonly kind: MappingKind;
  readonly expectedVersion?: number | null;
  /** Returns the new mappings. Runs while the organization is locked. */
  readonly choose: (unit: UnitOfWork) => Promise<readonly Wanted[]>;
  /** Refuses targets that the caller may not give. Gets the targets of new and changed mappings. */
  readonly allow?: (unit: UnitOfWork, targets: ReadonlySet<string>) => Promise<void>;
}

/** Replaces one list. A list without a change stores nothing and appends no event. */
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
      lists: {
        before: { [LIST_NAMES[kind]]: before.map(auditView) },
        after: { [LIST_NAMES[kind]]: (await readList(unit, connection.id, kind)).map(auditView) },
      },
    });
  });
}

/** The names of the lists in the schema, in events and in the audit log. */
const LIST_NAMES: Readonly<Record<MappingKind, string>> = {
  ATTRIBUTE: "attributeMappings",
  ROLE: "roleMappings",
  GROUP: "groupMappings",
};

async function readList(unit: UnitOfWork, connectionId: string, kind: MappingKind): Promise<readonly NewMapping[]> {
  return toNewMappings((await findMappingsOf(unit, [connectionId])).get(connectionId) ?? NO_MAPPINGS, kind);
}

function toNewMappings(mappings: Mappings, kind: MappingKind): readonly NewMapping[] {
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

/** Gives each mapping the id of an equal old mapping, at any position. Grants and memberships refer to the id. */
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
