/**
 * Turns inputs into mappings: checks them, finds their targets, keeps the ids of unchanged mappings, and refuses targets that
 * the caller may not give. Connections and provisioning directories use the same functions.
 */
import { requireNoOwnGain } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { InputCheck } from "../../platform/errors/input.js";
import { findGroups } from "../../people/group/find-groups.js";
import { findManagerIds } from "../../people/group/group-manager.repository.js";
import { requireHoldingRoles } from "../../people/role/choose-roles.js";
import { findRolesOf } from "../../people/role/role.repository.js";
import {
  checkAttributeMappings,
  checkNumber,
  checkPatterns,
  checkRule,
  type AttributeMappingInput,
  type CheckedRule,
  type RuleInput,
} from "./check-mappings.js";
import type { ClaimRule, Mappings } from "./mapping.js";
import type { MappingKind, NewMapping } from "./mapping.repository.js";

export interface RoleMappingInput extends RuleInput {
  readonly roleKey: string;
}

export interface GroupMappingInput extends RuleInput {
  readonly groupId: string;
}

/** A mapping as an input wants it, without an id. `keepIds` adds the id of an equal old mapping. */
type Wanted = Omit<NewMapping, "id">;

/** The fields that make somebody a manager: a person's `managerEmail` names the `email` of the manager. */
const MANAGER_FIELDS = ["managerEmail", "email"] as const;

/** A list of mappings of one kind that is checked, except for what needs the database. */
export interface PreparedList {
  readonly kind: MappingKind;
  /**
   * The list with the ids of unchanged mappings. Runs while the organization is locked.
   *
   * @throws INVALID_INPUT for an unknown target, and FORBIDDEN for a new mapping whose target the caller may not give
   */
  readonly plan: (
    unit: UnitOfWork,
    organizationId: string,
    before: readonly NewMapping[],
  ) => Promise<readonly NewMapping[]>;
}

function prepare(
  kind: MappingKind,
  choose: (unit: UnitOfWork, organizationId: string) => Promise<readonly Wanted[]>,
  allow: (unit: UnitOfWork, organizationId: string, targets: ReadonlySet<string>) => Promise<void>,
): PreparedList {
  return {
    kind,
    plan: async (unit, organizationId, before) => {
      const after = keepIds(before, await choose(unit, organizationId));
      const fresh = after.filter(({ id }) => id === null);
      await allow(unit, organizationId, new Set(fresh.map(({ target }) => target)));
      return after;
    },
  };
}

/** @throws INVALID_INPUT */
export function prepareAttributes(inputs: readonly AttributeMappingInput[]): PreparedList {
  const wanted = chooseAttributes(inputs);
  return prepare(
    "ATTRIBUTE",
    async () => wanted,
    // The provider may send the caller's own address, which would make the caller a manager.
    async (unit, organizationId, targets) => {
      if (MANAGER_FIELDS.some((field) => targets.has(field)))
        requireNoOwnGain(unit.caller, organizationId, "ANYBODY", "TRAINING_READ");
    },
  );
}

/** @throws INVALID_INPUT */
export function prepareRoles(inputs: readonly RoleMappingInput[]): PreparedList {
  const rules = checkRules(inputs);
  return prepare(
    "ROLE",
    (unit, organizationId) => chooseRoles(unit, organizationId, inputs, rules),
    async (unit, organizationId, targets) => {
      const roles = await findRolesOf(unit, organizationId);
      const given = roles.filter(({ id }) => targets.has(id));
      requireHoldingRoles(unit, organizationId, given);
    },
  );
}

/** @throws INVALID_INPUT */
export function prepareGroups(inputs: readonly GroupMappingInput[]): PreparedList {
  const rules = checkRules(inputs);
  return prepare(
    "GROUP",
    (unit, organizationId) => chooseGroups(unit, organizationId, inputs, rules),
    // A manager sees the training of the group's members.
    async (unit, organizationId, targets) => {
      for (const groupId of targets)
        requireNoOwnGain(unit.caller, organizationId, await findManagerIds(unit, groupId), "TRAINING_READ");
    },
  );
}

export function chooseAttributes(inputs: readonly AttributeMappingInput[]): readonly Wanted[] {
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

export async function chooseRoles(
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

export async function chooseGroups(
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

export function checkRules(mappings: readonly RuleInput[]): readonly CheckedRule[] {
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

/** The names of the lists in the schema, in events and in the audit log. */
export const LIST_NAMES: Readonly<Record<MappingKind, string>> = {
  ATTRIBUTE: "attributeMappings",
  ROLE: "roleMappings",
  GROUP: "groupMappings",
};

/** The mappings of one kind, in their order. */
export function toNewMappings(mappings: Mappings, kind: MappingKind): readonly NewMapping[] {
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
export function keepIds(before: readonly NewMapping[], wanted: readonly Wanted[]): readonly NewMapping[] {
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
export function auditView({ id, claim, operator, values, ignoreCase, target }: NewMapping) {
  return operator === null ? { id, claim, target } : { id, claim, operator, values, ignoreCase, target };
}
