/**
 * Sets the mappings of a connection. Each operation replaces one list. A change of mappings raises the version, but not the
 * trust version.
 */
import { causeOf, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { requireVersion } from "../../people/failures.js";
import type { ConnectionServices } from "../services.js";
import { readForChange, storeChange } from "../stored/connection.changes.js";
import { CONNECTION_UPDATED } from "../stored/connection.events.js";
import { readConnectionFor } from "../stored/connection.operations.js";
import type { Connection } from "../stored/connection.js";
import type { AttributeMappingInput } from "./check-mappings.js";
import {
  auditView,
  checkRules,
  chooseAttributes,
  chooseGroups,
  chooseRoles,
  keepIds,
  LIST_NAMES,
  prepareAttributes,
  prepareGroups,
  prepareRoles,
  toNewMappings,
  type GroupMappingInput,
  type PreparedList,
  type RoleMappingInput,
} from "./choose-mappings.js";
import { NO_MAPPINGS, type Mappings } from "./mapping.js";
import { findMappingsOf, replaceMappings, type MappingKind, type NewMapping } from "./mapping.repository.js";

/** The new list of a connection's mappings of one kind, in their order. */
export interface MappingsInput<Mapping> {
  readonly connectionId: string;
  /** The version that the caller has read. If it is absent, the change applies to any version. */
  readonly expectedVersion?: number | null;
  readonly mappings: readonly Mapping[];
}

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
  return await replace(services, caller, found, input, prepareAttributes(input.mappings));
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
  return await replace(services, caller, found, input, prepareRoles(input.mappings));
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
  return await replace(services, caller, found, input, prepareGroups(input.mappings));
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

/** Replaces one list. A list without a change stores nothing and appends no event. */
async function replace(
  { begin }: ConnectionServices,
  caller: Caller,
  found: Connection,
  { expectedVersion }: Pick<MappingsInput<unknown>, "expectedVersion">,
  { kind, plan }: PreparedList,
): Promise<Connection> {
  return await begin(caller, causeOf(caller), async (unit) => {
    const connection = await readForChange(unit, found);
    requireVersion(expectedVersion, connection.version);
    const before = await readList(unit, connection.id, kind);
    const after = await plan(unit, connection.organizationId, before);
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

async function readList(unit: UnitOfWork, connectionId: string, kind: MappingKind): Promise<readonly NewMapping[]> {
  return toNewMappings((await findMappingsOf(unit, [connectionId])).get(connectionId) ?? NO_MAPPINGS, kind);
}
