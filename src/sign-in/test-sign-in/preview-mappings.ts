/**
 * Previews a change of mappings and policies with each person's last sign-in: what the person would gain or lose, and
 * whether they could sign in. Usher decides about each person twice, without and with the change, and stores nothing.
 */
import { setImmediate } from "node:timers/promises";
import { requirePermission, type Caller } from "../../access/caller.js";
import { proposeMappings, type ProposedMappings } from "../../connection/mapping/mapping.operations.js";
import { readConnectionFor } from "../../connection/stored/connection.operations.js";
import { changePolicies, type ConnectionPoliciesChange } from "../../connection/stored/policies.js";
import type { ConnectionServices } from "../../connection/services.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import { findRolesOf } from "../../people/role/role.repository.js";
import { findUsers } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { explain, type Explanation } from "../../provisioning/explain.js";
import { findLastSignIns } from "../attempt/evidence.js";
import { decideWithMappings, decideWithoutEffect, type Decided } from "./decide-without-effect.js";

/** The most sign-ins that one preview looks at: each takes about twenty queries, and evaluates all rules twice. */
export const MOST_PREVIEWED = 50;

/** A change that is not stored. */
export interface PreviewMappingsInput extends ProposedMappings {
  readonly connectionId: string;
  readonly policies?: ConnectionPoliciesChange | null;
}

/** The effect of the change on one person. */
interface PreviewedUser {
  /** `null` for a person without an account. */
  readonly user: User | null;
  readonly email: string | null;
  /** The roles and groups that the person would get, as `role:KEY` and `group:ID`. */
  readonly gains: readonly string[];
  readonly losses: readonly string[];
  /** The code of a refusal that the change would cause; `null` if it causes none. */
  readonly refused: string | null;
  /** Whether the change would let in a person who is refused now. */
  readonly admitted: boolean;
}

/** The effect of the change. */
export interface PreviewedMappings {
  /** How many sign-ins were looked at, the latest first. */
  readonly examined: number;
  /** The people that the change would affect. */
  readonly users: readonly PreviewedUser[];
}

/**
 * @param first how many sign-ins to look at, at most 50
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function previewMappings(
  services: ConnectionServices,
  caller: Caller,
  { connectionId, policies, ...proposed }: PreviewMappingsInput,
  first: number,
): Promise<PreviewedMappings> {
  const { reader, runtime } = services;
  const connection = await readConnectionFor(services, caller, connectionId, "CONNECTIONS_WRITE");
  requirePermission(caller, connection.organizationId, "USERS_READ");
  const check = new InputCheck();
  const changed = { ...connection, policies: changePolicies(connection.policies, policies, check) };
  if (!Number.isInteger(first) || first < 1 || first > MOST_PREVIEWED)
    check.add("first", "INVALID", `must be from 1 to ${MOST_PREVIEWED}`);
  check.finish();
  // Policies decide which accounts are looked up, so a change of policies needs new queries. A change of mappings does
  // not.
  const changesPolicies = JSON.stringify(changed.policies) !== JSON.stringify(connection.policies);
  const mappings = await proposeMappings(reader, connection, proposed);
  const organization = await findOrganization(reader, null, connection.organizationId);
  if (organization === null) throw new Failure(NOT_FOUND, { type: "connection" });
  const keys = new Map((await findRolesOf(reader, organization.id)).map(({ id, key }) => [id, key]));

  const signIns = await findLastSignIns(reader, runtime.keyRing, connectionId, first);
  const users = await findUsers(
    reader,
    signIns.flatMap(({ userId }) => userId ?? []),
  );
  const changes: PreviewedUser[] = [];
  for (const { userId, evidence } of signIns) {
    const { profile } = evidence;
    if (profile === null) continue;
    // Evaluating rules takes time, and other requests are served between two people.
    await setImmediate();
    const before = await decideWithoutEffect(reader, { connection, organization }, profile, mappings.before);
    const after = changesPolicies
      ? await decideWithoutEffect(reader, { connection: changed, organization }, profile, mappings.after)
      : decideWithMappings(before.situation, mappings.after);
    const change = compare(outcomeOf(before), outcomeOf(after), keys);
    if (change !== null)
      changes.push({ user: userId === null ? null : (users.get(userId) ?? null), email: profile.email, ...change });
  }
  return { examined: signIns.length, users: changes };
}

type Outcome = Explanation["decision"];

function outcomeOf({ situation, decision }: Decided): Outcome {
  return explain(situation, decision).decision;
}

function compare(
  before: Outcome,
  after: Outcome,
  keys: ReadonlyMap<string, string>,
): Omit<PreviewedUser, "user" | "email"> | null {
  const given = ({ roleIds, groupIds }: Outcome) => [
    ...roleIds.map((id) => `role:${keys.get(id) ?? id}`),
    ...groupIds.map((id) => `group:${id}`),
  ];
  const [had, has] = [given(before), given(after)];
  const gains = has.filter((each) => !had.includes(each));
  // A refused person keeps their roles and groups, but cannot use them.
  const losses = after.code === null ? had.filter((each) => !has.includes(each)) : [];
  const refused = after.code !== null && after.code !== before.code ? after.code : null;
  const admitted = before.code !== null && after.code === null;
  const isSame = gains.length === 0 && losses.length === 0 && refused === null && !admitted;
  return isSame ? null : { gains, losses, refused, admitted };
}
